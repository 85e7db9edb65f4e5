"""`vermilion train`: a thin call into `training`."""

from pathlib import Path
from typing import Annotated

import typer

from vermilion.cli.progress import training_bar
from vermilion.cli.say import say
from vermilion.cli.training_extra import training_packages_needed


def train(
    config: Annotated[
        Path,
        typer.Argument(metavar="CONFIG.toml", help="The config. Ours are in configs/."),
    ],
    *,
    pictures: Annotated[
        list[str] | None,
        typer.Option(
            "--pictures",
            metavar="PATH",
            help="A folder of colour photographs or a Parquet shard, instead of the config's. Repeatable.",
        ),
    ] = None,
    run: Annotated[
        str, typer.Option("--run", metavar="FOLDER", help="Folder of the run, instead of the config's.")
    ] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the last checkpoint.")] = False,
    minutes: Annotated[
        float,
        typer.Option(
            "--minutes",
            min=0.0,
            help="Stop after so many minutes, with a checkpoint to continue from; 0 runs to the end.",
        ),
    ] = 0.0,
) -> None:
    """Train a model (needs: pip install ".[train]").

    \b
    Examples:
      vermilion train configs/smoke.toml --pictures photos   # a minute, as a check
      vermilion train configs/vermilion.toml --pictures photos --run runs/mine
      vermilion train configs/vermilion.toml --resume
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with training_packages_needed():
        from vermilion.training import is_first_process
        from vermilion.training import train as run_training

        with training_bar() as report:
            generator = run_training(
                config, resume=resume, report=report, pictures=pictures or (), run=run, minutes=minutes
            )
    if is_first_process():
        say(f"{generator} is the trained generator; make a model of it: vermilion export {generator} FOLDER")
