"""`vermilion replay`: a picture made again from its recipe."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.gather import gathered
from vermilion.cli.say import say, say_aside, shown

if TYPE_CHECKING:
    from vermilion.pictures import SaveOptions


@gathered(save=opt.read_save_options)
def replay(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE", help="A NAME.recipe.json, as written by --recipe.")
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="File to write. By default, NAME.color.EXT beside the scan."
        ),
    ] = None,
    scan: Annotated[
        Path | None,
        typer.Option("--scan", metavar="FILE", help="The scan, if it has moved."),
    ] = None,
    save: "SaveOptions",
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    max_pixels: opt.MaxPixels = None,
) -> None:
    """Make a result again from its recipe: the same pixels on the same kind of machine.

    A recipe is a text file that you may edit. It is for one picture and one model; empty their sha256 in it
    to use it with others. If the colours differ from those of the first run, vermilion says so, and why.

    \b
    Examples:
      vermilion colorize grandma.png -o first.png --recipe
      vermilion replay first.recipe.json -o again.png
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    from vermilion.archive import replay_recipe
    from vermilion.colorizer import Colorizer

    limit = opt.parse_max_pixels(max_pixels)
    engine = partial(Colorizer, model, device=device, max_pixels=limit)
    done = replay_recipe(recipe, engine, save, scan=scan, output=output)
    say(f"{shown(recipe)} -> {shown(done.target)}")
    if done.difference:
        say_aside(done.difference)
