"""`vermilion train-heads`: heads for a model folder that has none, or better ones."""

from pathlib import Path
from typing import Annotated

import typer

from vermilion.cli.say import say
from vermilion.cli.training_extra import training_packages_needed

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A model folder with its own encoder.")]
Pictures = Annotated[
    list[str],
    typer.Argument(
        metavar="PICTURES",
        help="Some thousands of upright colour pictures: folders or Parquet shards.",
    ),
]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="Use the first N pictures only.")]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="FOLDER",
        help="Keep the encoder's features there for the next time (31 KB a sample).",
    ),
]
HoldOut = Annotated[
    int,
    typer.Option(
        "--hold-out",
        metavar="N",
        min=2,
        help="Hold out one picture in N for calibration, by its key.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the model's heads.")]


def train_heads(
    folder: Folder,
    pictures: Pictures,
    *,
    most: Most = 20_000,
    hold_out: HoldOut = 64,
    cache: Cache = None,
    overwrite: Overwrite = False,
) -> None:
    """Train a model's heads, which recognise the way up and negatives (needs: pip install ".[train]").

    The heads are written into the model folder. The same pictures give the same heads.

    \b
    Examples:
      vermilion train-heads my-model photos
      vermilion train-heads my-model data/train-*.parquet --most 20000 --cache features --overwrite
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with training_packages_needed():
        from vermilion.network import read_card
        from vermilion.training import HeadPictures, add_heads

        of = HeadPictures(tuple(pictures), most, hold_out, cache)
        said = add_heads(folder, read_card(folder).working_size, of, overwrite=overwrite)
    say(f"{folder} has heads: {said}")
