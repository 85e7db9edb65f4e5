"""An album: colours that were agreed on in one picture, to be found again in others."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from vermilion.errors import SettingsError
from vermilion.guidance.hint_text import hint_beside
from vermilion.guidance.hints import MASK_DATA, AnyHint, Mask
from vermilion.guidance.named_color import Color
from vermilion.guidance.plain import from_plain, read_json

ALBUM_SCHEMA = 1
"""Version of the form of an album; it grows whenever an older vermilion could misread a newer album."""


@dataclass(frozen=True, slots=True)
class AlbumEntry:
    """The colour of one thing, and where it was agreed on.

    Attributes:
        name: of the thing, as messages call it.
        color: as in hints.
        hints: where the thing is: points, strokes, boxes and masks. What a hint does not say of color and
            strength is the entry's.
        picture: path of the picture that the hints are placed in, counted from the album's folder; the thing
            is looked for in every other picture.
        pictures: instead of one picture, patterns of file names such as "*kitchen*.jpg", in capitals or not:
            each picture of such a name gets the hints as they are.
        strength: 0..1, as in hints.
    """

    name: str
    color: Color
    hints: tuple[AnyHint, ...]
    picture: str | None = None
    pictures: tuple[str, ...] = ()
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", tuple(self.hints))
        object.__setattr__(self, "pictures", tuple(self.pictures))
        if not self.hints:
            raise SettingsError(f"{self.name!r} has no hints; tell at least one place where it is.")
        if (self.picture is None) == (not self.pictures):
            raise SettingsError(
                f"{self.name!r} needs either the picture that it was agreed on, or patterns of the names of "
                "pictures; give one of the two."
            )

    def is_for(self, file: str) -> bool:
        """Whether the patterns are those of a file's name."""
        name = Path(file).name.lower()
        return any(fnmatchcase(name, pattern.lower()) for pattern in self.pictures)


@dataclass(frozen=True, slots=True)
class Album:
    """Colours that were agreed on.

    Attributes:
        entries: one for each thing; a later one lies over an earlier one.
        schema: version of this form.
    """

    entries: tuple[AlbumEntry, ...]
    schema: int = ALBUM_SCHEMA

    def __post_init__(self) -> None:
        if not self.entries:
            raise SettingsError("An album without entries agrees on nothing; add one.")


def load_album(path: str | Path) -> Album:
    """Read and check an album; the paths in it become paths as they are from here.

    Raises:
        SettingsError: the file is missing, is no JSON, or holds a key or value that no album has.
    """
    path = Path(path)
    table = read_json(path, "The album")
    if isinstance(table, dict):
        if table.get("schema", ALBUM_SCHEMA) != ALBUM_SCHEMA:
            raise SettingsError(
                f"{path}: has schema {table['schema']!r}, and this vermilion reads {ALBUM_SCHEMA}; update "
                "vermilion."
            )
        if isinstance(table.get("entries"), list):
            table = table | {"entries": [_with_colors(entry) for entry in table["entries"]]}
    album = from_plain(Album, table, str(path))
    return replace(album, entries=tuple(_beside(entry, path.parent) for entry in album.entries))


def album_files(path: str | Path) -> list[str]:
    """The paths of an album and of all that it names, each once.

    Raises:
        SettingsError: the album cannot be read.
    """
    files = [str(path)]
    for entry in load_album(path).entries:
        files += [entry.picture] if entry.picture is not None else []
        files += [hint.mask for hint in entry.hints if isinstance(hint, Mask)]
    return list(dict.fromkeys(file for file in files if not file.startswith(MASK_DATA)))


def check_album(path: str | Path) -> None:
    """Refuse an album that cannot be used, before any picture is opened.

    Raises:
        SettingsError: it is malformed, or a file that it names is missing.
    """
    for file in album_files(path):
        if not Path(file).is_file():
            raise SettingsError(f"{file}, which the album {path} names, is not there; mend the path in it.")


def _with_colors(entry: object) -> object:
    """An entry as it was read, with its colour and strength in each of its hints."""
    if not isinstance(entry, dict) or not isinstance(entry.get("hints"), list):
        return entry
    common = {key: entry[key] for key in ("color", "strength") if key in entry}
    return entry | {"hints": [common | hint if isinstance(hint, dict) else hint for hint in entry["hints"]]}


def _beside(entry: AlbumEntry, folder: Path) -> AlbumEntry:
    """Paths as they are from here."""
    picture = None if entry.picture is None else str(folder / entry.picture)
    return replace(entry, picture=picture, hints=tuple(hint_beside(hint, folder) for hint in entry.hints))
