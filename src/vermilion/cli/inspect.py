"""`vermilion inspect`: what a file says of where it comes from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli.say import say, shown

if TYPE_CHECKING:
    from vermilion.pictures import Provenance


def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A picture.")],
) -> None:
    """Show what a picture says of where it comes from: how it was made, by which model and recipe.

    \b
    Examples:
      vermilion inspect grandma.png
    """  # noqa: D301
    from vermilion.pictures import read_provenance

    facts = {name: value for name, value in _facts(read_provenance(path)).items() if value}
    if not facts:
        say(f"{shown(path)} says nothing of where it comes from")
    for name, value in facts.items():
        say(f"{name:<15}{value}")


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
        }
    return facts
