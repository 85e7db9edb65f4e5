"""The frame in which the network sees a picture: its size, and a margin up to multiples of 32."""

import math

import numpy as np
from numpy.typing import NDArray

from vermilion.network.model import SIDE_MULTIPLE

Floats = NDArray[np.float32]

LONGEST_ASPECT = 4
"""Beyond this ratio of its sides a picture is seen smaller, so that its cost stays bounded."""


def working_size(size: tuple[int, int], short_side: int, step: int) -> tuple[int, int]:
    """Return the height and width at which to look at a picture of ``size`` (height, width).

    The short side becomes ``short_side``, the aspect is kept; both are rounded to multiples of ``step``, the
    card's stride. No side becomes longer than four times ``short_side``.
    """
    scale = min(short_side / min(size), LONGEST_ASPECT * short_side / max(size))
    height, width = (max(step, math.floor(side * scale / step + 0.5) * step) for side in size)
    return height, width


def with_margin(planes: Floats, multiple: int = SIDE_MULTIPLE) -> Floats:
    """Return planes [...,H,W], mirrored at the bottom and the right until both sides are multiples."""
    height, width = planes.shape[-2:]
    margins = [(0, 0)] * (planes.ndim - 2) + [(0, -height % multiple), (0, -width % multiple)]
    return np.pad(planes, margins, mode="reflect")
