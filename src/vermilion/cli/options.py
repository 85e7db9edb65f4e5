"""The options of the commands, one alias for each, so that a signature reads like a list."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from vermilion.outputs import Companions
    from vermilion.pictures import SaveOptions, Signature
    from vermilion.view import Frame, ViewOptions


class Format(StrEnum):
    """The formats that results are written in."""

    PNG = "png"
    JPG = "jpg"
    WEBP = "webp"
    TIF = "tif"


Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH", help="Pictures, folders, quoted patterns, a not-done.txt, or - for standard input."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        help="Folder for the results, which keeps the tree. For a single picture also a file name, or - "
        "for standard output. By default, NAME.color.EXT beside each picture.",
    ),
]
ResultFormat = Annotated[
    Format | None,
    typer.Option(
        "--format", metavar="png|jpg|webp|tif", help="Format of the results. By default, the scan's own."
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="PATTERN",
        help="Leave out files and folders with such names, or, with a slash, such paths: '*_back.jpg', "
        "'private/', '1931/*'. Repeatable.",
    ),
]
NotDoneFile = Annotated[
    Path | None,
    typer.Option(
        "--not-done",
        metavar="FILE.txt",
        help="Write the list of failures there; a later run takes it as PATH. By default, not-done.txt in "
        "the folder of -o.",
    ),
]
ReplaceModel = Annotated[bool, typer.Option("--overwrite", help="Replace the installed model of this name.")]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="NAME",
        help="Device to compute on: auto, cpu, cuda, coreml, directml, openvino, ...",
    ),
]
ModelFolder = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Model to use: a model folder, the name of an installed model, or hf://owner/name. By "
        "default, the shipped one.",
    ),
]
AllowInexact = Annotated[
    bool,
    typer.Option(
        "--allow-inexact",
        help="If jpeglib cannot be installed, write JPEGs instead of exact PNGs; their greys may be a "
        "level or two off.",
    ),
]
Recolor = Annotated[bool, typer.Option("--recolor", help="Also colour pictures that are in colour already.")]
CropPrint = Annotated[
    bool,
    typer.Option(
        "--crop-print",
        help="Find a grey print in a photo with a coloured background, cut it out and colour it. Its greys "
        "stay as they are.",
    ),
]
Page = Annotated[
    str | None,
    typer.Option("--page", metavar="N|all", help="Page of a file with several pages. By default, the first."),
]
DropDepth = Annotated[
    bool, typer.Option("--drop-depth", help="Allow 16 bits to become 8 if the format holds no more.")
]
DropAlpha = Annotated[
    bool, typer.Option("--drop-alpha", help="Allow transparency to be lost if the format has none.")
]
Size = Annotated[
    int | None,
    typer.Option(
        "--size",
        metavar="N",
        min=32,
        max=2048,
        help="Short side in pixels at which the network looks, from 32 to 2048. The result keeps the "
        "scan's size.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        min=1,
        help="Threads for one picture. By default, one for each core, at most 4.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="Number of worker processes. By default, one for each core."
    ),
]
ViewMode = Annotated[
    str,
    typer.Option(
        "--view",
        metavar="auto|whole",
        help="auto shows the network each picture on the scan without margins, upright and with full "
        "contrast; whole shows it the scan as it is. The result is the whole scan either way.",
    ),
]
FrameTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--frame",
        metavar="X,Y,WIDTH,HEIGHT[,ANGLE]",
        help="Where a picture lies on the scan, in pixels as it is shown, and how many degrees it is "
        "turned clockwise about its centre. Repeatable.",
    ),
]
WayUp = Annotated[
    str,
    typer.Option(
        "--way-up",
        metavar="auto|0|90|180|270",
        help="Degrees to turn each picture clockwise so that it stands upright for the network. The result "
        "lies as the scan does.",
    ),
]
MaxPixels = Annotated[
    int | None,
    typer.Option(
        "--max-pixels",
        metavar="N",
        min=1,
        help="Largest number of pixels of a scan, reference, palette or mask. By default, 400000000.",
    ),
]
WriteRecipe = Annotated[
    bool,
    typer.Option(
        "--recipe",
        help="Write NAME.recipe.json beside each result: `vermilion replay` makes the same result from it.",
    ),
]
ConfidenceMap = Annotated[
    bool,
    typer.Option(
        "--confidence-map",
        help="Write NAME.confidence.png beside each result: an overlay, red where the model is unsure.",
    ),
]
TrustMap = Annotated[
    bool,
    typer.Option(
        "--trust-map",
        help="With --colors-from: write NAME.trust.png beside each result, white where the version's colours "
        "are used. You can edit it and give it back with --trust.",
    ),
]
Variants = Annotated[
    int,
    typer.Option(
        "--variants",
        metavar="N",
        min=0,
        max=24,
        help="Also write N other plausible colourings as NAME.v1.EXT and so on, and a contact sheet.",
    ),
]
NoMark = Annotated[
    bool,
    typer.Option(
        "--no-mark",
        help="Leave out the mark in the file's XMP, which says that a network made the colours, and by "
        "which recipe.",
    ),
]
C2pa = Annotated[
    Path | None,
    typer.Option(
        "--c2pa",
        metavar="FILE.pem",
        help=(
            'Sign a C2PA manifest with the key and certificates in this file (needs: pip install ".[c2pa]").'
        ),
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Print more: model, engine, each skipped picture, tracebacks.")
]


def read_save_options(
    *,
    overwrite: Overwrite = False,
    allow_inexact: AllowInexact = False,
    drop_depth: DropDepth = False,
    drop_alpha: DropAlpha = False,
    no_mark: NoMark = False,
    c2pa: C2pa = None,
) -> "SaveOptions":
    """Collect the options for saving results.

    Raises:
        SettingsError: they contradict each other.
    """
    from vermilion.pictures import SaveOptions

    return SaveOptions(overwrite, allow_inexact, drop_depth, drop_alpha, _mark(no_mark, c2pa))


def read_companions(
    *,
    recipe: WriteRecipe = False,
    confidence_map: ConfidenceMap = False,
    trust_map: TrustMap = False,
    variants: Variants = 0,
) -> "Companions":
    """Collect what is written beside each result."""
    from vermilion.outputs import Companions

    return Companions(recipe, confidence_map, variants, trust_map)


def _mark(no_mark: bool, c2pa: Path | None) -> "bool | Signature":  # noqa: FBT001
    """Whether a mark is written, and with what it is signed."""
    if c2pa is None:
        return not no_mark
    if no_mark:
        raise SettingsError("A signed manifest is a mark; leave out --no-mark or --c2pa.")
    from vermilion.pictures import Signature

    return Signature(c2pa)


def parse_max_pixels(count: int | None) -> int:
    """Read the value of --max-pixels."""
    from vermilion.pictures import DEFAULT_MAX_PIXELS

    return DEFAULT_MAX_PIXELS if count is None else count


def read_view(*, view: ViewMode = "auto", frame: FrameTexts = None, way_up: WayUp = "auto") -> "ViewOptions":
    """Collect how the network is to see scans.

    Raises:
        SettingsError: an option is not what it must be, or they contradict each other.
    """
    from vermilion.view import AUTO, WAYS_UP, ViewOptions

    if way_up not in (AUTO, *map(str, WAYS_UP)):
        raise SettingsError(f"--way-up is auto, 0, 90, 180 or 270, not {way_up}; choose one of them.")
    frames = tuple(map(_parse_frame, frame or ()))
    return ViewOptions(view, frames, None if way_up == AUTO else int(way_up))


def _parse_frame(text: str) -> "Frame":
    from vermilion.view import Frame

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 5):
        raise SettingsError(
            f"--frame takes X,Y,WIDTH,HEIGHT and perhaps an angle, not {text!r}; write it as 60,40,800,600."
        )
    return Frame(*numbers)


def parse_page(text: str | None) -> int | None:
    """Read the value of --page.

    Returns:
        The page counted from 1, the first if no text was given; None for every page.

    Raises:
        SettingsError: the text is neither a number from 1 upwards nor the word all.
    """
    if text is None:
        return 1
    if text.lower() == "all":
        return None
    if text.isascii() and text.isdigit() and int(text) >= 1:
        return int(text)
    raise SettingsError(f"--page takes a number from 1 upwards or the word all, not {text!r}.")
