"""The four sides of a frame, looked at one by one: do they reach far enough, does the mount begin there?"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.view.frame import Frame
from vermilion.view.median import median

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_OFF = np.float32(4096)
"""Stands for places beyond the scan."""

_WEAK = 0.4
"""Share of the tolerance that a difference exceeds which holds over some pixels along a side."""


_WELL = 0.7
"""Share of a side that is seen well enough to lie there."""

_REACH = 4
"""Rows on both sides of an edge that are looked at."""

_ENDS = 0.04, 0.14
"""Shares of a side between which it is next to a corner, which a film gate may round."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is seen along one side of a frame.

    Attributes:
        open: the scan ends here, so that there is no mount to be seen.
        pure: share of the places just outside that are mount.
        strong: share of the places where the picture clearly differs from the mount outside.
        weak: share of those where it differs a little.
        ends: the same as ``weak``, next to its two corners.
    """

    open: bool
    pure: float
    strong: float
    weak: float
    ends: tuple[float, float] = (1.0, 1.0)


def frame_matrix(frame: Frame, pad: int) -> Doubles:
    """Return the matrix [2,3] to the scan's pixels from those of a frame seen upright, ``pad`` around it."""
    cosine, sine = math.cos(math.radians(frame.angle)), math.sin(math.radians(frame.angle))
    x, y = frame.width / 2 - 0.5 + pad, frame.height / 2 - 0.5 + pad
    left, top = frame.centre[0] - 0.5, frame.centre[1] - 0.5
    return np.array(
        [[cosine, -sine, left - (cosine * x - sine * y)], [sine, cosine, top - (sine * x + cosine * y)]]
    )


def seen_from(plane: Floats, frame: Frame, which: int, above: int, below: int) -> Floats:
    """Return what lies along one side of a frame, as it is seen from outside: a strip as long as the side.

    Args:
        plane: the scan, float32 [h,w].
        frame: on it.
        which: the side: 0 above, 1 right, 2 below, 3 left.
        above: rows of the strip that lie outside the frame; beyond the scan lies 4096.
        below: rows of it that lie inside.
    """
    width, height = round(frame.width), round(frame.height)
    # From the strip's columns and rows to those of the frame seen upright.
    turn = np.array(
        [
            [(1, 0, 0), (0, 1, -above), (0, 0, 1)],
            [(0, -1, width - 1 + above), (1, 0, 0), (0, 0, 1)],
            [(-1, 0, width - 1), (0, -1, height - 1 + above), (0, 0, 1)],
            [(0, 1, -above), (-1, 0, height - 1), (0, 0, 1)],
        ][which],
        np.float64,
    )
    size = (height if which % 2 else width), above + below
    return np.asarray(
        cv2.warpAffine(
            plane,
            frame_matrix(frame, 0) @ turn,
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=float(_OFF),
        )
    )


def moved(frame: Frame, outward: tuple[float, ...]) -> Frame:
    """Return a frame whose sides (above, right, below, left) went outward by so many pixels."""
    above, right, below, left = outward
    cosine, sine = math.cos(math.radians(frame.angle)), math.sin(math.radians(frame.angle))
    u, v = (right - left) / 2, (below - above) / 2
    x, y = frame.centre[0] + u * cosine - v * sine, frame.centre[1] + u * sine + v * cosine
    width, height = frame.width + left + right, frame.height + above + below
    return Frame(x - width / 2, y - height / 2, width, height, frame.angle)


def extended(frame: Frame, support: tuple[float, ...], signed: Floats, tolerance: float) -> Frame:
    """Return a frame with faint parts, such as a pale sky, which the mask of the mount has missed.

    A side that is seen well stays: what lies beyond it is writing.

    Args:
        frame: within the preview.
        support: how well each side is seen, 0..1: above, right, below, left.
        signed: float32 [h,w], the preview less the mount's tone, in levels.
        tolerance: levels below which a pixel alone is like the mount.
    """
    if min(support) >= _WELL:
        return frame
    pad = max(4, round(0.6 * max(frame.width, frame.height)))
    return moved(
        frame,
        tuple(
            _beyond(seen_from(signed, frame, which, pad, 0), tolerance) if seen < _WELL else 0.0
            for which, seen in enumerate(support)
        ),
    )


