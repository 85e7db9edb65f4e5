"""Pictures that stay on the device: whole batches are cut, turned, coloured, aged and hinted there.

The same as `samples` and `degrade` do one by one on the processor, up to the way in which a crop is reduced
(bilinear samples and their means instead of exact areas). All choices follow from (seed, batch, process).
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vermilion.training.aging import aged, luma_of
from vermilion.training.constants import constant
from vermilion.training.recolor import RADII, random_spots, recolored, squares
from vermilion.training.samples import AB_SCALE, Batch, Samples, stride_of
from vermilion.training.store import PictureStore

SHARE = 0.5  # of the free memory of a card that pictures may take
MOST_HINTS = 64  # points; more come once in five thousand samples
TOGETHER = 256  # pictures that are copied to the device at once

# Linear sRGB to CIE XYZ over the D65 white (IEC 61966-2-1).
TO_XYZ = (
    (0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456),
    (0.212671, 0.715160, 0.072169),
    (0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754),
)


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

    @torch.no_grad()
    def made(self, taken: Tensor, size: tuple[int, int]) -> Batch:
        """A batch of the pictures at places [N], by the next random numbers; never waits for the device."""
        random, data, stride = self.random, self.samples.settings.data, stride_of(self.samples.settings)
        rgb = self._crop(taken, size, data.smallest_crop, random)
        ab = true_ab(rgb, stride) * data.vividness
        plain = luma_of(rgb)
        old = torch.rand(len(rgb), 1, 1, 1, generator=random, device=self.device) < data.degraded
        luma = torch.where(old, aged(rgb, random), plain) if data.degraded else plain
        if not data.recolored:
            return Batch(luma, ab, random_hints(ab, data.hinted, random))
        ours = recolored(ab, plain, data.recolored, random)
        hints = random_hints(ours.ab, ours.share_of_hints(data.hinted, random), random)
        return Batch(luma, ours.ab, ours.told(hints, AB_SCALE))

    def _crop(self, taken: Tensor, size: tuple[int, int], smallest: float, random: torch.Generator) -> Tensor:
        """Random parts of pictures, mirrored half the time, as float32 levels [N,3,H,W], whole numbers."""
        height, width = size
        dice = torch.rand(5, len(taken), generator=random, device=self.device)
        full = self.sizes[taken].T
        aspect = width / height * torch.exp(0.2 * dice[0] - 0.1)
        tall = torch.minimum(full[0], full[1] / aspect) * (smallest + (1 - smallest) * dice[1])
        rows = tall.round().clamp_min(8)
        columns = torch.minimum((tall * aspect).round().clamp_min(8), full[1])
        top = (dice[2] * (full[0] - rows + 1)).floor()
        left = (dice[3] * (full[1] - columns + 1)).floor()
        fine = self._fineness(size)
        y = top[:, None] + _middles(fine * height, self.device) * rows[:, None]
        x = _middles(fine * width, self.device).expand(len(taken), -1)
        x = left[:, None] + torch.where(dice[4][:, None] < 0.5, 1 - x, x) * columns[:, None]
        sampled = self._sampled(taken, y, x)
        return functional.avg_pool2d(sampled, fine).round()

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


def _middles(count: int, device: torch.device) -> Tensor:
    """Centres of so many equal parts of 0..1."""
    return (torch.arange(count, device=device) + 0.5) / count


def true_ab(rgb: Tensor, stride: int) -> Tensor:
    """Mean CIELAB a, b [N,2,H/stride,W/stride] of sRGB levels [N,3,H,W]."""
    if stride > 1:  # as `samples` does: eight-bit levels at twice the size
        rgb = functional.avg_pool2d(rgb, stride // 2).round()
    encoded = rgb / 255
    linear = torch.where(encoded > 0.04045, ((encoded + 0.055) / 1.055) ** 2.4, encoded / 12.92)
    xyz = torch.einsum("ij,njhw->nihw", constant(TO_XYZ, rgb.device), linear)
    f = torch.where(xyz > 0.008856, xyz.clamp_min(1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    ab = torch.stack([500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], dim=1)
    return functional.avg_pool2d(ab, 2) if stride > 1 else ab


def random_hints(ab: Tensor, share: float | Tensor, random: torch.Generator) -> Tensor:
    """Hints [N,3,h,w] as `samples.random_hints` gives them, from true ab [N,2,h,w]; one share or [N]."""
    count, (height, width), device = len(ab), ab.shape[2:], ab.device
    dice = torch.rand(2, count, generator=random, device=device)
    odds = torch.rand(count, generator=random, device=device).clamp_min(1e-9)
    points = torch.ceil(torch.log(odds) / math.log(1 - 1 / 8)).clamp(1, MOST_HINTS)  # geometric
    y, x = random_spots(ab, MOST_HINTS, random)
    radius = torch.randint(len(RADII), (count, MOST_HINTS), generator=random, device=device)
    latest = _latest(points, (y, x), radius, (height, width))
    given = (latest >= 0).unsqueeze(1)
    colors = _colors(ab, y, x, radius).flatten(2)  # [N,2,M]
    at = latest.clamp_min(0).flatten(1)[:, None].expand(-1, 2, -1)
    patches = torch.gather(colors, 2, at).reshape(count, 2, height, width) * given
    everything = (dice[1] < 0.01)[:, None, None, None]
    hints = torch.cat([torch.where(everything, ab, patches) / AB_SCALE, (given | everything).float()], dim=1)
    return hints * (dice[0] < share)[:, None, None, None]


def _latest(points: Tensor, spots: tuple[Tensor, Tensor], radius: Tensor, size: tuple[int, int]) -> Tensor:
    """Which point is the last to cover each pixel, -1 = none: [N,h,w]."""
    number = torch.arange(MOST_HINTS, device=points.device)
    covered = squares(spots, radius, size) & (number < points[:, None])[..., None, None]
    return torch.where(covered, number[:, None, None], -1).amax(1)


def _colors(ab: Tensor, y: Tensor, x: Tensor, radius: Tensor) -> Tensor:
    """Mean ab of the patch around each point [N,M]: [N,2,M]."""
    means = torch.stack(
        [functional.avg_pool2d(ab, 2 * r + 1, 1, r, count_include_pad=False) for r in RADII], dim=1
    )
    which = torch.arange(len(ab), device=ab.device)[:, None]
    return means[which, radius, :, y, x].transpose(1, 2)
