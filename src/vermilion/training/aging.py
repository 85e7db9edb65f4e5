"""Old photographs made from new ones, whole batches on any device: what `color.aging` does one by one."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional

from vermilion.color import FILMS, LUMA_WEIGHTS
from vermilion.training.constants import constant

BLUR = (0.3, 1.2)  # least sigma, and what the strongest adds to it in a picture of 256 pixels
GRAIN = (0.4, 0.9)  # sigma of grain
SCRATCHES, SPECKS = 5, 11  # at most
# The luma table of the JPEG standard (ITU-T T.81, Annex K), at quality 50.
TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56), (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip


class Dice:
    """Random numbers, one or a few for each picture, shaped to be laid over [N,1,H,W]."""

    def __init__(self, count: int, random: Generator) -> None:
        self.count, self.random = count, random

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Evenly from low to high, [N,1,1,1] or [N, *shape]."""
        shape = shape or (1, 1, 1)
        drawn = torch.rand((self.count, *shape), generator=self.random, device=self.random.device)
        return low + (high - low) * drawn

    def normal(self, *shape: int) -> Tensor:
        """Of deviation 1, [N,1,1,1] or [N, *shape]."""
        shape = shape or (1, 1, 1)
        return torch.randn((self.count, *shape), generator=self.random, device=self.random.device)

    def chance(self, share: float) -> Tensor:
        """True for a share of the pictures, [N,1,1,1]."""
        return self.uniform(0, 1) < share


def luma_of(rgb: Tensor) -> Tensor:
    """The plain input: BT.601 luma [N,1,H,W] in 0..1 of levels [N,3,H,W]."""
    weights = constant(LUMA_WEIGHTS, rgb.device)
    return torch.einsum("c,nchw->nhw", weights, rgb)[:, None] / 255


def aged(rgb: Tensor, random: Generator) -> Tensor:
    """Degraded inputs [N,1,H,W] in 0..1 of sRGB levels [N,3,H,W]."""
    dice = Dice(len(rgb), random)
    tone = _exposed(rgb, dice)
    for change, chance in CHANGES:
        tone = torch.where(dice.chance(chance), change(tone, dice), tone)
    tone = _faded(tone, dice)
    return torch.where(dice.chance(0.3), compressed(tone, dice.uniform(35, 90).floor()), tone)


def _exposed(rgb: Tensor, dice: Dice) -> Tensor:
    films = constant(tuple(FILMS.values()), rgb.device)
    weights = films[(dice.uniform(0, len(films), 1)[:, 0]).long()]
    weights = weights * torch.exp(0.15 * dice.normal(3))
    weights = weights / weights.sum(1, keepdim=True)
    light = torch.einsum("nc,nchw->nhw", weights, (rgb / 255) ** 2.2)[:, None]
    tone = torch.where(dice.chance(0.35), luma_of(rgb), light.clamp(0, 1) ** (1 / 2.2))
    return tone.clamp(0, 1) ** torch.exp(0.2 * dice.normal())


def _blurred(tone: Tensor, dice: Dice) -> Tensor:
    return smooth(tone, BLUR[0] + dice.uniform(0, BLUR[1]) * min(tone.shape[2:]) / 256)


def smooth(tone: Tensor, sigma: Tensor) -> Tensor:
    """Gaussian blur of [N,1,H,W] by sigma [N,1,1,1] pixels."""
    radius = math.ceil(4 * max(GRAIN[1], BLUR[0] + BLUR[1] * min(tone.shape[2:]) / 256))
    steps = torch.arange(-radius, radius + 1, device=tone.device)
    kernel = torch.exp(-(steps**2) / (2 * sigma.flatten()[:, None] ** 2))
    kernel = kernel / kernel.sum(1, keepdim=True)
    one = tone.transpose(0, 1)  # a channel a picture, each with a kernel of its own
    padded = functional.pad(one, (radius,) * 4, mode="reflect")
    across = functional.conv2d(padded, kernel[:, None, None, :], groups=len(tone))
    return functional.conv2d(across, kernel[:, None, :, None], groups=len(tone)).transpose(0, 1)


def _vignetted(tone: Tensor, dice: Dice) -> Tensor:
    y, x = (torch.linspace(-1, 1, side, device=tone.device) for side in tone.shape[2:])
    return tone * (1 - dice.uniform(0, 0.4) * (y[:, None] ** 2 + x**2) / 2)


