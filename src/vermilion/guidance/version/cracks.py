"""Cracks and scratches of a print: thin lines that the scan shows and a restored version does not.

Both pictures are compared as if they were not there, where they agree on both sides of a line. What a line
hides has the colour of its sides, so nothing is lost if it was no crack.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.version.planes import disc, mean_of, noise_of

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Lines = NDArray[np.int32]

_WIDEST = 11  # pixels of the median that has no thin line any more
_CLEAR = 0.045  # of luma, by which a line differs from its sides
_GRAIN = 4.0  # times the picture's grain, likewise
_FAINTER = 2.5  # times less so in the version
_LENGTH = 24  # pixels
_WIDER = 7  # pixels that are added to a line
_SIDES = 25  # pixels across in which both sides are looked at
_DOUBTED = 0.3  # of the sides: with more, a line is a part of something else
_REACH = 3.0  # pixels from which a line is filled in


def missing_lines(scan: Floats, seen: Floats, inside: Mask) -> Lines:
    """Return the thin lines [h,w] that a version lacks: each has a number from 1, and 0 is none.

    Args:
        scan: luma [h,w] in 0..1.
        seen: the version's luma at the same places.
        inside: where there is a version.
    """
    smooth = mean_of(scan, 0.8)
    own, other = _thin(smooth), np.asarray(cv2.dilate(_thin(mean_of(seen, 0.8)), disc(5)), np.float32)
    clear = max(_CLEAR, _GRAIN * noise_of(smooth))
    found = ((own > clear) & (_FAINTER * other < own) & inside).astype(np.uint8)
    found = np.asarray(cv2.morphologyEx(found, cv2.MORPH_CLOSE, disc(5)), np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _LENGTH
    long[0] = False
    return np.asarray(np.where(long[labels], labels, 0), np.int32)


def widened(lines: Lines | Mask) -> Mask:
    """Return where lines [h,w] lie, with their soft edges."""
    return np.asarray(cv2.dilate((lines > 0).astype(np.uint8), disc(_WIDER)) > 0)


def cracks_among(lines: Lines, doubted: Mask, inside: Mask) -> Mask:
    """Return where those lines lie on whose sides the pictures agree [h,w].

    Args:
        lines: from ``missing_lines``.
        doubted: [h,w], where the pictures differ even without the lines.
        inside: where there is a version.
    """
    near = np.asarray(cv2.dilate(lines.astype(np.float32), disc(_SIDES))).astype(np.intp)
    sides = (near > 0) & inside & ~widened(lines)
    count = int(lines.max()) + 1
    all_sides, bad = (np.bincount(near[where], minlength=count) for where in (sides, sides & doubted))
    agreed = bad <= _DOUBTED * all_sides
    agreed[0] = False
    return widened(agreed[lines])


def without(luma: Floats, cracks: Mask) -> Floats:
    """Return luma [h,w] with cracks [h,w] filled in from their sides."""
    weight = (~cracks).astype(np.float32)
    around = mean_of(luma * weight, _REACH) / (mean_of(weight, _REACH) + np.float32(1e-4))
    return np.where(cracks, around, luma).astype(np.float32)


def _thin(luma: Floats) -> Floats:
    """Return how much each pixel [h,w] differs from the median around it."""
    codes = np.clip(np.rint(luma * 255), 0, 255).astype(np.uint8)
    return np.abs(luma - np.asarray(cv2.medianBlur(codes, _WIDEST), np.float32) / 255)
