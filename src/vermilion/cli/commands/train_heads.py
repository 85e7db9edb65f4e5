"""`vermilion train-heads`: heads for a model folder that has none, or better ones."""

from pathlib import Path
from typing import Annotated

import typer

from vermilion.cli.say import say
from vermilion.cli.training_extra import training_packages_needed

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The model folder; it holds its own encoder.")]
Pictures = Annotated[
    list[str],
    typer.Argument(
        metavar="PICTURES",
        help="Ordinary colour pictures that stand upright, some thousands: folders or Parquet shards.",
    ),
]
Most = Annotated[
    int, typer.Option("--most", metavar="N", min=1, help="Look at so many pictures, from the first.")
]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="FOLDER",
        help="Keep what the encoder makes of the pictures there (31 KB a look) for another time.",
    ),
]
HoldOut = Annotated[
    int,
    typer.Option(
        "--hold-out",
        metavar="N",
        min=2,
        help="One picture in N calibrates and is not trained on: by its key, as in training.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace heads that the model has.")]


def train_heads(
    folder: Folder,
    pictures: Pictures,
    *,
    most: Most = 20_000,
    hold_out: HoldOut = 64,
    cache: Cache = None,
    overwrite: Overwrite = False,
) -> None:
    """Make the heads that see which way is up, and negatives, for a model (needs: pip install ".[train]").

    They are written into the model folder, and its card names them. The same pictures give the same heads.

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