def _beyond(part: Floats, tolerance: float) -> float:
    """Return by how many rows the picture goes on above the frame's upper edge."""
    inset = max(1, part.shape[1] // 20)
    rows = part[:-1, inset : part.shape[1] - inset]
    if rows.shape[1] < 8:
        return 0.0
    off = (rows > _OFF / 4).mean(axis=1) > 0.5
    begin = int(np.flatnonzero(~off)[0]) if not off.all() else len(rows)
    rows = np.ascontiguousarray(rows[begin:][::-1])
    if len(rows) < 2:
        return 0.0
    blurred = np.abs(cv2.blur(rows, (11, 1)))
    there = ((blurred > _WEAK * tolerance) & (blurred < _OFF / 4)).mean(axis=1) > 0.3
    last, missing = -1, 0
    for row, seen in enumerate(there):
        last, missing = (row, 0) if seen else (last, missing + 1)
        if missing > 2:
            break
    return float(last + 2) if last >= 2 else 0.0


def sides_of(frame: Frame, signed: Floats, tolerance: float) -> tuple[Side, ...]:
    """Return what is seen along each side: above, right, below, left. Others as of ``extended``."""
    return tuple(_side(seen_from(signed, frame, which, _REACH, _REACH), tolerance) for which in range(4))


def _side(part: Floats, tolerance: float) -> Side:
    columns = slice(1, part.shape[1] - 1)
    outer, inner = part[:2, columns], part[_REACH + 1 :, columns]
    there = outer.max(axis=0) < _OFF / 8
    if _share(there) < 0.5:
        return Side(open=True, pure=1.0, strong=1.0, weak=1.0)
    outside, inside = (cv2.blur(rows[:, there], (5, 1)).mean(axis=0) for rows in (outer, inner))
    step = np.abs(inside - outside)
    weak = step > _WEAK * tolerance
    near, far = (max(1, round(len(weak) * share)) for share in _ENDS)
    near, far = min(near, len(weak) - 1), max(far, near + 1)
    return Side(
        open=False,
        pure=_share(np.abs(outside) <= 1.5 * tolerance),
        strong=_share(step > tolerance),
        weak=_share(weak),
        ends=(_share(weak[near:far]), _share(weak[-far:-near])),
    )


def _share(where: NDArray[np.bool_]) -> float:
    """Return the share of places that are true: the mean of bools, counted, which is quicker."""
    return np.count_nonzero(where) / max(1, where.size)


def refined(frame: Frame, signed: Floats, tolerance: float) -> Frame:
    """Return a frame whose sides lie where the picture has half risen out of the mount, between pixels.

    Both halves of each side are measured; where the two differ, the whole frame is turned a little.
    """
    halves = [_edge(np.abs(seen_from(signed, frame, which, _REACH, _REACH)), tolerance) for which in range(4)]
    lengths = (frame.width, frame.height) * 2
    skews = [
        math.degrees(math.atan2(second - first, length / 2))
        for (first, second), length in zip(halves, lengths, strict=True)
        if first is not None and second is not None
    ]
    turned = float(median(skews)) if len(skews) > 1 else 0.0
    inward = [np.mean([half for half in pair if half is not None] or [0.0]) for pair in halves]
    better = moved(frame, tuple(-float(side) for side in inward))
    return replace(better, angle=better.angle + turned)


def _edge(part: Floats, tolerance: float) -> tuple[float | None, float | None]:
    """Return by how many pixels the left and the right half of the side above lie further in."""
    middle = part.shape[1] // 2
    left, right = part[:, 2:middle], part[:, middle : part.shape[1] - 2]
    return _half_risen(left, tolerance), _half_risen(right, tolerance)


def _half_risen(seen: Floats, tolerance: float) -> float | None:
    """Return how far inward (pixels) an edge lies, or None where it is not seen."""
    half = np.float32(0.5)
    inner, outer = (seen[-2] + seen[-1]) * half, (seen[0] + seen[1]) * half
    clear = (inner > 2 * tolerance) & (outer < 0.4 * inner) & (outer <= 1.5 * tolerance)
    if clear.sum() < 6:
        return None
    profile = median(seen[:, clear] / inner[clear])
    above = np.flatnonzero(profile >= 0.5)
    if not len(above) or above[0] == 0:
        return None
    step = int(above[0])
    share = (0.5 - profile[step - 1]) / (profile[step] - profile[step - 1])
    return float(step - 1 + share + 0.5 - _REACH)
