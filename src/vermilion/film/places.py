"""Places that a film comes back to: a shot that begins where another ended takes over its colours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.film.motion import Held, Motion, carried

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_KEPT = 8  # shots that are remembered
_ALIKE = 18.0  # levels of mean difference, at 64 × 36, up to which a look is worth it
_SAME = 0.6  # of a frame that must be found again
_WEIGHT = 4.0  # what was there counts as much as this many paintings


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The last frame of a shot.

    Attributes:
        motion: uint8 [H,W] at ``motion_size``.
        tiny: float32 [36,64] in levels.
        chroma: float32 [h,w,2], on the grid on which chroma is carried.
    """

    motion: Bytes
    tiny: Floats
    chroma: Floats


def remembered(places: Sequence[Place], last: Held, chroma: Floats) -> tuple[Place, ...]:
    """Return places with the end of a shot added; the oldest is forgotten where there are many."""
    return (*places, Place(last.motion, last.tiny, chroma))[-_KEPT:]


def recalled(places: Sequence[Place], first: Held, motion: Motion) -> Floats | None:
    """Return what a shot takes over from one that ended alike: chroma · weight, weight [h,w,3], or None.

    Args:
        places: the newest last, which is preferred.
        first: the frame.
        motion: finds where places of one frame are in the other.
    """
    for place in reversed(places):
        if float(np.abs(place.tiny - first.tiny).mean()) > _ALIKE or place.motion.shape != first.motion.shape:
            continue
        step = motion.step(place.motion, first.motion)
        if step.trusted >= _SAME:
            there = np.dstack([place.chroma, np.ones(place.chroma.shape[:2], np.float32)])
            return carried(there, step.back) * (step.back_weight * np.float32(_WEIGHT))[..., None]
    return None
