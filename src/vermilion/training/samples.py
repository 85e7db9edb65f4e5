"""Samples: what one picture becomes in one epoch, a pure function of (seed, epoch, picture).

A run that was stopped and goes on, or is spread over several processes, therefore sees exactly the
same samples as one that was not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, Sampler

from vermilion.color import old_photograph, plain_luma
from vermilion.errors import TrainingError
from vermilion.training.recolor import recolored
from vermilion.training.settings import Settings
from vermilion.training.store import PictureStore

STRIDE = 4  # pixels of luma to one of chroma
NAMED = 12  # sources that an error lists
AB_SCALE = 110.0  # a hint's chroma is given in these units


Sample = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of N samples: luma [N,1,H,W] 0..1, ab [N,2,H/4,W/4], hints [N,3,H/4,W/4].

    Where the encoder's features [N,C,.,.] of the luma are known already, finest first, they are there, too.
    """

    luma: torch.Tensor
    ab: torch.Tensor
    hints: torch.Tensor
    features: tuple[torch.Tensor, ...] = ()

    def inputs(self, temperature: float) -> tuple[Any, ...]:
        """What a generator is called with."""
        inputs = self.luma, self.hints, temperature
        return (*inputs, self.features) if self.features else inputs

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        tensors = (self.luma, self.ab, self.hints, *self.features)
        luma, ab, hints, *features = (tensor.to(device, non_blocking=True) for tensor in tensors)
        return Batch(luma, ab, hints, tuple(features))


def true_ab(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    """Mean CIELAB a, b of uint8 [H, W, 3] sRGB at a smaller size (h, w): float32 [h, w, 2]."""
    height, width = size
    twice = cv2.resize(rgb, (2 * width, 2 * height), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(twice.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    small = cv2.resize(lab[..., 1:], (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32, copy=False)


def random_hints(ab: NDArray[np.float32], random: Generator, share: float) -> NDArray[np.float32]:
    """Hints as a person might give them, from the true ab [h, w, 2]: float32 [3, h, w].

    As in Zhang et al. 2017 (arXiv:1705.02999): the number of points is geometric with p = 1/8, each is the
    mean of a small patch, one sample in a hundred is given everything.
    """
    height, width = ab.shape[:2]
    hints = np.zeros((3, height, width), np.float32)
    if random.random() >= share:
        return hints
    if random.random() < 0.01:
        return np.concatenate([ab.transpose(2, 0, 1) / AB_SCALE, np.ones((1, height, width), np.float32)])
    for _ in range(random.geometric(1 / 8)):
        y = int(np.clip(random.normal(height / 2, height / 4), 0, height - 1))
        x = int(np.clip(random.normal(width / 2, width / 4), 0, width - 1))
        radius = int(random.integers(0, 3))
        patch = slice(max(0, y - radius), y + radius + 1), slice(max(0, x - radius), x + radius + 1)
        hints[:2, *patch] = (ab[patch].mean(axis=(0, 1)) / AB_SCALE)[:, None, None]
        hints[2, *patch] = 1
    return hints


def crop(
    rgb: NDArray[np.uint8], size: tuple[int, int], smallest: float, random: Generator
) -> NDArray[np.uint8]:
    """A random part of a picture, mirrored half the time, resized to (height, width)."""
    height, width = size
    aspect = width / height * np.exp(random.uniform(-0.1, 0.1))
    most = min(rgb.shape[0], rgb.shape[1] / aspect)
    tall = most * random.uniform(smallest, 1)
    rows, columns = max(8, round(tall)), max(8, min(rgb.shape[1], round(tall * aspect)))
    top, left = (
        int(random.integers(0, full - part + 1))
        for full, part in zip(rgb.shape, (rows, columns), strict=False)
    )
    part = rgb[top : top + rows, left : left + columns]
    if random.random() < 0.5:
        part = part[:, ::-1]
    way = cv2.INTER_AREA if rows > height else cv2.INTER_LINEAR
    resized = cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=way)
    return resized.astype(np.uint8, copy=False)


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


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture: its luma as the network sees it and as it is [H,W] 0..1, its ab [h,w,2]."""

    luma: NDArray[np.float32]
    plain: NDArray[np.float32]
    ab: NDArray[np.float32]


def make_sample(
    rgb: NDArray[np.uint8], size: tuple[int, int], random: Generator, settings: Settings
) -> Sample:
    """Luma [1,H,W], ab [2,h,w] and hints [3,h,w] of a random part of a picture."""
    view = make_view(rgb, size, random, settings)
    return torch.from_numpy(view.luma[None]), *hinted_view(view, random, settings)


def make_view(rgb: NDArray[np.uint8], size: tuple[int, int], random: Generator, settings: Settings) -> View:
    """A random part of a picture, mirrored half the time and maybe aged."""
    data, stride = settings.data, stride_of(settings)
    part = crop(rgb, size, data.smallest_crop, random)
    ab = true_ab(part, (size[0] // stride, size[1] // stride))
    ab *= np.float32(data.vividness)
    plain = plain_luma(part)
    luma = old_photograph(part, random) if random.random() < data.degraded else plain
    return View(luma, plain, ab)


def hinted_view(view: View, random: Generator, settings: Settings) -> tuple[torch.Tensor, torch.Tensor]:
    """The ab [2,h,w] of a view, maybe with a thing in another colour, and hints [3,h,w]."""
    data = settings.data
    true = torch.from_numpy(view.ab.transpose(2, 0, 1).copy())
    if data.recolored and random.random() < data.recolored:
        return recolored_sample(true, view.plain, random, data.hinted)
    return true, torch.from_numpy(random_hints(view.ab, random, data.hinted))


def recolored_sample(
    ab: torch.Tensor, luma: NDArray[np.float32], random: Generator, hinted: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Another ab [2,h,w] for a thing in a picture of plain luma [H,W], and hints [3,h,w] that tell it."""
    dice = torch.Generator().manual_seed(int(random.integers(2**62)))
    one = recolored(ab[None], torch.from_numpy(luma)[None, None], 1.0, dice)
    share = float(one.share_of_hints(hinted, dice))
    hints = random_hints(one.ab[0].permute(1, 2, 0).numpy(), random, share)
    return one.ab[0], one.told(torch.from_numpy(hints)[None], AB_SCALE)[0]


def stride_of(settings: Settings) -> int:
    """Pixels of luma to one of chroma."""
    return 1 if settings.model.kind == "classic" else STRIDE


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

    def __getitem__(self, number: int) -> Sample:
        epoch, picture, before = self.picture_of(number)
        random = np.random.default_rng([self.seed, epoch, picture, *([before] if before else [])])
        return make_sample(self.store[picture], self.size_of(number), random, self.settings)


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


def stack(samples: list[Sample]) -> Batch:
    """Samples of one size as a batch."""
    luma, ab, hints = (torch.stack(tensors) for tensors in zip(*samples, strict=True))
    return Batch(luma, ab, hints)


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
        collate_fn=stack,
        worker_init_fn=one_thread,
        prefetch_factor=4 if workers else None,
        persistent_workers=False,
    )
