"""Chroma as lines of luma, so that it can follow the edges of a picture that is larger than itself.

Fast guided filter (He and Sun 2015, arXiv:1505.00996): around each small pixel chroma is fitted as
slope · luma + start; slopes and starts are smooth and can be enlarged, and the full-size luma puts the edges
back where they are in the picture.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SIDE = (3, 3)  # small pixels that a line is fitted to, and then that lines are averaged over
FLAT = 1e-3
"""Variance of luma (0..1) below which there is no edge to follow."""


class Lines(NamedTuple):
    """Chroma around each small pixel as slope · luma + start, for luma between least and most."""

    slope: Floats  # [h,w,2]
    start: Floats  # [h,w,2]
    least: Floats  # [h,w]
    most: Floats  # [h,w]


def smooth_along_edges(chroma: Floats, luma: Floats) -> Floats:
    """Return chroma [h,w,2] smoothed over its neighbours where luma [h,w] (0..1) has no edge; float32.

    Both have the network's size. Its chroma is blotched, and blotches are no edges of luma.
    """
    twice = _twice(luma)
    slope = _slopes(chroma, twice)
    start = _mean(chroma) - slope * _mean(twice)
    return _mean(slope) * twice + _mean(start)


def lines_of(chroma: Floats, luma: Floats) -> Lines:
    """Fit chroma [h,w,2] to luma [h,w] (0..1), both of network size; float32, new arrays.

    Each line goes through its own pixel, so that a colour stays where it was put. ``least`` and ``most`` are
    the luma of the neighbours that lines were fitted to: a speck of dust beyond them gets the colour of its
    surroundings, not an extrapolated one.
    """
    twice = _twice(luma)
    slope = _mean(_slopes(chroma, twice))
    window = np.ones(_SIDE, np.uint8)
    least, most = (np.asarray(way(luma, window), np.float32) for way in (cv2.erode, cv2.dilate))
    return Lines(slope, chroma - slope * twice, least, most)


def _slopes(chroma: Floats, luma: Floats) -> Floats:
    """Slopes [h,w,2] of the lines that fit chroma best around each pixel; luma is there twice, too."""
    mean, mean_luma = _mean(chroma), _mean(luma)
    variance = _mean(luma * luma) - mean_luma * mean_luma
    return np.divide(_mean(chroma * luma) - mean * mean_luma, variance + np.float32(FLAT), dtype=np.float32)


def _twice(luma: Floats) -> Floats:
    """Luma [h,w] beside itself, [h,w,2]: NumPy would take five times as long to spread it over both."""
    return np.asarray(cv2.merge((luma, luma)), np.float32)


def _mean(planes: Floats) -> Floats:
    """Means of 3 x 3 pixels of [h,w] or [h,w,2]; beyond the border the last pixel is repeated."""
    means = cv2.blur(np.ascontiguousarray(planes), _SIDE, borderType=cv2.BORDER_REPLICATE)
    return means.reshape(planes.shape).astype(np.float32, copy=False)
