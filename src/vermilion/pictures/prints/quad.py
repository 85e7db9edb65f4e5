"""Quadrilaterals in a picture, and fitting one around a print. Arrays only."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Points = NDArray[np.float64]

_PLACES = 32  # along a side, where it is looked at
_LEAST_SINE = 0.5  # of an angle of a quadrilateral on its way
_MOST_ANGLE = 0.2  # radians by which a side may turn at once


def box(size: tuple[int, int], share: float) -> Points:
    """The middle of a picture, as large as `share` of both its sides: [4, 2] (x, y), clockwise."""
    height, width = size
    low, high = (1 - share) / 2, (1 + share) / 2
    corners = [[low, low], [high, low], [high, high], [low, high]]
    return np.array(corners) * [width, height]


def outward(start: Points, end: Points) -> Points:
    """The unit normal [2] of a side that runs clockwise, away from the quadrilateral."""
    along = end - start
    return np.array([along[1], -along[0]]) / max(float(np.hypot(*along)), 1e-9)


def fit_sides(gain: Floats, corners: Points, reach: float, step: float) -> Points | None:
    """Move each side to where the sum of `gain` in the quadrilateral is largest.

    Args:
        gain: float32 [h, w], above 0 for what belongs inside; beyond the picture it is taken as -1.
        corners: [4, 2] (x, y) in pixels, clockwise.
        reach: How far an end of a side may move along its normal, in pixels.
        step: Between the ways that are tried, in pixels.

    Returns:
        The new corners [4, 2]; None if the sides do not meet as those of a quadrilateral.
    """
    sides = [_best_side(gain, corners[i], corners[(i + 1) % 4], reach, step) for i in range(4)]
    met = [_meeting(sides[i - 1], sides[i]) for i in range(4)]
    fitted = np.array(met)
    return fitted if least_sine(fitted) > _LEAST_SINE else None


def _best_side(gain: Floats, start: Points, end: Points, reach: float, step: float) -> Points:
    """The line [2, 2] near a side that encloses most: every pair of ways at its ends is tried."""
    normal = outward(start, end)
    ways = np.arange(-reach, reach + step / 2, step)
    along = (np.arange(_PLACES) + 0.5) / _PLACES
    feet = start + along[:, None] * (end - start)
    places = feet[:, None] + ways[:, None] * normal  # [places, ways, 2]
    seen = sampled(gain, places)
    enclosed = np.cumsum(seen, axis=1) - seen / 2  # up to each way
    first, last = np.meshgrid(ways, ways, indexing="ij")
    turned = np.abs(np.arctan2(last - first, max(float(np.hypot(*(end - start))), 1.0)))
    total = np.where(turned <= _MOST_ANGLE, 0.0, -np.inf)
    for place, share in enumerate(along):
        reached = (first * (1 - share) + last * share + reach) / step
        total = total + enclosed[place][np.rint(reached).astype(np.intp)]
    best = np.unravel_index(int(total.argmax()), total.shape)
    return np.array([start + first[best] * normal, end + last[best] * normal])


def sampled(plane: Floats, places: Points) -> Floats:
    """Values of a plane [h, w] at places [..., 2] (x, y; pixel centres at .5); -1 beyond it."""
    at = (places - 0.5).astype(np.float32)
    flat = at.reshape(at.shape[0], -1, 2)
    found = cv2.remap(
        plane,
        flat[..., 0],
        flat[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(-1.0,),
    )
    return np.asarray(found, np.float32).reshape(places.shape[:-1])


def _meeting(first: Points, second: Points) -> Points:
    """Where two lines [2, 2] meet; far away if they never do."""
    along, other = first[1] - first[0], second[1] - second[0]
    cross = float(along[0] * other[1] - along[1] * other[0])
    if abs(cross) < 1e-9:
        return np.full(2, 1e9)
    apart = second[0] - first[0]
    return np.asarray(first[0] + along * (apart[0] * other[1] - apart[1] * other[0]) / cross)


def least_sine(corners: Points) -> float:
    """The least sine of the angles at corners [4, 2]: 1 for a rectangle, 0 or less if they cross."""
    along = np.roll(corners, -1, 0) - corners
    lengths = np.linalg.norm(along, axis=1)
    if not np.isfinite(corners).all() or lengths.min() < 2:
        return 0.0
    along = along / lengths[:, None]
    after = np.roll(along, -1, 0)
    return float((along[:, 0] * after[:, 1] - along[:, 1] * after[:, 0]).min())


def inside(size: tuple[int, int], corners: Points, grown: float = 0.0) -> NDArray[np.bool_]:
    """The pixels [h, w] whose centres lie in a convex quadrilateral, grown by so many pixels."""
    y, x = np.ogrid[0.5 : size[0], 0.5 : size[1]]
    within = np.ones(size, np.bool_)
    for i in range(4):
        start, end = corners[i], corners[(i + 1) % 4]
        normal = outward(start, end)
        within &= (x - start[0]) * normal[0] + (y - start[1]) * normal[1] <= grown
    return within
