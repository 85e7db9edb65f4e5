"""Pictures that stay on the device: whole batches are cut there, and then made like any other batch.

A crop is reduced by bilinear samples and their means instead of exact areas. All choices follow from
(seed, first sample of the batch, process).
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vermilion.training.data.batch import Batch, Crops, make_batch
from vermilion.training.data.dice import BatchDice
from vermilion.training.data.samples import Samples
from vermilion.training.data.store import PictureStore

SHARE = 0.5  # of the free memory of a card that pictures may take
TOGETHER = 256  # pictures that are copied to the device at once


def fits(store: PictureStore, numbers: list[int], device: torch.device) -> bool:
    """Whether the pictures fit on a card beside the training. A processor has them mapped already."""
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    height, width = _room(store, numbers)
    return 3 * height * width * len(numbers) <= SHARE * free


def _room(store: PictureStore, numbers: list[int]) -> tuple[int, int]:
    """Height and width into which every picture fits, if upright ones lie on their sides."""
    entries = [store.entries[number] for number in numbers]
    return (
        max(min(entry.height, entry.width) for entry in entries),
        max(max(entry.height, entry.width) for entry in entries),
    )


class Resident:
    """All training pictures on a device, and batches made of them there."""

    def __init__(self, samples: Samples, device: torch.device) -> None:
        self.samples, self.device = samples, device
        store, numbers = samples.store, samples.numbers
        self.places = {number: place for place, number in enumerate(numbers)}
        self.pixels = torch.zeros((len(numbers), 3, *_room(store, numbers)), dtype=torch.uint8, device=device)
        sizes = [(store.entries[number].height, store.entries[number].width) for number in numbers]
        upright = [height > width for height, width in sizes]
        for first in range(0, len(numbers), TOGETHER):
            self._load(first, [store[number] for number in numbers[first : first + TOGETHER]])
        self.most = np.array(sizes).max(axis=0)  # height and width of the largest
        self.sizes = torch.tensor(sizes, device=device, dtype=torch.float32)
        self.upright = torch.tensor(upright, device=device)
        self.random = torch.Generator(device)

    def _load(self, first: int, pictures: list[NDArray[np.uint8]]) -> None:
        """Put pictures into their places from `first` on, all in one copy: each copy waits for the card."""
        together = np.zeros((len(pictures), *self.pixels.shape[1:]), np.uint8)
        for place, rgb in zip(together, pictures, strict=True):
            lying = rgb.transpose(2, 1, 0) if rgb.shape[0] > rgb.shape[1] else rgb.transpose(2, 0, 1)
            place[:, : lying.shape[1], : lying.shape[2]] = lying
        self.pixels[first : first + len(pictures)] = torch.from_numpy(together).to(self.device)

    def batch(self, numbers: list[int], rank: int = 0) -> Batch:
        """The batch of some samples, which are one process's part of a whole batch."""
        self.seed(numbers[0], rank)
        return self.made(self.places_of([numbers])[0], self.samples.size_of(numbers[0]))

    def seed(self, number: int, rank: int = 0) -> None:
        """Let a process's next batch follow from the number of its first sample."""
        key = [self.samples.seed, number, rank, 3]
        self.random.manual_seed(int(np.random.default_rng(key).integers(2**62)))

    def places_of(self, batches: list[list[int]]) -> Tensor:
        """Where the pictures of batches of samples lie: [batches, N], in one copy to the device."""
        taken = [
            [self.places[self.samples.picture_of(number)[1]] for number in numbers] for numbers in batches
        ]
        return torch.tensor(taken, device=self.device)

    def made(self, taken: Tensor, size: tuple[int, int]) -> Batch:
        """A batch of the pictures at places [N], by the next random numbers; never waits for the device."""
        dice = BatchDice(len(taken), self.random)
        return make_batch(_Taken(self, taken), size, dice, self.samples.settings)

    def cut(self, taken: Tensor, crops: Crops, size: tuple[int, int]) -> Tensor:
        """Parts of the pictures at places [N], as float32 levels [N,3,H,W], whole numbers."""
        height, width = size
        fine = self._fineness(size)
        y = crops.top[:, None] + _middles(fine * height, self.device) * crops.rows[:, None]
        x = _middles(fine * width, self.device).expand(len(taken), -1)
        x = crops.left[:, None] + torch.where(crops.mirrored[:, None], 1 - x, x) * crops.columns[:, None]
        return functional.avg_pool2d(self._sampled(taken, y, x), fine).round()

    def _fineness(self, size: tuple[int, int]) -> int:
        """Samples to a pixel and side: enough that none of the picture is left out of the mean."""
        return max(1, math.ceil(float((self.most / size).max()) / 1.5))

    def _sampled(self, taken: Tensor, y: Tensor, x: Tensor) -> Tensor:
        """Bilinear samples at rows y [N,h] and columns x [N,w] of the upright pictures: [N,3,h,w]."""
        pixels, upright = self.pixels[taken].float(), self.upright[taken][:, None, None]
        last = (self.sizes[taken] - 0.5)[:, :, None]
        rows = torch.minimum(y.clamp_min(0.5), last[:, 0])[:, :, None].expand(-1, -1, x.shape[1])
        columns = torch.minimum(x.clamp_min(0.5), last[:, 1])[:, None, :].expand(-1, y.shape[1], -1)
        down, across = torch.where(upright, columns, rows), torch.where(upright, rows, columns)
        places = torch.stack([2 * across / pixels.shape[3] - 1, 2 * down / pixels.shape[2] - 1], dim=-1)
        return functional.grid_sample(pixels, places, align_corners=False, padding_mode="border")


class _Taken:
    """The pictures of one batch."""

    def __init__(self, resident: Resident, taken: Tensor) -> None:
        self.resident, self.taken, self.sizes = resident, taken, resident.sizes[taken]

    def cut(self, crops: Crops, size: tuple[int, int]) -> Tensor:
        """Bilinear samples and their means."""
        return self.resident.cut(self.taken, crops, size)


def _middles(count: int, device: torch.device) -> Tensor:
    """Centres of so many equal parts of 0..1."""
    return (torch.arange(count, device=device) + 0.5) / count
