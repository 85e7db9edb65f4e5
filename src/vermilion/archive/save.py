"""What is written of a picture: the result, what stands beside it, and its variants on a contact sheet."""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from vermilion.errors import ExistsError, OutputError
from vermilion.guidance import RECIPE_SUFFIX
from vermilion.picture import Picture
from vermilion.pictures import publish

if TYPE_CHECKING:
    from PIL.Image import Image

    from vermilion.archive.run import RunOptions

CONFIDENCE_SUFFIX = ".confidence.png"
"""What follows the stem of a result in the name of the overlay that shows where the model is unsure."""

SHEET_SUFFIX = ".variants.jpg"
"""What follows the stem of a result in the name of the contact sheet of its variants."""

_THUMBNAIL = 480  # pixels of the longer side of a picture on the sheet
_GAP = 12  # pixels between them
_MOST_COLUMNS = 3


def save_result(picture: Picture, target: Path, options: "RunOptions") -> None:
    """Write a picture as the options say, what stands beside it, and the folder that they go into.

    Raises:
        ExistsError: the picture is there already; nothing is written.
        OutputError: what stands beside it is there already, or a file cannot be written.
    """
    make_folder(target.parent)
    beside = _files_beside(picture, target, options)
    if beside and target.exists() and not options.overwrite:
        raise ExistsError(f"{target} exists already; choose another name, or allow --overwrite.")
    refuse_existing(beside, overwrite=options.overwrite)
    picture.save(
        target,
        overwrite=options.overwrite,
        fast_jpeg=options.fast_jpeg,
        drop_depth=options.drop_depth,
        drop_alpha=options.drop_alpha,
        mark=options.mark,
    )
    for path, write in beside.items():
        write(path, overwrite=options.overwrite)


def save_variants(picture: Picture, variants: Sequence[Picture], target: Path, options: "RunOptions") -> None:
    """Write other colourings as NAME.v1.EXT and so on, and all of them small on one sheet.

    Args:
        picture: the automatic one, first on the sheet.
        variants: in the order of their ranks.
        target: of the automatic one.
        options: how each is written.

    Raises:
        OutputError: one of the files is there already, or cannot be written.
    """
    for rank, variant in enumerate(variants, 1):
        save_result(variant, variant_target(target, rank), options)
    content = BytesIO()
    contact_sheet([each.to_pil() for each in (picture, *variants)]).save(content, "jpeg", quality=90)
    publish([content.getvalue()], target.with_suffix(SHEET_SUFFIX), overwrite=options.overwrite)


def variant_target(target: Path, rank: int) -> Path:
    """Return the name of a variant: NAME.v1.EXT, or NAME.color.v1.EXT beside its scan."""
    return target.with_name(f"{target.stem}.v{rank}{target.suffix}")


def variant_files(target: Path, count: int) -> list[Path]:
    """Return all that ``save_variants`` may write for ``count`` variants."""
    return [target.with_suffix(SHEET_SUFFIX), *(variant_target(target, rank) for rank in range(1, count + 1))]


def contact_sheet(images: Sequence["Image"]) -> "Image":
    """Return pictures of one size, reduced and laid out in rows, left to right and then down."""
    from PIL import Image  # noqa: PLC0415 - only who asks for variants pays for it

    scale = min(1.0, _THUMBNAIL / max(images[0].size))
    width, height = (max(1, round(side * scale)) for side in images[0].size)
    columns = min(_MOST_COLUMNS, len(images))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP), "white")
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        small = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(small, (_GAP + column * (width + _GAP), _GAP + row * (height + _GAP)))
    return sheet


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


def _files_beside(picture: Picture, target: Path, options: "RunOptions") -> dict[Path, Callable[..., None]]:
    """Return what else is written, and by which method of the picture."""
    files: dict[Path, Callable[..., None]] = {}
    if options.recipe:
        files[target.with_suffix(RECIPE_SUFFIX)] = picture.save_recipe
    if options.confidence_map:
        files[target.with_suffix(CONFIDENCE_SUFFIX)] = picture.save_confidence
    return files
