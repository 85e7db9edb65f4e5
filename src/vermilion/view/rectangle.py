"""Rectangles fitted to what is not mount."""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.view.frame import Frame

Bools = NDArray[np.bool_]
Doubles = NDArray[np.float64]

MOST_SKEW = 10.5
"""Degrees by which a picture may be askew."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A rectangle and how well its sides are seen.

    Attributes:
        frame: the rectangle.
        support: which share of each side the outline of the shape lies on: above, right, below, left.
        filled: which share of it is not mount.
    """

    frame: Frame
    support: tuple[float, ...]
    filled: float


def fit_rectangle(shape: Bools) -> Fitted | None:
    """Fit a rectangle to a shape, bool [h,w]; None where the shape is no more than a line.

    Each side is the outermost line on which much of the shape's outline lies, all four at one angle: writing,
    dust and deckles that stick out are passed over, and bites are bridged.
    """
    left, top, width, height = cv2.boundingRect(shape.astype(np.uint8))
    if width < 6 or height < 6:
        return None
    part = shape[top : top + height, left : left + width]
    profiles = [_profile(part, which) for which in range(4)]
    angle = _angle(profiles, part.shape)
    upright, back = _turned(part, angle)
    if angle:
        profiles = [_profile(upright, which) for which in range(4)]
    sides = [_side(profiles[which], upright.shape[which % 2], which) for which in range(4)]
    places = [side[0] for side in sides]
    wide, high = places[1] - places[3], places[2] - places[0]
    if wide < 5 or high < 5:
        return None
    box = upright[round(places[0]) : round(places[2]), round(places[3]) : round(places[1])]
    support = tuple(
        min(1.0, side[1] / length) for side, length in zip(sides, (wide, high, wide, high), strict=True)
    )
    x, y = back @ np.array([(places[1] + places[3] - 1) / 2, (places[0] + places[2] - 1) / 2, 1]) + 0.5
    frame = Frame(left + x - wide / 2, top + y - high / 2, wide, high, angle)
    return Fitted(frame, support, float(box.mean()))


def _angle(profiles: list[Doubles], size: tuple[int, int]) -> float:
    """Return the skew in degrees at which an outline, seen from four sides, lies on long straight lines."""
    hull = np.concatenate([_points(profile, which, size) for which, profile in enumerate(profiles)])
    guess = cv2.minAreaRect(hull.astype(np.float32))[2]
    guess = (guess + 45) % 90 - 45
    found = 0.0
    for tried in (np.concatenate([[0.0], guess + np.arange(-1.5, 1.6, 0.5)]), np.arange(-0.4, 0.41, 0.1)):
        angles = np.clip(found + tried, -MOST_SKEW, MOST_SKEW)
        scores = sum(_alignment(profile, angles) for profile in profiles)
        found = float(angles[int(np.argmax(scores))])
    return 0.0 if abs(found) < 0.15 else found


def _points(profile: Doubles, which: int, size: tuple[int, int]) -> Doubles:
    """Return the points of an outline, as x and y [n,2], from what is seen from a side."""
    along, into = profile
    height, width = size
    return np.stack(
        [
            (along, into),
            (width - 1 - into, along),
            (width - 1 - along, height - 1 - into),
            (into, height - 1 - along),
        ][which],
        axis=1,
    )


def _profile(shape: Bools, which: int) -> Doubles:
    """Return points (along, into) [2,n] of the outline as seen from a side: above, right, below, left."""
    seen: NDArray[Any] = shape.view(np.uint8)
    if which % 2 == 0:
        seen = cv2.transpose(seen)
    if which:
        seen = cv2.flip(seen, (1, -1, 0)[which - 1])
    lines = seen.view(
        np.bool_
    )  # along the side; each leads inward, along memory, where it is searched quickest
    into = lines.argmax(axis=1)
    along = np.flatnonzero(lines[np.arange(len(lines)), into])
    return np.array([along, into[along]], np.float64)


def _alignment(points: Doubles, angles: Doubles) -> Doubles:
    """Return for each angle [A] how many points lie on the best line, weighing long lines more."""
    along, into = points
    slopes = np.tan(np.radians(angles))[:, None]
    offsets = np.rint(into - slopes * (along - along.mean())).astype(np.int64)
    offsets -= offsets.min()
    most = int(offsets.max()) + 3
    counts = np.bincount(
        (offsets + 1 + most * np.arange(len(angles))[:, None]).ravel(), minlength=most * len(angles)
    )
    counts = counts.reshape(len(angles), most)
    near = counts[:, :-2] + counts[:, 1:-1] + counts[:, 2:] if most > 2 else counts
    return np.asarray(near.max(axis=1) ** 1.5, np.float64)


def _turned(shape: Bools, angle: float) -> tuple[Bools, Doubles]:
    """Return the shape with a skew taken out, and the matrix [2,3] that leads back to it."""
    height, width = shape.shape
    if angle == 0:
        return shape, np.array([[1.0, 0, 0], [0, 1, 0]])
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    wide = math.ceil(width * cosine + height * abs(sine)) + 2
    high = math.ceil(height * cosine + width * abs(sine)) + 2
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.array([(width - 1) / 2, (height - 1) / 2]) - turn @ np.array([(wide - 1) / 2, (high - 1) / 2])
    back = np.column_stack([turn, shift])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(shape.astype(np.uint8), back, (wide, high), flags=flags) > 0, back


def _side(profile: Doubles, size: int, which: int) -> tuple[float, float]:
    """Return where a side lies (its coordinate) and on how many pixels of the outline.

    The outermost line that a good part of the outline lies on wins over a longer one further in.

    Args:
        profile: the outline as it is seen from that side.
        size: pixels across the shape as one looks in from there.
        which: the side: above, right, below, left.
    """
    _, into = profile
    counts = np.convolve(np.bincount(into.astype(np.int64)), [1, 1, 1])[1:-1]
    place = int(np.flatnonzero(counts >= 0.5 * counts.max())[0])
    place += int(np.argmax(counts[place : place + 3]))
    near = into[np.abs(into - place) <= 1]
    edge = float(near.mean())
    return (edge if which in (0, 3) else size - edge), float(counts[place])
