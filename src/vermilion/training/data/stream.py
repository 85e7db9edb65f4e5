"""Pictures that outgrow memory and disk: shards are read from end to end, by each worker its own.

Shards are Parquet files or WebDataset archives (`.tar`), on disk or wherever Hugging Face's `datasets` reads
them by name (`hf://`, `s3://`). In each epoch they are shuffled and dealt to the workers of all processes;
inside a shard, pictures are shuffled in a buffer. A resumed training starts the shards again that it
was in.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import datasets
import fsspec
import numpy as np
from datasets.data_files import resolve_pattern
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from vermilion.errors import TrainingError, VermilionError
from vermilion.training.config.settings import Settings
from vermilion.training.data.batch import Batch, make_batch
from vermilion.training.data.dice import SampleDice
from vermilion.training.data.samples import Listed, before_workers, one_thread, size_of
from vermilion.training.data.store import (
    PictureStore,
    Row,
    as_row,
    decode_picture,
    digest_of_names,
    local_or_remote,
    make_store,
)

FEW = 16  # rows that are read at once
BUFFER = 1000  # encoded pictures among which the next is drawn
KINDS = {".parquet": "parquet", ".tar": "webdataset"}

for _protocol in ("s3", "s3a"):
    fsspec.register_implementation(
        _protocol,
        "vermilion.training.data.s3.StreamedS3",
        clobber=True,
        errtxt='it needs s3fs; run in the checkout: pip install ".[train,s3]"',
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker is: its number among all, its epoch and which of its shards it reads."""

    worker: int
    epoch: int
    shard: int


@dataclass(frozen=True, slots=True)
class Streamed:
    """A batch, with the place of its worker and what it had skipped."""

    batch: Batch
    place: Place
    skipped: dict[str, int]


class Shards:
    """All shards of a config, and the rows of each.

    Raises:
        TrainingError: there are none, they are of several kinds, or they cannot be read.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.names = local_or_remote(patterns)
        kinds = {Path(name).suffix for name in self.names}
        if len(kinds) != 1 or not kinds <= KINDS.keys():
            raise TrainingError(
                "data.pictures: a stream needs shards of one kind, `.parquet` or `.tar`; "
                f"found {', '.join(sorted(kind or 'folders' for kind in kinds))}."
            )
        self.files = [file for name in self.names for file in _files(name)]
        with _errors_named(self.names[0]):
            self._rows: Any = datasets.load_dataset(
                KINDS[kinds.pop()], data_files=self.names, split="train", streaming=True
            )
        for name, feature in (self._rows.features or {}).items():
            if isinstance(feature, datasets.Image):
                self._rows = self._rows.cast_column(name, datasets.Image(decode=False))

    def __len__(self) -> int:
        return int(self._rows.num_shards)

    def rows(self, shard: int) -> Iterator[Row]:
        """Encoded bytes, key and source of each picture of a shard."""
        file = self.files[shard]
        rows = self._rows.shard(num_shards=len(self), index=shard)
        with _errors_named(file):
            for few in rows.iter(batch_size=FEW):  # row by row, `datasets` would deal a second time
                for values in zip(*few.values(), strict=True):
                    row = dict(zip(few, values, strict=True))
                    yield as_row(_with_image(row), Path(file).stem)


def _files(name: str) -> list[str]:
    """The shards that a name stands for; `datasets` itself would silently leave out missing ones."""
    if "://" not in name:
        return [name]
    try:
        with _errors_named(name):
            return [str(file) for file in resolve_pattern(name, "")]
    except TrainingError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise TrainingError(
                f"data.pictures: {name!r} matches nothing; check the name, and that you may read it."
            ) from error
        raise


@contextmanager
def _errors_named(name: str) -> Iterator[None]:
    """Say in a sentence of ours what went wrong with a name while it was read."""
    try:
        yield
    except VermilionError:
        raise
    except Exception as error:  # there are dozens, of every library on the way to a shard
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        if isinstance(error, ImportError):  # fsspec's, which names the package
            raise TrainingError(f"data.pictures: {name} cannot be read: {reason}.") from error
        cure = "check the connection and your credentials" if "://" in name else "leave it out or replace it"
        raise TrainingError(f"data.pictures: {name} cannot be read ({reason}); {cure}.") from error


def stirred(rows: Iterator[Row], dice: np.random.Generator, size: int = BUFFER) -> Iterator[Row]:
    """The rows in random order, as far as a buffer of so many allows.

    `datasets` has one of its own, which pauses for seconds at the end of each shard.
    """
    buffer = list(islice(rows, size))
    for row in rows:
        place = int(dice.integers(size))
        yield buffer[place]
        buffer[place] = row
    for place in dice.permutation(len(buffer)):
        yield buffer[place]


def _with_image(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a WebDataset keeps its picture under its file's ending."""
    if "image" in row:
        return row
    found = [row[ending] for ending in ("jpg", "jpeg", "png", "webp") if row.get(ending) is not None]
    if not found:
        raise TrainingError(
            f"data.pictures: a row has no picture but {', '.join(sorted(row))}; name the column `image`."
        )
    return row | {"image": found[0]}


