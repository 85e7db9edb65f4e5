"""`vermilion replay`: a picture made anew from its recipe."""

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
        Path, typer.Argument(metavar="RECIPE", help="A NAME.recipe.json, as --recipe writes it.")
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="File to write; without it NAME.color.EXT beside the scan."
        ),
    ] = None,
    scan: Annotated[
        Path | None,
        typer.Option("--scan", metavar="FILE", help="The scan, if it is not where the recipe found it."),
    ] = None,
    save: "SaveOptions",
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    max_pixels: opt.MaxPixels = None,
) -> None:
    """Make a result anew from its recipe: the same pixels on the same kind of machine.

    A recipe is a text file and may be edited by hand. It is refused for another picture or model than its
    own, unless their sha256 in it is emptied. Whenever the colours are not those of the first run, this is
    said, with the reason.

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
