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
    slope, start = _fitted(chroma, luma)
    return _mean(slope) * luma[..., None] + _mean(start)


def lines_of(chroma: Floats, luma: Floats) -> Lines:
    """Fit chroma [h,w,2] to luma [h,w] (0..1), both of network size; float32, new arrays.

    Each line goes through its own pixel, so that a colour stays where it was put. ``least`` and ``most`` are
    the luma of the neighbours that lines were fitted to: a speck of dust beyond them gets the colour of its
    surroundings, not an extrapolated one.
    """
    slope = _mean(_fitted(chroma, luma)[0])
    window = np.ones(_SIDE, np.uint8)
    least, most = (np.asarray(way(luma, window), np.float32) for way in (cv2.erode, cv2.dilate))
    return Lines(slope, chroma - slope * luma[..., None], least, most)


def _fitted(chroma: Floats, luma: Floats) -> tuple[Floats, Floats]:
    """Slope and start [h,w,2] of the line that fits chroma best around each pixel."""
    mean, mean_luma = _mean(chroma), _mean(luma)
    variance = _mean(luma * luma) - mean_luma**2
    slope = (_mean(chroma * luma[..., None]) - mean * mean_luma[..., None]) / (variance + FLAT)[..., None]
    return slope, mean - slope * mean_luma[..., None]


def _mean(planes: Floats) -> Floats:
    """Means of 3 x 3 pixels of [h,w] or [h,w,2]; beyond the border the last pixel is repeated."""
    means = cv2.blur(np.ascontiguousarray(planes), _SIDE, borderType=cv2.BORDER_REPLICATE)
    return means.reshape(planes.shape).astype(np.float32, copy=False)
