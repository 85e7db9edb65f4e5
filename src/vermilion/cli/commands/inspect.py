"""`vermilion inspect`: how a file was made, and what is seen on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.say import say, shown

if TYPE_CHECKING:
    from vermilion.pictures import Provenance
    from vermilion.view import View


def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A picture.")],
    *,
    view: Annotated[
        bool,
        typer.Option(
            "--view",
            help="Show what `colorize` finds on a scan instead: where its pictures lie, how each is "
            "turned to stand upright, and how much contrast is restored.",
        ),
    ] = False,
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
) -> None:
    """Show how a result was made: by which model and recipe.

    \b
    Examples:
      vermilion inspect grandma.png
      vermilion inspect grandma.png --view
    """  # noqa: D301
    if view:
        _say_view(path, device, model)
    else:
        _say_provenance(path)


def _say_provenance(path: Path) -> None:
    from vermilion.pictures import read_provenance

    facts = {name: value for name, value in _facts(read_provenance(path)).items() if value}
    if not facts:
        say(f"{shown(path)} says nothing about how it was made")
    for name, value in facts.items():
        say(f"{name:<18}{value}")


def _say_view(path: Path, device: str, model: str | None) -> None:
    from vermilion.colorizer import Colorizer

    session = Colorizer(model, device=device).open(path, recolor=True)
    for number, view in enumerate(session.view, 1):
        say(f"{f'picture {number}':<15}{_seen(view)}")
    if session.negative is not None:
        say(f"{'negative':<15}{session.negative:.0%} sure: invert it first")


def _seen(view: "View") -> str:
    """Say what was seen, in the words of the options of `colorize`."""
    from vermilion.view import UNCHANGED, whole

    frame = view.frame
    numbers = [frame.x, frame.y, frame.width, frame.height] + [frame.angle] * (frame.angle != 0)
    sides = ",".join(f"{number:.7g}" for number in numbers)
    place = "the whole scan," if frame == whole(view.scan) else f"--frame {sides}"
    contrast = "as it is" if view.tone == UNCHANGED else f"× {view.tone.gain:.2f}"
    return f"{place} --way-up {90 * view.turns}, contrast {contrast}"


def _facts(found: "Provenance") -> dict[str, str]:
    facts = {
        "made as": found.source_type,
        "scan made as": found.scan_source_type,
        "first tool": found.tool,
        "AI system": found.system,
        "credentials": found.credentials,
    }
    mark = found.mark
    if mark is not None:
        facts |= {
            "coloured by": f"vermilion {mark.version}",
            "model": mark.model,
            "model hash": mark.model_hash,
            "recipe hash": mark.recipe_hash,
            "colours from": mark.colors_from,
            "made there as": mark.colors_from_type,
            "credentials there": mark.colors_from_credentials,
        }
    return facts