def _stained(tone: Tensor, dice: Dice) -> Tensor:
    coarse = dice.normal(1, 4, 4) * dice.uniform(0.02, 0.10)
    return tone + functional.interpolate(coarse, tone.shape[2:], mode="bicubic", align_corners=False)


def _grained(tone: Tensor, dice: Dice) -> Tensor:
    grain = dice.normal(*tone.shape[1:])
    grain = torch.where(dice.chance(0.7), smooth(grain, dice.uniform(*GRAIN)), grain)
    return tone + grain * dice.uniform(0, 0.07)


def _scratched(tone: Tensor, dice: Dice) -> Tensor:
    height, width = tone.shape[2:]
    size = constant((height, width), tone.device)
    sides = [torch.arange(side, device=tone.device) for side in (height, width)]
    pixels = torch.stack(torch.meshgrid(*sides, indexing="ij"))
    lines, specks = dice.uniform(1, SCRATCHES + 1).floor(), dice.uniform(0, SPECKS + 1).floor()
    for number in range(SCRATCHES):
        start, end = (dice.uniform(0, 1, 2) * size for _ in range(2))
        upright = dice.uniform(0, 1, 1) < 0.6
        end[:, 1:] = torch.where(upright, start[:, 1:] + 4 * dice.normal(1), end[:, 1:])
        cover = (1 - distance_to_line(pixels, start, end)).clamp(0, 1) * (number < lines)
        tone = torch.lerp(tone, _ink(dice), cover)
    for number in range(SPECKS):
        middle = (dice.uniform(0, 1, 2) * size).floor()
        radius = dice.uniform(0, 2).floor()
        near = (pixels - middle[:, :, None, None]).square().sum(1, keepdim=True) <= radius**2
        tone = torch.where(near & (number < specks), _ink(dice), tone)
    return tone


def _ink(dice: Dice) -> Tensor:
    return torch.where(dice.chance(0.5), 0.05, 0.95)


def distance_to_line(pixels: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Distances [N,1,H,W] of pixels [2,H,W] from the lines between points [N,2] (y, x)."""
    way = (end - start)[:, :, None, None]
    from_start = pixels - start[:, :, None, None]
    along = (from_start * way).sum(1, keepdim=True) / way.square().sum(1, keepdim=True).clamp_min(1e-6)
    return (from_start - along.clamp(0, 1) * way).square().sum(1, keepdim=True).sqrt()


def _faded(tone: Tensor, dice: Dice) -> Tensor:
    black, white = dice.uniform(0, 0.2), dice.uniform(0.75, 1)
    return black + tone.clamp(0, 1) * (white - black)


def compressed(tone: Tensor, quality: Tensor) -> Tensor:
    """The blocks and rings of a grey JPEG of a quality [N,1,1,1] of 35..90; sides are multiples of 8."""
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    table = constant(TABLE, tone.device)
    steps = ((table * scale + 50) / 100).floor().clamp(1, 255)[:, :, None, None]
    height, width = tone.shape[2:]
    levels = (tone * 255).round() - 128
    blocks = levels.reshape(len(tone), height // 8, 8, width // 8, 8).transpose(2, 3)
    cosines = _cosines(tone.device)
    steps = steps.reshape(len(tone), 1, 1, 8, 8)
    kept = (cosines @ blocks @ cosines.T / steps).round() * steps
    decoded = (cosines.T @ kept @ cosines).transpose(2, 3).reshape(tone.shape)
    return (decoded + 128).round().clamp(0, 255) / 255


def _cosines(device: torch.device) -> Tensor:
    """The orthonormal DCT of eight values, [8,8]."""
    steps = torch.arange(8, device=device, dtype=torch.float32)
    cosines = torch.cos(math.pi / 8 * (steps + 0.5) * steps[:, None]) / 2
    cosines[0] /= 2**0.5
    return cosines


CHANGES: tuple[tuple[Callable[[Tensor, Dice], Tensor], float], ...] = (
    (_blurred, 0.6),
    (_vignetted, 0.4),
    (_stained, 0.25),
    (_grained, 0.6),
    (_scratched, 0.3),
)
