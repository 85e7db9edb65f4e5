"""Which pixels of a scan are mount: the paper, card, film base or scanner lid around its pictures."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.view.median import median

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

FLATTEST = 9.0
"""Levels of spread (robust, of 255) of a side's outermost pixels above which it shows no mount."""

ALIKE = 24.0
"""Levels between the tones of two sides below which both show the same mount."""


@dataclass(frozen=True, slots=True, eq=False)
class MountMask:
    """What is not mount.

    Attributes:
        inside: bool [h,w], True where a picture may be (or writing, or dust).
        flat_sides: which sides show the mount along most of their length: above, right, below, left.
        signed: float32 [h,w], the preview less the mount's tone, in levels (of 255).
        tolerance: levels below which that is no difference.
        tone: of the mount, in levels, on most of its sides.
    """

    inside: NDArray[np.bool_]
    flat_sides: tuple[bool, bool, bool, bool]
    signed: Floats
    tolerance: float
    tone: float


def mount_mask(preview: Bytes) -> MountMask | None:
    """Return what is not mount in a preview, uint8 [h,w]; None where no two sides show a mount.

    The mount is a smooth surface of grey through the sides that are flat, with whatever hangs together with
    them and differs by no more than the mount itself does.
    """
    sides = _sides(preview)
    tones = [float(median(side)) for side in sides]
    spreads = [_spread(side - _trend(side)) for side in sides]
    # Film and paper vary alike on all sides; a sky that reaches a side beside two even bars varies more.
    flat = [spread <= min(FLATTEST, 3 * min(spreads) + 2.5) for spread in spreads]
    if sum(flat) < 2:
        return None
    main = _main_tone([tone for tone, is_flat in zip(tones, flat, strict=True) if is_flat])
    flat = [is_flat and abs(tone - main) <= ALIKE for tone, is_flat in zip(tones, flat, strict=True)]
    if sum(flat) < 2:
        return None
    smooth = np.asarray(cv2.GaussianBlur(preview, (3, 3), 0), np.uint8)
    ring = _ring(smooth.shape, flat)
    surface, spread = _fitted(smooth, ring[np.abs(smooth.ravel()[ring] - np.float32(main)) <= ALIKE])
    tolerance = float(np.clip(4 * spread + 1.6, 1.6, 20))
    signed = _less_surface(smooth, surface)
    like = _near_border(cv2.inRange(signed, -tolerance, tolerance))
    wider, found = _fitted(smooth, np.flatnonzero(like))
    if found <= 1.3 * spread:  # or what hangs together with the mount is no mount
        signed = _less_surface(smooth, wider)
        like = _near_border(cv2.inRange(signed, -tolerance, tolerance))
    sides_seen = flat[0], flat[1], flat[2], flat[3]
    return MountMask(~like, sides_seen, signed, tolerance, main)


def _ring(size: tuple[int, ...], flat: list[bool]) -> NDArray[np.intp]:
    """Return the places of the outermost pixels of the sides that show the mount."""
    ring = np.zeros(size, np.bool_)
    parts = np.s_[:3, :], np.s_[:, -3:], np.s_[-3:, :], np.s_[:, :3]
    for part, is_flat in zip(parts, flat, strict=True):
        ring[part] |= is_flat
    return np.flatnonzero(ring)


def _sides(preview: Bytes) -> list[Floats]:
    """Return the outermost pixels of each side, averaged over two rows or columns."""
    strips = preview[:2].T, preview[:, -2:], preview[-2:].T, preview[:, :2]
    return [strip.mean(axis=1, dtype=np.float32) for strip in strips]


def _trend(side: Floats) -> Floats:
    """Return how the light changes along a side: a line through the medians of its quarters."""
    first, second, third, last = (float(median(quarter)) for quarter in np.array_split(side, 4))
    # Of the line that is nearest to heights at 1/8, 3/8, 5/8 and 7/8.
    slope = min(max((3 * (last - first) + third - second) / 2.5, -20), 20)
    middle = float(median(side))
    return (middle + slope * (np.linspace(0, 1, len(side)) - 0.5)).astype(np.float32)


def _spread(values: Floats) -> float:
    return float(1.4826 * median(np.abs(values - median(values))))


def _main_tone(tones: list[float]) -> float:
    """Return the tone that most sides are near."""
    near = [sum(abs(other - tone) <= ALIKE for other in tones) for tone in tones]
    best = max(near)
    return float(median([tone for tone, count in zip(tones, near, strict=True) if count == best]))


def _near_border(like: Any) -> NDArray[np.bool_]:  # noqa: ANN401 - of OpenCV's own type
    """Return the pixels, of those that are not 0, that hang together with the border of the scan."""
    padded = cv2.copyMakeBorder(like, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(255,))
    cv2.floodFill(padded, None, (0, 0), (2,))
    return np.asarray(padded[1:-1, 1:-1] == 2)


def _fitted(values: Bytes, places: NDArray[np.intp]) -> tuple[Floats, float]:
    """Return the weights [6] of a smooth surface through the values at places, and their spread about it."""
    height, width = values.shape
    rows, columns = np.divmod(places[:: max(1, len(places) // 3000)], width)
    terms = _terms(rows / height - 0.5, columns / width - 0.5)
    wanted = values[rows, columns].astype(np.float32)
    weights = np.linalg.solve(terms.T @ terms + 1e-3 * len(rows) * _STIFF, terms.T @ wanted)
    return weights.astype(np.float32), _spread((wanted - terms @ weights).astype(np.float32))


def _less_surface(values: Bytes, weights: Floats) -> Floats:
    """Return values [h,w] less a smooth surface: a product of two narrow matrices, which is quickest."""
    height, width = values.shape
    y = np.arange(height, dtype=np.float32) / np.float32(height) - np.float32(0.5)
    x = np.arange(width, dtype=np.float32) / np.float32(width) - np.float32(0.5)
    level, down, across, both, down_twice, across_twice = weights
    of_rows = np.stack([level + down * y + down_twice * y * y, across + both * y, np.ones_like(y)], axis=1)
    of_columns = np.stack([np.ones_like(x), x, across_twice * x * x])
    surface = np.asarray(of_rows @ of_columns, np.float32)
    cv2.subtract(values, surface, surface, dtype=cv2.CV_32F)
    return surface


_STIFF = np.diag([0.0, 1, 1, 3, 3, 3]) / 100


def _terms(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.ones_like(y), y, x, y * x, y * y, x * x], axis=1)
