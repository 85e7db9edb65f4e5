"""`vermilion export`: from a checkpoint to a model folder."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from vermilion.cli.say import say
from vermilion.cli.training_extra import training_packages_needed

SHIPPED = "by default, as in the shipped model"


Int8 = Annotated[
    Path | None,
    typer.Option(
        "--int8",
        metavar="PICTURES",
        help="Use eight-bit integers in the decoder, calibrated on these colour pictures (a folder or a "
        "Parquet shard): faster on most processors, a little less accurate.",
    ),
]
HeadsFrom = Annotated[
    Path | None,
    typer.Option(
        "--heads",
        metavar="PICTURES",
        help="Also train the heads that recognise which way is up, and negatives, on these colour pictures "
        "(a folder or a Parquet shard, some thousands). `vermilion train-heads` does it later.",
    ),
]


def export(
    checkpoint: Annotated[
        Path,
        typer.Argument(metavar="CHECKPOINT", help="A generator file, or the folder of a run."),
    ],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The model folder to write.")],
    *,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name of the model, for its card.")
    ] = "unnamed",
    version: Annotated[
        str, typer.Option("--version", metavar="VERSION", help="Version of the model, for its card.")
    ] = "1",
    licence: Annotated[
        str, typer.Option("--licence", metavar="LICENCE", help="Licence of the weights, for its card.")
    ] = "not stated",
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature", metavar="NUMBER", help=f"How bold colours are: lower is bolder; {SHIPPED}."
        ),
    ] = None,
    working_size: Annotated[
        int | None,
        typer.Option(
            "--working-size", metavar="PIXELS", help=f"Short side at which the network looks; {SHIPPED}."
        ),
    ] = None,
    int8: Int8 = None,
    heads: HeadsFrom = None,
) -> None:
    """Turn a checkpoint into a model folder (needs: pip install ".[train]").

    \b
    Examples:
      vermilion export runs/vermilion my-model --name "town archive" --licence CC0-1.0
      vermilion colorize grandma.jpg --model my-model
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with training_packages_needed():
        from vermilion.training import CardFacts
        from vermilion.training import export as run_export

        facts = CardFacts(name=name, version=version, licence=licence)
        facts = replace(
            facts,
            temperature=facts.temperature if temperature is None else temperature,
            working_size=facts.working_size if working_size is None else working_size,
        )
        run_export(checkpoint, folder, facts, int8, heads)
    say(f"{folder} is a model folder; try it with: vermilion colorize PICTURE --model {folder}")
