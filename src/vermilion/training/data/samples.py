"""Samples: what one picture becomes in one epoch, a pure function of (seed, epoch, picture).

A run that is resumed, or spread over several processes, therefore sees exactly the
same samples as one that was not.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from vermilion.errors import TrainingError
from vermilion.training.config.settings import Settings
from vermilion.training.data.batch import Batch, Crops, make_batch
from vermilion.training.data.dice import SampleDice
from vermilion.training.data.store import PictureStore

NAMED = 12  # sources that an error lists
SURVEYED_BATCHES = 12  # from which an averaged generator learns its batch norms' statistics


class Listed:
    """Pictures in the processor's memory, uint8 [H, W, 3] each."""

    def __init__(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        self.pictures = pictures
        self.sizes = torch.tensor([rgb.shape[:2] for rgb in pictures], dtype=torch.float32)

    def cut(self, crops: Crops, size: tuple[int, int]) -> Tensor:
        """By OpenCV, which is quicker here than what a card does: exact areas, or bilinear if enlarged."""
        height, width = size
        places = torch.stack([crops.top, crops.left, crops.rows, crops.columns], dim=1).int().tolist()
        cut = np.empty((len(places), height, width, 3), np.uint8)
        mirrored = crops.mirrored.tolist()
        for rgb, place, turned, target in zip(self.pictures, places, mirrored, cut, strict=True):
            top, left, rows, columns = place
            part = np.ascontiguousarray(rgb[top : top + rows, left : left + columns])
            way = cv2.INTER_AREA if rows > height else cv2.INTER_LINEAR
            resized = cv2.resize(part, (width, height), interpolation=way)
            target[:] = resized[:, ::-1] if turned else resized
        levels = torch.from_numpy(cut).permute(0, 3, 1, 2)
        return levels.to(torch.float32, memory_format=torch.contiguous_format)


def how_often(store: PictureStore, numbers: list[int], weights: dict[str, float]) -> NDArray[np.float64]:
    """How often each picture is taken in an epoch, on average: [n].

    Raises:
        TrainingError: a weight names a source that no picture is from, or no picture is ever taken.
    """
    sources = [store.entries[number].source for number in numbers]
    unknown = sorted(set(weights) - {entry.source for entry in store.entries})
    if unknown:
        there = ", ".join(sorted({entry.source for entry in store.entries})[:NAMED])
        raise TrainingError(f"data.weights: no picture is from {unknown[0]!r}; the sources are {there}.")
    often = np.array([weights.get(source, 1.0) for source in sources])
    if not often.any():
        raise TrainingError("data.weights: leaves no picture to train on; give one source more than 0.")
    return often


def shuffled(often: NDArray[np.float64], random: Generator) -> NDArray[np.int64]:
    """An epoch in random order: places of pictures and how often each came before, [round(sum), 2].

    A picture of weight 2.3 comes twice in each epoch, and a third time in three of ten (systematic sampling).
    """
    count = max(1, round(float(often.sum())))
    order = random.permutation(count)
    if (often == 1).all():
        return np.stack([order, np.zeros_like(order)], axis=1)
    upto = np.floor(np.cumsum(often) * (count / often.sum()) + random.random()).astype(np.int64)
    copies = np.diff(np.minimum(upto, count), prepend=0)
    copies[-1] += count - copies.sum()
    taken = np.repeat(np.arange(len(often)), copies)
    before = np.arange(count) - np.repeat(np.cumsum(copies) - copies, copies)
    return np.stack([taken, before], axis=1)[order]


def size_of(seed: int, batch: int, sizes: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Height and width of a batch, by its number."""
    return sizes[np.random.default_rng([seed, batch, 1]).integers(len(sizes))]


Sample = tuple[Tensor, Tensor, Tensor]  # luma [1,H,W], ab [2,h,w], hints [3,h,w]


class Samples(Dataset[Sample]):
    """Sample number n of an endless training: picture and random numbers follow from n alone."""

    def __init__(self, store: PictureStore, numbers: list[int], settings: Settings) -> None:
        self.store, self.numbers, self.settings = store, numbers, settings
        self.seed, self.batch = settings.seed, settings.batch
        # The first pictures of a stream need not be from all of its sources.
        weights = {} if settings.data.stream else settings.data.weights
        self.often = how_often(store, numbers, weights)
        self.length = max(1, round(float(self.often.sum())))  # samples of an epoch
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.empty((0, 2), np.int64))

    def with_settings(self, settings: Settings) -> "Samples":
        """The same pictures as samples of other settings."""
        return Samples(self.store, self.numbers, settings)

    def picture_of(self, number: int) -> tuple[int, int, int]:
        """Epoch and picture of a sample, and how many samples the epoch made of the picture before."""
        epoch, place = divmod(number, self.length)
        if self._order[0] != epoch:
            self._order = epoch, shuffled(self.often, np.random.default_rng([self.seed, epoch]))
        taken, before = self._order[1][place]
        return epoch, self.numbers[taken], int(before)

    def size_of(self, number: int) -> tuple[int, int]:
        """Height and width, the same for all samples of a batch."""
        return size_of(self.seed, number // self.batch, self.settings.data.sizes)

    def make(self, numbers: Sequence[int]) -> Batch:
        """A batch of samples, all of the size of the first."""
        taken = [self.picture_of(number) for number in numbers]
        pictures = Listed([self.store[picture] for _, picture, _ in taken])
        return make_batch(pictures, self.size_of(numbers[0]), SampleDice(self._randoms(taken)), self.settings)

    def _randoms(self, taken: list[tuple[int, int, int]]) -> list[Generator]:
        """Random numbers for pictures, by their epoch and how often each came before."""
        return [
            np.random.default_rng([self.seed, epoch, picture, *([before] if before else [])])
            for epoch, picture, before in taken
        ]

    def __getitem__(self, number: int) -> Sample:
        batch = self.make([number])
        return batch.luma[0], batch.ab[0], batch.hints[0]

    def __getitems__(self, numbers: list[int]) -> Batch:
        """What a loader asks for: whole batches."""
        return self.make(numbers)


class BatchNumbers(Sampler[list[int]]):
    """Sample numbers of each global batch that belong to this process.

    Batches are always whole: the last one may reach beyond `last`.
    """

    def __init__(self, first: int, last: int, batch: int, rank: int = 0, ranks: int = 1) -> None:
        self.first, self.last, self.batch, self.rank, self.ranks = first, last, batch, rank, ranks

    def __iter__(self) -> Iterator[list[int]]:
        for start in range(self.first, self.last, self.batch):
            yield list(range(start + self.rank, start + self.batch, self.ranks))

    def __len__(self) -> int:
        return len(range(self.first, self.last, self.batch))


def as_it_is(batch: Any) -> Any:  # noqa: ANN401 - the loader hands over what `__getitems__` returned
    """What a loader does with a batch that is one already."""
    return batch


def one_thread(_: int) -> None:
    """Let a worker process leave the cores to the training."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)


def before_workers(workers: int) -> None:
    """End OpenCV's threads in this process: a worker forked from it would wait for them for ever."""
    if workers:
        cv2.setNumThreads(1)


def batches(samples: Samples, numbers: BatchNumbers, workers: int) -> Iterable[Batch]:
    """A loader of `Batch`es in the order of `numbers`."""
    before_workers(workers)
    return DataLoader[Any](
        samples,
        batch_sampler=numbers,
        num_workers=workers,
        collate_fn=as_it_is,
        worker_init_fn=one_thread,
        prefetch_factor=4 if workers else None,
        persistent_workers=False,
    )


def first_batches(samples: Samples) -> Iterable[Batch]:
    """What statistics are measured on: always the first batches, so that figures can be made again."""
    for first in range(0, SURVEYED_BATCHES * samples.batch, samples.batch):
        yield samples.make(range(first, first + samples.batch))
