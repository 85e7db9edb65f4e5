"""Writes the files of a picture: companions first, and the result last."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from vermilion.errors import ExistsError
from vermilion.guidance import RECIPE_SUFFIX
from vermilion.outputs.companions import (
    CONFIDENCE_SUFFIX,
    SHEET_SUFFIX,
    TRUST_SUFFIX,
    Companions,
    variant_target,
)
from vermilion.outputs.folders import make_folder
from vermilion.outputs.sheet import THUMBNAIL, contact_sheet, jpeg_of
from vermilion.outputs.state import is_empty
from vermilion.picture import Picture
from vermilion.pictures import Mark, SaveOptions, Scan, WholeFiles, check_output, read_mark
from vermilion.pictures.write import Written

_DEFAULTS = SaveOptions()
_NOTHING_BESIDE = Companions()

BeforeNaming = Callable[[list[Written]], None]
"""Told what was written of a picture before any of it gets its name."""


def save_result(
    picture: Picture,
    target: Path,
    options: SaveOptions = _DEFAULTS,
    companions: Companions = _NOTHING_BESIDE,
    variants: Iterable[Picture] = (),
    before_naming: BeforeNaming | None = None,
) -> None:
    """Write a picture and its companions, and make their folder.

    All is written and flushed to disk before anything gets its name, and the result gets it last: a picture
    whose result is there is done, whenever the run was stopped.

    Args:
        picture: the result.
        target: its path.
        options: how it is written.
        companions: what stands beside it.
        variants: other colourings, in the order of their ranks, to be written as NAME.v1.EXT and so on, with
            a contact sheet of all; each is made when its turn comes.
        before_naming: called with all files once they are on disk, before the first of them gets its name.

    Raises:
        ExistsError: the picture is there already; nothing is written.
        OutputError: what stands beside it is there already with another content, or a file cannot be written.
    """
    make_folder(target.parent)
    overwrite = options.overwrite or is_empty(target)
    if not overwrite and target.exists():
        raise ExistsError(f"{target} exists already; choose another name, or allow --overwrite.")
    with WholeFiles(hashed=before_naming is not None) as files:
        small = []
        for rank, variant in enumerate(variants, 1):
            _write(variant, variant_target(target, rank), options, companions, files)
            small.append(variant.preview(THUMBNAIL))
        if companions.variants:
            sheet = contact_sheet([picture.preview(THUMBNAIL), *small])
            files.write([jpeg_of(sheet)], target.with_suffix(SHEET_SUFFIX))
        _write(picture, target, options, companions, files)
        if before_naming is not None:
            before_naming(files.written)
        files.publish(overwrite=overwrite, same=_same_picture)


def refuse_before_painting(scan: Scan, target: Path, options: SaveOptions) -> None:
    """Refuse a picture that the format of its result cannot hold.

    Raises:
        OutputError: it cannot.
        ExistsError: the result is there already.
    """
    check_output(scan, target, replace(options, overwrite=options.overwrite or is_empty(target)))


def _write(
    picture: Picture, target: Path, options: SaveOptions, companions: Companions, files: WholeFiles
) -> None:
    """Write a picture and what stands beside it under temporary names, itself last."""
    if companions.recipe:
        files.write([picture.recipe.to_json().encode()], target.with_suffix(RECIPE_SUFFIX))
    if companions.confidence_map:
        files.write([picture.confidence_png()], target.with_suffix(CONFIDENCE_SUFFIX))
    if companions.trust_map:
        files.write([picture.trust_png()], target.with_suffix(TRUST_SUFFIX))
    files.write(picture.parts(target.suffix, options), target)


def _same_picture(there: Path, new: Path) -> bool:
    """Whether an interrupted run wrote what is there, signed at another time: the marks are equal."""
    mark = _mark_of(there)
    return mark is not None and mark == _mark_of(new)


def _mark_of(path: Path) -> Mark | None:
    try:
        return read_mark(path)
    except Exception:  # noqa: BLE001 - whatever it is, it is not a picture of ours
        return None
