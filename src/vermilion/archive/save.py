"""What is written of a picture: what stands beside the result first, and the result last."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vermilion.archive.companions import CONFIDENCE_SUFFIX, SHEET_SUFFIX, Companions, variant_target
from vermilion.errors import ExistsError, OutputError
from vermilion.guidance import RECIPE_SUFFIX
from vermilion.picture import Picture
from vermilion.pictures import (
    Mark,
    ReadOptions,
    SaveOptions,
    Scan,
    WholeFiles,
    check_before_decoding,
    check_output,
    read_mark,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_THUMBNAIL = 480  # pixels of the longer side of a picture on the sheet
_GAP = 12  # pixels between them
_MOST_COLUMNS = 3
_DEFAULTS = SaveOptions()
_NOTHING_BESIDE = Companions()


def save_result(
    picture: Picture,
    target: Path,
    options: SaveOptions = _DEFAULTS,
    companions: Companions = _NOTHING_BESIDE,
    variants: Iterable[Picture] = (),
) -> None:
    """Write a picture, what stands beside it, and the folder that they go into.

    All is written and flushed to disk before anything gets its name, and the result gets it last: a picture
    whose result is there is done, whenever the run was stopped.

    Args:
        picture: the result.
        target: its path.
        options: how it is written.
        companions: what stands beside it.
        variants: other colourings, in the order of their ranks, to be written as NAME.v1.EXT and so on, with
            a contact sheet of all; each is made when its turn comes.

    Raises:
        ExistsError: the picture is there already; nothing is written.
        OutputError: what stands beside it is there already with another content, or a file cannot be written.
    """
    make_folder(target.parent)
    overwrite = options.overwrite or is_empty(target)
    if not overwrite and target.exists():
        raise ExistsError(f"{target} exists already; choose another name, or allow --overwrite.")
    with WholeFiles() as files:
        small = []
        for rank, variant in enumerate(variants, 1):
            _write(variant, variant_target(target, rank), options, companions, files)
            small.append(variant.preview(_THUMBNAIL))
        if companions.variants:
            sheet = contact_sheet([picture.preview(_THUMBNAIL), *small])
            files.write([_jpeg_of(sheet)], target.with_suffix(SHEET_SUFFIX))
        _write(picture, target, options, companions, files)
        files.publish(overwrite=overwrite, same=_same_picture)


def refuse_before_decoding(source: Path, target: Path, reading: ReadOptions, options: SaveOptions) -> None:
    """Refuse a picture that the format of its result cannot hold, as far as its head tells.

    Raises:
        OutputError: it cannot.
        PictureError: it is no picture.
    """
    check_before_decoding(source, target, reading, options)


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
    files.write(picture.parts(target.suffix, options), target)


def _same_picture(there: Path, new: Path) -> bool:
    """Whether an interrupted run wrote what is there, signed at another time: the marks are equal."""
    mark = _mark_of(there)
    return mark is not None and mark == _mark_of(new)


def _mark_of(path: Path) -> Mark | None:
    try:
        return read_mark(path)
    except Exception:  # noqa: BLE001 - whatever it is, it is no picture of ours
        return None


def is_empty(path: Path) -> bool:
    """Whether a file holds nothing: no picture, but what a killed run leaves on a disk without hard links.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        return path.is_file() and path.stat().st_size == 0
    except FileNotFoundError:
        return False


def contact_sheet(images: Sequence[NDArray[np.uint8]]) -> "Image":
    """Return small pictures [h,w,3] of one size laid out in rows, left to right and then down."""
    from PIL import Image  # noqa: PLC0415 - only who asks for variants pays for it

    height, width = images[0].shape[:2]
    columns = min(_MOST_COLUMNS, len(images))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP), "white")
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        sheet.paste(Image.fromarray(image), (_GAP + column * (width + _GAP), _GAP + row * (height + _GAP)))
    return sheet


def _jpeg_of(image: "Image") -> bytes:
    content = BytesIO()
    image.save(content, "jpeg", quality=90)
    return content.getvalue()


def refuse_existing(paths: Iterable[Path], *, overwrite: bool) -> None:
    """Refuse files that are there already, before anything is written.

    Raises:
        OutputError: one is, and may not be overwritten.
    """
    for path in paths:
        if path.exists() and not overwrite:
            raise OutputError(f"{path} exists already; move it away, or allow --overwrite.")


def make_folder(folder: Path) -> None:
    """Make a folder for results, and those above it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made ({error.strerror}); choose a folder with -o that can be written to."
        ) from error
