"""An album: colours agreed on in one picture, to be found again in others."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, cast

from vermilion.assets import Asset, AssetReader, files_from
from vermilion.errors import SettingsError
from vermilion.guidance.hints import AnyHint, Color
from vermilion.plain import NamedFile, from_plain, parse_json

ALBUM_SCHEMA = 1
"""Version of the form of an album; it grows whenever an older vermilion could misread a newer album."""


@dataclass(frozen=True, slots=True)
class AlbumEntry:
    """The colour of one thing, and where it was agreed on.

    Attributes:
        name: of the thing, as messages call it.
        color: as in hints.
        hints: where the thing is: points, strokes, boxes and masks. If a hint has no color or
            strength, it has the entry's.
        picture: the picture that the hints are placed in; its path starts from the album's folder. The thing
            is looked for in every other picture.
        pictures: instead of one picture, patterns of file names such as "*kitchen*.jpg", in capitals or not:
            each picture of such a name gets the hints as they are.
        strength: 0..1, as in hints.
    """

    name: str
    color: Color
    hints: tuple[AnyHint, ...]
    picture: Annotated[Asset | str | None, NamedFile()] = None
    pictures: tuple[str, ...] = ()
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", tuple(self.hints))
        object.__setattr__(self, "pictures", tuple(self.pictures))
        if self.picture is not None and not isinstance(self.picture, Asset):
            object.__setattr__(self, "picture", Asset.read(self.picture, "The agreed picture"))
        if not self.hints:
            raise SettingsError(f"{self.name!r} has no hints; give at least one place where it is.")
        if (self.picture is None) == (not self.pictures):
            raise SettingsError(
                f"{self.name!r} needs either the picture that it was agreed on, or patterns of the names of "
                "pictures; give one of the two."
            )

    @property
    def agreed(self) -> Asset | None:
        """The picture that the hints are placed in."""
        return cast("Asset | None", self.picture)

    def is_for(self, file: str) -> bool:
        """Whether one of the patterns fits a file's name."""
        name = Path(file).name.lower()
        return any(fnmatchcase(name, pattern.lower()) for pattern in self.pictures)


@dataclass(frozen=True, slots=True)
class Album:
    """Colours that were agreed on.

    Attributes:
        entries: one for each thing; a later one lies over an earlier one.
        schema: version of this form.
        name: where it came from, for messages.
    """

    entries: tuple[AlbumEntry, ...]
    schema: int = ALBUM_SCHEMA
    name: str = "the album"

    def __post_init__(self) -> None:
        if not self.entries:
            raise SettingsError("An album without entries agrees on nothing; add one.")


def load_album(source: str | Path | Asset, read_asset: AssetReader | None = None) -> Album:
    """Read and check an album, and the pictures and masks that it names.

    Args:
        source: its file. Paths in it start from the folder of the file.
        read_asset: opens what it names, by paths that start where the album's own does; None opens files.

    Raises:
        SettingsError: a file is missing, or the album is no JSON, or holds a key or value that no album has.
    """
    asset = source if isinstance(source, Asset) else Asset.read(source, "The album")
    table = parse_json(asset.content, f"The album {asset.name}")
    if isinstance(table, dict):
        if table.get("schema", ALBUM_SCHEMA) != ALBUM_SCHEMA:
            raise SettingsError(
                f"{asset.name}: has schema {table['schema']!r}, and this vermilion reads {ALBUM_SCHEMA}; "
                "update vermilion."
            )
        if isinstance(table.get("entries"), list):
            table = table | {"entries": [_with_colors(entry) for entry in table["entries"]]}
    album = from_plain(Album, table, asset.name, _beside(asset, read_asset or files_from(Path())))
    return replace(album, name=asset.name)


def _beside(asset: Asset, read: AssetReader) -> AssetReader:
    """A reader of paths that start from the folder of an asset."""
    folder = Path(asset.name).parent
    return lambda path, sha256: read(str(folder / path) if path else "", sha256)


def _with_colors(entry: object) -> object:
    """An entry whose hints all have its colour and strength."""
    if not isinstance(entry, dict) or not isinstance(entry.get("hints"), list):
        return entry
    common = {key: entry[key] for key in ("color", "strength") if key in entry}
    return entry | {"hints": [common | hint if isinstance(hint, dict) else hint for hint in entry["hints"]]}
