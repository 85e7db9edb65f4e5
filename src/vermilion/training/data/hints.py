"""Hints as a person might give them, from the true colours.

As in Zhang et al. 2017 (arXiv:1705.02999): the number of points is geometric with p = 1/8, each is the mean
of a small patch, one sample in a hundred is given everything.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from vermilion.training.data.dice import Dice, Planes, whole

AB_SCALE = 110.0  # a hint's chroma is given in these units
RADII = (0, 1, 2)  # of patches, in cells
MOST_HINTS = 64  # points; more come once in five thousand samples
EVERYTHING = 0.01  # share of the samples with hints that are given all


def random_hints(ab: Tensor, share: float | Tensor, dice: Dice) -> Tensor:
    """Hints [N,3,h,w] as (a/110, b/110, weight) from true ab [N,2,h,w], for one share of them or [N]."""
    none = ab.new_zeros(len(ab), 3, *ab.shape[2:])
    return dice.change(share, (none, ab), _given, keep=1)[0]


def _given(planes: Planes, dice: Dice) -> Planes:
    ab = planes[1]
    height, width = ab.shape[2:]
    odds = dice.uniform(0, 1, 1).clamp_min(1e-9)
    points = torch.ceil(torch.log(odds) / math.log(1 - 1 / 8)).clamp(1, MOST_HINTS)  # geometric, [N,1]
    spots = random_spots(ab, MOST_HINTS, dice)
    radius = whole(dice, len(RADII), MOST_HINTS)
    latest = latest_point(points, spots, radius, (height, width))
    given = (latest >= 0).unsqueeze(1)
    colors = _colors(ab, spots, radius)
    at = latest.clamp_min(0).long().flatten(1)[:, None].expand(-1, 2, -1)
    patches = torch.gather(colors, 2, at).reshape(len(ab), 2, height, width) * given
    everything = dice.uniform(0, 1) < EVERYTHING
    chroma = torch.where(everything, ab, patches) / AB_SCALE
    return (torch.cat([chroma, (given | everything).float()], dim=1),)


def random_spots(ab: Tensor, each: int, dice: Dice) -> tuple[Tensor, Tensor]:
    """Rows and columns [N,each] of cells of pictures [N,2,h,w], more of them near the middle."""
    height, width = ab.shape[2:]
    drawn = dice.normal(2, each)
    y = (height / 2 + drawn[:, 0] * height / 4).clamp(0, height - 1).long()
    x = (width / 2 + drawn[:, 1] * width / 4).clamp(0, width - 1).long()
    return y, x


def squares(spots: tuple[Tensor, Tensor], radius: Tensor, size: tuple[int, int]) -> Tensor:
    """Cells at most a radius [N,K] from spots (rows, columns [N,K]), up, down and aside: bool [N,K,h,w]."""
    rows, columns = (
        (torch.arange(side, device=at.device) - at[..., None]).abs() <= radius[..., None]
        for side, at in zip(size, spots, strict=True)
    )
    return rows[..., :, None] & columns[..., None, :]


def latest_point(
    points: Tensor, spots: tuple[Tensor, Tensor], radius: Tensor, size: tuple[int, int]
) -> Tensor:
    """Which of the first points [N,1] is the last to cover each cell, -1 = none: int8 [N,h,w]."""
    number = torch.arange(MOST_HINTS, device=points.device, dtype=torch.int8)
    radius = torch.where(number < points, radius, -1)  # covers nothing
    covered = squares(spots, radius, size)
    return torch.where(covered, number[:, None, None], number.new_full((), -1)).amax(1)


def _colors(ab: Tensor, spots: tuple[Tensor, Tensor], radius: Tensor) -> Tensor:
    """Mean ab of the patch around each point [N,K]: [N,2,K]."""
    means = torch.stack(
        [functional.avg_pool2d(ab, 2 * r + 1, 1, r, count_include_pad=False) for r in RADII], dim=1
    )
    height, width = ab.shape[2:]
    at = ((radius * height + spots[0]) * width + spots[1])[:, None].expand(-1, 2, -1)
    return torch.gather(means.transpose(1, 2).flatten(2), 2, at)
