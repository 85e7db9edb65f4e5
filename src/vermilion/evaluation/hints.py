"""True hints: what a person who remembers the colours would give."""

import zlib

import numpy as np
from numpy.typing import NDArray

from vermilion.color import rgb_to_lab
from vermilion.guidance import Hint
from vermilion.tone import unit_range

COUNTS = (0, 1, 5, 10, 50)
"""After how many hints the error is measured."""

_PATCH = 2  # pixels around a hint's point whose mean colour it takes


def true_hints(rgb: NDArray[np.uint8], stem: str, count: int) -> tuple[Hint, ...]:
    """Return hints at ``count`` places of a picture [H,W,3], uint8, that depend on its stem alone."""
    random = np.random.default_rng(zlib.crc32(stem.encode()))
    places = [tuple(int(random.integers(side)) for side in rgb.shape[:2]) for _ in range(count)]
    return tuple(true_hint(rgb, x, y) for y, x in places)


def true_hint(rgb: NDArray[np.uint8], x: int, y: int) -> Hint:
    """Return the colour that a picture [H,W,3], uint8, has around a pixel, as a hint."""
    patch = rgb[max(0, y - _PATCH) : y + _PATCH + 1, max(0, x - _PATCH) : x + _PATCH + 1]
    a, b = rgb_to_lab(unit_range(patch))[..., 1:].mean(axis=(0, 1))
    return Hint(x + 0.5, y + 0.5, (float(a), float(b)))
