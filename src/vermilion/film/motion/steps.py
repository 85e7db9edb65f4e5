"""Motion between neighbouring frames, and how far it can be trusted.

Dense inverse search (Kroeger et al. 2016, arXiv:1603.03590), and the way back from it: where going there and
back does not lead home, or what is found there is of another luma, nothing is carried.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Size = tuple[int, int]

TRUST = 0.94
"""Of what is carried over one frame, at best: new paintings get their say."""

_AREA = 320 * 180  # pixels at which motion is looked for
_LEAST = 64  # pixels of a short side: below, the search has no levels
_ROUNDS = 3
_REFINED = 2  # times, instead of 5: as steady, and a quarter faster
_ASTRAY = 1.5  # pixels
_OTHER = 15.0  # levels of 255
_STILL = 0.3  # levels of mean difference below which a frame shows the same as another
_STILL_PART = 3.0  # levels that any 16th of it may differ


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """From one frame to the next, on the grid on which chroma is carried.

    Attributes:
        back: float32 [h,w,2]: where each place of the later frame was in the earlier one, x and y.
        back_weight: float32 [h,w], 0..1.
        forth: float32 [h,w,2]: where each place of the earlier frame is in the later one.
        forth_weight: float32 [h,w], 0..1.
    """

    back: Floats
    back_weight: Floats
    forth: Floats
    forth_weight: Floats

    @property
    def trusted(self) -> float:
        """Return the share of the later frame that is carried at more than half of its weight."""
        return float((self.back_weight > TRUST / 2).mean())


def motion_size(size: Size) -> Size:
    """Return height and width at which motion is looked for in a film of ``size``; both are even."""
    scale = min(1.0, (_AREA / (size[0] * size[1])) ** 0.5)
    scale = max(scale, _LEAST / min(size))
    return round(size[0] * scale / 2) * 2, round(size[1] * scale / 2) * 2


def is_still(one: Bytes, other: Bytes) -> bool:
    """Return whether two frames, at the size of motion, show the same: telecine, or 16 frames shown as 24."""
    apart = cv2.absdiff(one, other)
    if float(apart.mean()) > _STILL:
        return False
    return float(cv2.resize(apart, (16, 16), interpolation=cv2.INTER_AREA).max()) <= _STILL_PART


def _fast_search() -> cv2.DISOpticalFlow:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    search.setVariationalRefinementIterations(_REFINED)
    return search


@dataclass(slots=True)
class Motion:
    """Finds steps. One thread at a time may use it."""

    _search: cv2.DISOpticalFlow = field(default_factory=_fast_search)

    def step(self, earlier: Bytes, later: Bytes) -> Step:
        """Return the step between two frames, uint8 [H,W] at ``motion_size``; its grid is half as fine."""
        back = self.flow(later, earlier)
        forth = turned_round(back)
        small = _half(earlier), _half(later)
        places = places_on(back.shape[:2])
        back_map, forth_map = places + back, places + forth
        return Step(
            back=back_map,
            back_weight=_weight(back, forth, back_map, small[1], small[0]),
            forth=forth_map,
            forth_weight=_weight(forth, back, forth_map, small[0], small[1]),
        )

    def flow(self, one: Bytes, other: Bytes) -> Floats:
        """Return how far places of one frame [H,W] are off in another: float32 [h,w,2], in cells."""
        flow = self._search.calc(one, other, None)  # type: ignore[call-overload]
        halved = cv2.resize(flow, (flow.shape[1] // 2, flow.shape[0] // 2), interpolation=cv2.INTER_AREA)
        return np.asarray(halved * np.float32(0.5), np.float32)


def turned_round(flow: Floats) -> Floats:
    """Return the motion [h,w,2] that leads back where ``flow`` came from, in half the time of another search.

    By a fixed point (Chen et al. 2008, A simple fixed-point approach to invert a deformation field): it is
    found where both ways lead home. Where something was hidden there is none, which the weights then tell.
    """
    places = places_on(flow.shape[:2])
    back = -flow
    for _ in range(_ROUNDS):
        back = -carried(flow, places + back)
    return back


def carried(values: NDArray[Any], places: Floats) -> Floats:
    """Return values [h,w,c] taken from places [h,w,2] (x, y); beyond the edge the last are repeated."""
    return np.asarray(_remapped(values, places), np.float32)


def _remapped(values: NDArray[Any], places: Floats) -> NDArray[Any]:
    moved = cv2.remap(  # an empty array instead of None, as OpenCV's types want it, reads wild memory
        values,
        places,
        None,  # type: ignore[call-overload]
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved)


def _half(frame: Bytes) -> Bytes:
    half = cv2.resize(frame, (frame.shape[1] // 2, frame.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return half.astype(np.uint8, copy=False)


@lru_cache(maxsize=4)
def places_on(size: tuple[int, ...]) -> Floats:
    """Return where the places of a grid (h, w) are: float32 [h,w,2], x and y, not to be changed."""
    x, y = np.meshgrid(np.arange(size[1], dtype=np.float32), np.arange(size[0], dtype=np.float32))
    places = np.dstack([x, y])
    places.flags.writeable = False
    return places


def _weight(flow: Floats, other: Floats, places: Floats, here: Bytes, there: Bytes) -> Floats:
    """Return how far motion ``flow`` [h,w,2] can be trusted, given the ``other`` way and both lumas."""
    x, y = cv2.split(flow + carried(other, places))
    astray = (x * x + y * y) * np.float32(4 / _ASTRAY**2)  # pixels of motion_size
    apart = cv2.absdiff(here, _remapped(there, places)).astype(np.float32) * np.float32(1 / _OTHER)
    inside = cv2.inRange(places, (-1.0, -1.0), (float(flow.shape[1]), float(flow.shape[0]))) > 0
    weight = np.float32(TRUST) * np.exp(-(astray + apart * apart))
    return np.asarray(weight * inside, np.float32)
