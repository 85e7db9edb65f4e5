"""`vermilion export`: from a checkpoint to a model folder."""

from pathlib import Path
from typing import Annotated

import typer

from vermilion.cli.say import say
from vermilion.cli.training_room import training_packages_needed


def export(
    checkpoint: Annotated[
        Path, typer.Argument(metavar="CHECKPOINT", help="A checkpoint that `vermilion train` saved.")
    ],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The model folder to write.")],
) -> None:
    """Turn a checkpoint into a model folder (needs: pip install "vermilion[train]").

    \b
    Examples:
      vermilion export runs/vermilion/last.ckpt my-model
      vermilion colorize grandma.jpg --model my-model
    """  # noqa: D301
    with training_packages_needed():
        from vermilion.training import export as run_export

        run_export(checkpoint, folder)
    say(f"{folder} is a model folder; try it with: vermilion colorize PICTURE --model {folder}")
