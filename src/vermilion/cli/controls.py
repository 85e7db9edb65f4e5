"""The options that steer colours, for every command that has them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli.loading import loading
from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from vermilion.guidance import Controls

HintTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--hint",
        metavar="X,Y[,R]=COLOUR",
        help="A colour that you know, at a place in pixels of the picture as it is shown: 120,80=#283ca0, "
        "or with a radius 120,80,15=navy. grey keeps a place grey. Repeatable.",
    ),
]
HintFile = Annotated[
    Path | None,
    typer.Option("--hints", metavar="FILE.json", help="A list of hints: points, strokes, boxes and masks."),
]
Temperature = Annotated[
    float | None,
    typer.Option(
        "--temperature",
        metavar="T",
        help="How the network chooses between colours: lower is bolder. By default, the model's own.",
    ),
]
FadeUnsure = Annotated[
    float,
    typer.Option(
        "--fade-unsure",
        metavar="0..1",
        help="Fade colours where the model is probably wrong (more than seven chances in ten); 1 fades "
        "them most.",
    ),
]
Vividness = Annotated[
    float, typer.Option("--vividness", metavar="F", help="Factor on the colourfulness; 1 changes nothing.")
]
Warmth = Annotated[
    float,
    typer.Option("--warmth", metavar="N", help="Warmer colours, or cooler if negative; 5 is visible."),
]
Tint = Annotated[float, typer.Option("--tint", metavar="N", help="Towards magenta, or green if negative.")]
LookName = Annotated[
    str | None,
    typer.Option(
        "--look",
        metavar="NAME",
        help="natural, vivid, muted, hand-tinted, two-strip, autochrome, faded-print, or a .toml file.",
    ),
]
CubeFile = Annotated[
    str | None,
    typer.Option(
        "--cube",
        metavar="FILE.cube",
        help="A 3D lookup table; only its colours are used, not its brightness.",
    ),
]

CornerMark = Annotated[
    bool,
    typer.Option("--corner-mark", help="Leave a corner grey, behind a vermilion line, as a visible mark."),
]


Palette = Annotated[
    str | None,
    typer.Option(
        "--palette",
        metavar="COLOURS|PICTURE",
        help='Colours to paint with, such as "#283ca0,navy,grey", or a picture that has them.',
    ),
]
ReferencePicture = Annotated[
    str | None,
    typer.Option(
        "--reference",
        metavar="PICTURE",
        help="A picture in colour: places that look like it take its colours.",
    ),
]
AlbumFile = Annotated[
    str | None,
    typer.Option(
        "--album",
        metavar="FILE.json",
        help="Colours agreed on for things in some pictures. The same things get them in others.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Seed for choosing variants.")]


def read_controls(
    *,
    hint: HintTexts = None,
    hints: HintFile = None,
    temperature: Temperature = None,
    fade_unsure: FadeUnsure = 0.0,
    vividness: Vividness = 1.0,
    warmth: Warmth = 0.0,
    tint: Tint = 0.0,
    look: LookName = None,
    cube: CubeFile = None,
    palette: Palette = None,
    reference: ReferencePicture = None,
    album: AlbumFile = None,
    seed: Seed = 0,
    corner_mark: CornerMark = False,
) -> "Controls":
    """Make controls of the options; hints of the command line lie over those of the file."""
    with loading():
        from vermilion.guidance import Controls, check_controls, load_hints, parse_hint

    given = load_hints(hints) if hints else ()
    controls = Controls(
        hints=(*given, *map(parse_hint, hint or ())),
        temperature=temperature,
        fade_unsure=fade_unsure,
        vividness=vividness,
        warmth=warmth,
        tint=tint,
        look=look,
        cube=cube,
        palette=_words(palette),
        reference=reference,
        album=album,
        seed=seed,
        corner_mark=corner_mark,
    )
    check_controls(controls)
    return controls


def _words(palette: str | None) -> tuple[str, ...] | str:
    """Split colours at commas; a path that holds commas stays whole."""
    if palette is None or Path(palette).is_file():
        return palette or ()
    words = tuple(word.strip() for word in palette.split(",") if word.strip())
    if not words:
        raise SettingsError(
            f"The palette {palette!r} has no colours; name some, such as --palette '#c2553a,tan'."
        )
    return words
