"""Finds a grey or toned print on a coloured background. Arrays only.

The middle of the photo is assumed to be part of the print. What its tone explains belongs to the print, all
else to the background; four sides are moved to where they divide the two best, the tone is fitted again, and
so on, first in a tiny version of the photo and then in a small one. What was found must then look like a
print: grey or toned all over, the background in colour along every side, and the border sharp and straight.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.prints.quad import (
    Floats,
    Points,
    box,
    fit_sides,
    inside,
    least_sine,
    outward,
    sampled,
)
from vermilion.pictures.prints.tone import lab_of, strays_from_tone
from vermilion.pictures.prints.toned import is_in_real_color
from vermilion.tone import shrunk

SIDE = 512  # pixels on the long side at which a print is looked for
_TINY = 128  # pixels on the long side at which it is looked for first

_STARTS = (0.5, 0.3, 0.18)  # shares of the photo's sides that its middle is thought to have
_START_STRAY, _START_SHARE = 10.0, 0.7  # of a start at least so much strays no farther than this
_TINY_WAYS = ((0.3, 1.5), (0.2, 1.5), (0.1, 1.0), (0.05, 0.5), (0.05, 0.5))
_SMALL_WAYS = ((0.02, 0.5), (0.01, 0.25))  # how far sides may move, of the long side; pixels a step

_LEAST_AREA, _MOST_AREA = 0.06, 0.97  # of the photo
_LEAST_SQUARENESS = 0.95  # a right angle seen at 10 degrees of tilt, and some more
_MOST_CHROMA = 30.0  # the strongest of 20 scans of old prints has 26
_LONGEST_GAP = 0.3  # a few squares of a checked cloth
_BAND = 0.025  # of the long side: how wide the bands along the sides are
_RIM = 0.006  # of the long side: how much a blurred border takes up


@dataclass(frozen=True, slots=True)
class Looks:
    """Measurements of a quadrilateral that may be a print.

    Attributes:
        area: Its share of the photo.
        squareness: The least sine of its four angles.
        chroma: Its mean distance from grey, in units of a and b.
        tone_p90: The 90th percentile of how far it strays from its own tone, in units of a and b.
        outer: For each side, the share of the band just outside it that is in another colour.
        gap: The longest stretch of a side without another colour outside, as a share of that side.
        inner: For each side, the share of the band just inside it that is in the print's tone.
        shown: For each side, the share of the band just outside it that is in the photo.
    """

    area: float
    squareness: float
    chroma: float
    tone_p90: float
    outer: tuple[float, ...]
    gap: float
    inner: tuple[float, ...]
    shown: tuple[float, ...]

    def like_a_print(self) -> bool:
        """Whether a print may look so. The limits are those of `docs/benchmarks.md`."""
        return (
            _LEAST_AREA <= self.area <= _MOST_AREA
            and self.squareness >= _LEAST_SQUARENESS
            and self.chroma <= _MOST_CHROMA
            and min(self.outer) >= 0.45
            and sorted(self.outer)[1] >= 0.55
            and self.gap <= _LONGEST_GAP
            and min(self.inner) >= 0.5
            and sorted(self.inner)[1] >= 0.8
            and min(self.shown) >= 0.3
        )


def find_print(rgb: NDArray[np.uint8]) -> Points | None:
    """Where the only print of a photo lies, if its background is in colour and it is not.

    Args:
        rgb: sRGB uint8 [H, W, 3]; a reduction to `SIDE` pixels is enough.

    Returns:
        Its corners [4, 2] as shares (x, y) of the photo's width and height, clockwise from the upper left
        one; None if there is none, or none that is sure.
    """
    small = shrunk(rgb, SIDE / max(rgb.shape[:2]))
    if min(small.shape[:2]) < 32:
        return None
    lab, tiny = lab_of(small), lab_of(shrunk(small, _TINY / max(small.shape[:2])))
    for share in _STARTS:
        corners = _find_roughly(tiny, share)
        if corners is None or not _like_a_print(tiny, corners):
            continue
        corners = _refined(lab, corners * (_size(lab) / _size(tiny)), _SMALL_WAYS)
        if corners is not None and _like_a_print(lab, corners) and _is_toned(small, corners):
            return np.clip(corners / _size(lab), 0.0, 1.0)
    return None


def _like_a_print(lab: Floats, corners: Points) -> bool:
    looks = appearance_of(lab, corners)
    return looks is not None and looks.like_a_print()


def appearance_of(lab: Floats, corners: Points) -> Looks | None:
    """Measure a quadrilateral [4, 2] in a photo, CIELAB float32 [h, w, 3]; None if it holds too little."""
    size, long_side = lab.shape[:2], max(lab.shape[:2])
    rim = max(1.0, _RIM * long_side)
    core = inside(size, corners, -rim)
    if core.sum() < 30:
        return None
    stray = strays_from_tone(lab, core)
    p90 = float(np.percentile(stray[core], 90))
    limit = max(6.0, 2 * p90)
    ways = np.linspace(rim, rim + _BAND * long_side, 8)
    outer = [_band(stray, corners, side, ways) for side in range(4)]
    inner = [_band(stray, corners, side, -ways) for side in range(4)]
    return Looks(
        area=float(inside(size, corners).mean()),
        squareness=least_sine(corners),
        chroma=float(np.hypot(lab[core, 1], lab[core, 2]).mean()),
        tone_p90=p90,
        outer=tuple(_share(band, band >= limit) for band in outer),
        gap=max(_longest_run((band >= 0) & (band < limit)) for band in outer),
        inner=tuple(_share(band, band < limit) for band in inner),
        shown=tuple(float((band >= 0).mean()) for band in outer),
    )


def _band(plane: Floats, corners: Points, side: int, ways: Points) -> Floats:
    """Values along a side, at so many pixels outwards; -1 beyond the picture."""
    start, end = corners[side], corners[(side + 1) % 4]
    along = (np.arange(48) + 0.5) / 48
    feet = start + along[:, None] * (end - start)
    return sampled(plane, feet[:, None] + ways[:, None] * outward(start, end))


def _share(band: Floats, chosen: NDArray[np.bool_]) -> float:
    """The share of a band that is chosen, of what lies in the picture."""
    seen = band >= 0
    return float((chosen & seen).sum() / seen.sum()) if seen.any() else 0.0


def _longest_run(chosen: NDArray[np.bool_]) -> float:
    """The longest run of places [places, ways] of which most is chosen, as a share of all places."""
    marks = np.concatenate([[0], chosen.mean(axis=1) > 0.5, [0]])
    ends = np.flatnonzero(np.diff(marks))
    return float((ends[1::2] - ends[::2]).max(initial=0) / len(chosen))


def _find_roughly(lab: Floats, share: float) -> Points | None:
    corners = box(lab.shape[:2], share)
    within = inside(lab.shape[:2], corners)
    if not within.any():
        return None
    stray = strays_from_tone(lab, within)
    if (stray[within] < _START_STRAY).mean() < _START_SHARE:
        return None
    return _refined(lab, corners, _TINY_WAYS)


def _refined(lab: Floats, corners: Points, ways: tuple[tuple[float, float], ...]) -> Points | None:
    """Corners [4, 2] after the sides were moved in turns; None if they no longer enclose anything."""
    size = lab.shape[:2]
    for reach, step in ways:
        within = inside(size, corners)
        if within.sum() < 30:
            return None
        moved = fit_sides(_gain(lab, within), corners, reach * max(size), step)
        if moved is None:
            return None
        corners = moved
    return corners


def _gain(lab: Floats, within: NDArray[np.bool_]) -> Floats:
    """From 1 where the tone of a part explains the colours to -1 where it does not at all."""
    stray = strays_from_tone(lab, within)
    outside = float(np.median(stray[~within])) if not within.all() else 0.0
    limit = np.clip(max(2.2 * float(np.percentile(stray[within], 75)), 0.35 * outside), 3.0, 10.0)
    return np.asarray(np.clip((limit - stray) / limit, -1, 1), np.float32)


def _is_toned(rgb: NDArray[np.uint8], corners: Points) -> bool:
    """Whether the print, seen from straight above and without its border's blur, is grey or toned."""
    side = 104
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    straight = cv2.getPerspectiveTransform((corners - 0.5).astype(np.float32), square - np.float32(0.5))
    seen = cv2.warpPerspective(rgb, straight, (side, side), flags=cv2.INTER_LINEAR)[2:-2, 2:-2]
    return not is_in_real_color(np.asarray(seen, np.uint8))


def _size(lab: Floats) -> Points:
    return np.array([lab.shape[1], lab.shape[0]], np.float64)
