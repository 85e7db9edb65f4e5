"""Makes new photographs look old, in whole batches on any device.

All training samples are aged by it. `color.aging` does the same to one picture without torch, for figures.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from vermilion.color import FILMS
from vermilion.tone import LUMA_WEIGHTS
from vermilion.training.data.constants import constant
from vermilion.training.data.dice import Dice, Planes, whole

BLUR = (0.3, 1.2)  # least sigma, and what the strongest adds to it in a picture of 256 pixels
GRAIN = (0.4, 0.9)  # sigma of grain
SCRATCHES, SPECKS = 5, 11  # at most
UPRIGHT = 0.6  # share of scratches that follow the film
# Shares of pictures: seen by a film instead of plainly converted, with blurred grain, saved as a JPEG.
FILMED, SMOOTH_GRAIN, COMPRESSED = 0.65, 0.7, 0.3
QUALITY = (35, 90)
# The luma table of the JPEG standard (ITU-T T.81, Annex K), at quality 50.
TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56), (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip


def luma_of(rgb: Tensor) -> Tensor:
    """The plain input: BT.601 luma [N,1,H,W] in 0..1 of levels [N,3,H,W]."""
    weights = constant(LUMA_WEIGHTS, rgb.device)
    return torch.einsum("c,nchw->nhw", weights, rgb)[:, None] / 255


def aged(rgb: Tensor, dice: Dice) -> Tensor:
    """Degraded inputs [N,1,H,W] in 0..1 of sRGB levels [N,3,H,W]."""
    tone = _exposed(rgb, dice)
    for how, chance in CHANGES:
        (tone,) = dice.change(chance, (tone,), how)
    (tone,) = dice.change(COMPRESSED, (_faded(tone, dice),), _jpeg)
    return tone


def _exposed(rgb: Tensor, dice: Dice) -> Tensor:
    (tone,) = dice.change(FILMED, (luma_of(rgb), rgb), _filmed, keep=1)
    return tone.clamp(0, 1) ** torch.exp(0.2 * dice.normal())


def _filmed(planes: Planes, dice: Dice) -> Planes:
    rgb = planes[1]
    films = constant(tuple(FILMS.values()), rgb.device)
    weights = films[whole(dice, len(films), 1)[:, 0]] * torch.exp(0.15 * dice.normal(3))
    weights = weights / weights.sum(1, keepdim=True)
    light = torch.einsum("nc,nchw->nhw", weights, (rgb / 255) ** 2.2)[:, None]
    return (light.clamp(0, 1) ** (1 / 2.2),)


def _blurred(planes: Planes, dice: Dice) -> Planes:
    tone = planes[0]
    return (smooth(tone, BLUR[0] + dice.uniform(0, BLUR[1]) * min(tone.shape[2:]) / 256),)


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


def _vignetted(planes: Planes, dice: Dice) -> Planes:
    tone = planes[0]
    y, x = (torch.linspace(-1, 1, side, device=tone.device) for side in tone.shape[2:])
    return (tone * (1 - dice.uniform(0, 0.4) * (y[:, None] ** 2 + x**2) / 2),)


def _stained(planes: Planes, dice: Dice) -> Planes:
    tone = planes[0]
    coarse = dice.normal(1, 4, 4) * dice.uniform(0.02, 0.10)
    field = functional.interpolate(coarse, tone.shape[2:], mode="bicubic", align_corners=False)
    return (tone + field,)


def _grained(planes: Planes, dice: Dice) -> Planes:
    tone = planes[0]
    (grain,) = dice.change(SMOOTH_GRAIN, (dice.normal(*tone.shape[1:]),), _smooth_grain)
    return (tone + grain * dice.uniform(0, 0.07),)


def _smooth_grain(planes: Planes, dice: Dice) -> Planes:
    return (smooth(planes[0], dice.uniform(*GRAIN)),)


def _scratched(planes: Planes, dice: Dice) -> Planes:
    """Scratches and hairs, dark or light, mostly upright as film is transported; and dust."""
    return (_with_specks(_with_lines(planes[0], dice), dice),)


def _with_lines(tone: Tensor, dice: Dice) -> Tensor:
    size = constant((float(tone.shape[2]), float(tone.shape[3])), tone.device)
    count = dice.uniform(1, SCRATCHES + 1, 1).floor()
    start, end = (dice.uniform(0, 1, SCRATCHES, 2) * size for _ in range(2))
    upright = dice.uniform(0, 1, SCRATCHES) < UPRIGHT
    column = torch.where(upright, start[..., 1] + 4 * dice.normal(SCRATCHES), end[..., 1])
    end = torch.stack([end[..., 0], column], dim=-1)
    number = torch.arange(SCRATCHES, device=tone.device)
    ink = _ink(dice, SCRATCHES)
    cover = (1 - distance_to_lines(tone.shape[2:], start, end)).clamp(0, 1)
    cover = cover * (number < count)[..., None, None]
    for each in range(SCRATCHES):  # the later lie on top
        tone = torch.lerp(tone, ink[:, each, None, None, None], cover[:, each, None])
    return tone


def _with_specks(tone: Tensor, dice: Dice) -> Tensor:
    height, width = tone.shape[2:]
    count = dice.uniform(0, SPECKS + 1, 1).floor()
    middle = whole(dice, height, SPECKS), whole(dice, width, SPECKS)
    number = torch.arange(SPECKS, device=tone.device, dtype=torch.int8)
    radius = torch.where(number < count, whole(dice, 2, SPECKS), -1)
    steps = [torch.arange(side, device=tone.device) for side in (height, width)]
    down, across = ((step - at[..., None]).abs() for step, at in zip(steps, middle, strict=True))
    near = down[..., :, None] + across[..., None, :] <= radius[..., None, None]  # a pixel, or a cross of five
    latest = torch.where(near, number[:, None, None], number.new_full((), -1)).amax(1)
    ink = torch.gather(_ink(dice, SPECKS), 1, latest.clamp_min(0).long().flatten(1)).reshape(latest.shape)
    return torch.where(latest[:, None] >= 0, ink[:, None], tone)


def _ink(dice: Dice, count: int) -> Tensor:
    return torch.where(dice.uniform(0, 1, count) < 0.5, 0.05, 0.95)


def distance_to_lines(size: Sequence[int], start: Tensor, end: Tensor) -> Tensor:
    """Distances [N,K,H,W] of the pixels of a size from the lines between points [N,K,2] (y, x)."""
    y, x = (torch.arange(side, device=start.device, dtype=torch.float32) for side in size)
    way = end - start
    length = way.norm(dim=-1)[..., None, None]
    ahead = torch.where(length[..., 0] > 1e-2, way / length[..., 0], 0.5**0.5)  # a point has any direction
    down, across = ahead[..., None, None, :].unbind(-1)
    rows, columns = y[:, None] - start[..., 0, None, None], x - start[..., 1, None, None]
    along = rows * down + columns * across
    aside = columns * down - rows * across
    beyond = along - torch.minimum(along.clamp_min(0), length)
    return torch.hypot(aside, beyond)


def _faded(tone: Tensor, dice: Dice) -> Tensor:
    black, white = dice.uniform(0, 0.2), dice.uniform(0.75, 1)
    return black + tone.clamp(0, 1) * (white - black)


def _jpeg(planes: Planes, dice: Dice) -> Planes:
    return (compressed(planes[0], dice.uniform(*QUALITY).floor()),)


def compressed(tone: Tensor, quality: Tensor) -> Tensor:
    """The blocks and rings of a grey JPEG of a quality [N,1,1,1] of 35..90; sides are multiples of 8."""
    count, _, height, width = tone.shape
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    steps = ((constant(TABLE, tone.device) * scale + 50) / 100).floor().clamp(1, 255)
    steps = steps.reshape(count, 1, 8, 1, 8)
    cosines = _cosines(tone.device)
    levels = (tone * 255).round() - 128
    down = cosines @ levels.reshape(count, height // 8, 8, width)
    frequencies = down.reshape(count, height // 8, 8, width // 8, 8) @ cosines.T
    kept = (frequencies / steps).round() * steps
    across = (kept @ cosines).reshape(count, height // 8, 8, width)
    decoded = (cosines.T @ across).reshape(tone.shape)
    return (decoded + 128).round().clamp(0, 255) / 255


def _cosines(device: torch.device) -> Tensor:
    """The orthonormal DCT of eight values, [8,8]."""
    steps = torch.arange(8, device=device, dtype=torch.float32)
    cosines = torch.cos(math.pi / 8 * (steps + 0.5) * steps[:, None]) / 2
    cosines[0] /= 2**0.5
    return cosines


# In this order; the same shares as in `color.aging`.
CHANGES: tuple[tuple[Callable[[Planes, Dice], Planes], float], ...] = (
    (_blurred, 0.6),
    (_vignetted, 0.4),
    (_stained, 0.25),
    (_grained, 0.6),
    (_scratched, 0.3),
)
