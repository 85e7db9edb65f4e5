"""Places of one frame followed through its shot, along the motion, to earlier frames and to later ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.film.motion import TRUST, Motion, Step, carried, places_on

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Halves = NDArray[np.float16]

_OTHER = 40.0  # levels of blurred luma by which a followed place may differ from itself
_LOST = 0.05  # of a frame: where less is still followed, the search ends
_MOST_DRIFT = 1.5  # cells a frame; more is something else that came into sight
_SURE = 0.3  # weight from which a place counts as followed


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """Where the places of a frame were in the one they are followed from; half as fine as the grid.

    Attributes:
        away: float16 [h,w,2]: x and y there, less those here, in cells of the grid.
        weight: float16 [h,w], 0..1: how sure.
    """

    away: Halves
    weight: Halves

    def on(self, size: tuple[int, int]) -> tuple[Floats, Floats]:
        """Return places [h,w,2] (x, y) and weight [h,w] on a grid of ``size``."""
        away = cv2.resize(self.away.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
        weight = cv2.resize(self.weight.astype(np.float32), size[::-1], interpolation=cv2.INTER_LINEAR)
        return places_on(size) + np.asarray(away, np.float32), np.asarray(weight, np.float32)


def follow(frames: Sequence[Bytes], anchor: int) -> dict[int, Trail]:
    """Return trails from a frame to those of its shot in which it is still seen, by their numbers.

    Args:
        frames: uint8 [H,W] at ``motion_size``, of one shot.
        anchor: number of the frame.
    """
    size = frames[anchor].shape[0] // 2, frames[anchor].shape[1] // 2
    home = places_on(size)
    trails = {anchor: _trail(home, home, np.ones(size, np.float32))}
    for numbers in (range(anchor + 1, len(frames)), range(anchor - 1, -1, -1)):
        trails |= dict(_one_way(frames, anchor, numbers, home))
    return trails


def _one_way(
    frames: Sequence[Bytes], anchor: int, numbers: range, home: Floats
) -> Iterator[tuple[int, Trail]]:
    """Yield the trails to one frame after the other; those on the way are where the last one stood."""
    motion, look = Motion(), _blurred(frames[anchor])
    places, weight = home, np.ones(home.shape[:2], np.float32)
    before = frames[anchor]
    for number in numbers:
        step: Step = motion.step(before, frames[number])
        before = frames[number]
        places = _nearer(frames[anchor], before, carried(places, step.back), motion)
        weight = np.minimum(carried(weight, step.back), step.back_weight / np.float32(TRUST))
        apart = (_blurred(before) - carried(look, places)) * np.float32(1 / _OTHER)
        seen = weight * np.exp(-(apart * apart))
        if float((seen > _SURE).mean()) < _LOST:
            return
        yield number, _trail(home, places, seen)


def _nearer(anchor: Bytes, here: Bytes, places: Floats, motion: Motion) -> Floats:
    """Return places [h,w,2] without what they have drifted: seen from them, the anchor is where this is."""
    wide = cv2.resize(places, here.shape[::-1], interpolation=cv2.INTER_LINEAR) * np.float32(2) + np.float32(
        0.5
    )
    drawn = carried(anchor, np.asarray(wide, np.float32)).astype(np.uint8)
    away = motion.flow(here, drawn)
    away[np.abs(away).max(axis=-1) > _MOST_DRIFT] = 0
    return carried(places, places_on(places.shape[:2]) + away)


def _blurred(frame: Bytes) -> Floats:
    half = cv2.resize(frame, (frame.shape[1] // 2, frame.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(half, (0, 0), 2.0), np.float32)


def _trail(home: Floats, places: Floats, weight: Floats) -> Trail:
    size = -(-home.shape[1] // 2), -(-home.shape[0] // 2)
    small = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (places - home, weight)]
    return Trail(np.asarray(small[0], np.float16), np.asarray(small[1], np.float16))
