"""`vermilion train`: a thin call into the training room."""

from pathlib import Path
from typing import Annotated

import typer

from vermilion.cli.training_room import training_packages_needed


def train(
    config: Annotated[
        Path,
        typer.Argument(
            metavar="CONFIG.toml", help="The recipe; configs/ in the project holds those we trained with."
        ),
    ],
    *,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint of this recipe.")
    ] = False,
) -> None:
    """Train a model by a recipe (needs: pip install "vermilion[train]").

    \b
    Examples:
      vermilion train configs/smoke.toml             a minute on a processor, to see that all works
      vermilion train configs/vermilion.toml --resume
    """  # noqa: D301
    with training_packages_needed():
        from vermilion.training import train as run_training

        run_training(config, resume=resume)