def first_pictures(settings: Settings) -> PictureStore:
    """The first pictures of a stream, decoded once: for bins, statistics and held-out figures."""
    data = settings.data
    names = local_or_remote(data.pictures)
    folder = Path(data.cache) / digest_of_names(names, data.short_side, data.surveyed)
    if not (folder / "index.json").exists():
        shards = Shards(data.pictures)
        rows = (row for shard in range(len(shards)) for row in shards.rows(shard))
        make_store(islice(rows, data.surveyed), folder, data.short_side)
    return PictureStore(folder)


class Stream(IterableDataset[Streamed | TrainingError]):
    """Endless batches of one process, from the step `first` of the training on.

    An error comes last, as if it were a batch: raised in a worker process, its sentence would end up
    inside a traceback.

    Args:
        settings: the training's, as they are in the stage.
        first: number of the first batch.
        rank: number of this process.
        ranks: of all processes.
        places: where each worker of all processes is to begin.
    """

    def __init__(
        self,
        settings: Settings,
        first: int,
        rank: int,
        ranks: int,
        places: list[Place],
    ) -> None:
        super().__init__()
        self.settings, self.first = settings, first
        self.rank, self.ranks, self.places = rank, ranks, places
        self.workers = max(1, settings.data.workers)  # of each process
        self.shards = Shards(settings.data.pictures)
        if len(self.shards) < self.ranks * self.workers:
            raise TrainingError(
                f"data.pictures: {len(self.shards)} shards cannot be dealt to {ranks * self.workers} "
                "workers; lower `workers` or `devices`, or make more shards."
            )

    def __iter__(self) -> Iterator[Streamed | TrainingError]:
        try:
            yield from self._batches()
        except TrainingError as error:
            yield error

    def _batches(self) -> Iterator[Streamed]:
        info = get_worker_info()
        own = info.id if info else 0
        number = self.first + own  # the loader takes a batch from each worker in turn
        skipped, taken = Counter[str](), []
        for place, rgb, random in self._pictures(self.rank * self.workers + own, skipped):
            taken.append((rgb, random))
            if len(taken) == self.settings.batch // self.ranks:
                size = size_of(self.settings.seed, number, self.settings.data.sizes)
                pictures, dice = Listed([rgb for rgb, _ in taken]), SampleDice([each for _, each in taken])
                batch = make_batch(pictures, size, dice, self.settings)
                yield Streamed(batch, place, dict(skipped))
                taken, number = [], number + self.workers

    def _pictures(
        self, worker: int, skipped: Counter[str]
    ) -> Iterator[tuple[Place, "np.ndarray[Any, np.dtype[np.uint8]]", np.random.Generator]]:
        """Pictures to train on, as often as their source's weight says."""
        data, seed = self.settings.data, self.settings.seed
        for place, (encoded, key, source) in self._rows(worker):
            number = int(key, 16)
            if data.hold_out and number % data.hold_out == 0:
                continue
            rgb = decode_picture(encoded, data.short_side)
            if isinstance(rgb, str):
                skipped[rgb] += 1
                continue
            dice = np.random.default_rng([seed, place.epoch, number])
            for copy in range(int(data.weights.get(source, 1.0) + dice.random())):
                yield place, rgb, np.random.default_rng([seed, place.epoch, number, copy])

    def _rows(self, worker: int) -> Iterator[tuple[Place, Row]]:
        """Rows of the shards that are dealt to a worker, epoch by epoch."""
        workers = self.ranks * self.workers
        epoch, shard = self.places[worker].epoch, self.places[worker].shard
        while True:
            order = np.random.default_rng([self.settings.seed, epoch]).permutation(len(self.shards))
            for at, name in list(enumerate(order[worker::workers]))[shard:]:
                dice = np.random.default_rng([self.settings.seed, epoch, int(name), 2])
                for row in stirred(self.shards.rows(int(name)), dice):
                    yield Place(worker, epoch, at), row
            epoch, shard = epoch + 1, 0


def streamed(stream: Stream, count: int) -> Iterator[Streamed]:
    """So many batches of this process.

    Raises:
        TrainingError: a shard cannot be read.
    """
    workers = stream.settings.data.workers
    before_workers(workers)
    loader = DataLoader[Any](
        stream,
        batch_size=None,
        num_workers=workers,
        worker_init_fn=one_thread,
        prefetch_factor=2 if workers else None,
    )
    for one in islice(loader, count):
        if isinstance(one, TrainingError):
            raise one
        yield one
