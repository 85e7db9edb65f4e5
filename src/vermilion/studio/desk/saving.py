"""Results: written as the command line writes them, into the folder of results or to be downloaded."""

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from vermilion.errors import SettingsError
from vermilion.outputs import (
    Companions,
    name_beside,
    own_format,
    refuse_before_painting,
    result_suffix,
    save_result,
)
from vermilion.picture import Picture
from vermilion.pictures import SUFFIXES, SaveOptions
from vermilion.studio.desk.desk import Desk
from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.names import unlike
from vermilion.work import UNWATCHED, Work

_FORMATS = {"same": None, "jpeg": "jpg", "tiff": "tif"}


@dataclass(frozen=True, slots=True)
class Saving:
    """How results are saved.

    Attributes:
        format: "same" as the scan's, or "png", "jpeg", "tiff" or "webp".
        options: which losses are allowed, whether there is a mark, and whether results are replaced.
        companions: what is written beside each.
    """

    format: str
    options: SaveOptions
    companions: Companions

    def suffix(self, facts: Facts) -> str:
        """Return the suffix of the result of a picture."""
        name = format_name(self.format)
        return result_suffix(Path(facts.original.place), name, jpeg_stays=self.options.jpeg_stays)


def format_name(said: str) -> str | None:
    """Return a format by its suffix without the dot; None for the scan's own.

    Raises:
        SettingsError: there is none of that name.
    """
    name = _FORMATS.get(said, said)
    if name is not None and f".{name}" not in SUFFIXES:
        raise SettingsError(f"There is no format {said[:20]!r}; choose same, png, jpeg, tiff or webp.")
    return name


def save_to_folder(desk: Desk, facts: Facts, folder: Path, how: Saving, work: Work = UNWATCHED) -> list[str]:
    """Write the result of a picture and what stands beside it; return their names.

    Raises:
        ExistsError: the result is there already.
        VermilionError: it cannot be painted or written.
    """
    place = PurePath(facts.target)
    target = folder / place.parent / f"{place.stem}{how.suffix(facts)}"
    _save(desk, facts, target, how, work)
    desk.mark_saved(facts)
    return [path.name for path in how.companions.names(target)]


def save_to_send(
    desk: Desk,
    pictures: Iterable[Facts],
    folder: Path,
    how: Saving,
    step: Callable[[Facts], Work],
) -> Path:
    """Write results into an empty folder; return the one file, or an archive of several.

    Args:
        desk: the open pictures.
        pictures: some of them.
        folder: empty.
        how: they are saved.
        step: called before each; gives what may cancel it.

    Raises:
        VermilionError: one cannot be painted or written.
    """
    inner = folder / "results"
    taken: set[str] = set()
    for facts in pictures:
        name = unlike(name_beside(Path(facts.name), how.suffix(facts)).name, taken)
        _save(desk, facts, inner / name, how, step(facts))
        taken |= {path.name.lower() for path in inner.iterdir()}
        desk.mark_saved(facts)
    files = sorted(inner.iterdir())
    if len(files) == 1:
        return files[0]
    archive = folder / "coloured.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:  # pictures are packed already
        for file in files:
            packed.write(file, file.name)
    return archive


def encoded(picture: Picture, how: Saving) -> tuple[bytes, str]:
    """Return the content of a result that goes to no file, and its suffix without the dot."""
    name = format_name(how.format) or own_format(picture.scan)
    return b"".join(picture.parts(name, how.options)), name


def _save(desk: Desk, facts: Facts, target: Path, how: Saving, work: Work) -> None:
    refuse_before_painting(desk.ready(facts).session.scan, target, how.options)
    picture = desk.paint(facts, work)
    work.check()
    save_result(picture, target, how.options, how.companions)
