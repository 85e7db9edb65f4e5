"""Contrast, restored for the network's view of faded and dark scans. The scan's own greys never change."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.tone import shrunk

Floats = NDArray[np.float32]

LOWEST, HIGHEST = 0.02, 0.98
"""Where the darkest and the lightest parts of a restored picture lie."""

_ENDS = 0.2, 99.8
"""Percentiles that count as the darkest and the lightest."""

_FADED, _FULL = 0.45, 0.60
"""Ranges up to which contrast is restored whole, and from which not at all. Between them the share of the
restoration falls smoothly, so that a film whose range wanders across the limit does not flicker."""

_BLANK, _LEAST = 0.03, 0.10
"""Ranges up to which there is nothing but noise, which stays as it is, and from which there is a picture."""

_SIDE = 192
"""Pixels of the long side on which a tone is measured."""

_INSET = 0.03
"""Share of each side that is left out: edges of frames, shadows, rounded corners."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A straight line from the scan's luma to what the network sees.

    Attributes:
        gain: of luma in 0..1.
        offset: added after that.
    """

    gain: float = 1.0
    offset: float = 0.0

    def __call__(self, luma: Floats) -> Floats:
        """Return luma, float32 in 0..1 of any shape, as the network sees it."""
        if self == UNCHANGED:
            return luma
        return np.asarray(np.clip(luma * np.float32(self.gain) + np.float32(self.offset), 0, 1))


UNCHANGED = Tone()
"""The tone of a picture that has its full range."""


def find_tone(luma: Floats) -> Tone:
    """Return the tone that restores a picture's contrast.

    The 0.2 and 99.8 percentiles go to .02 and .98 where they lie less than .45 apart, and partly so up to .6.
    Specks are passed over by a median, edges by leaving out 3 % at each side.

    Args:
        luma: of the picture without its mount, float32 [h,w] in 0..1.
    """
    low, high = _ends(luma)
    share = _share(high - low)
    if share == 0:
        return UNCHANGED
    gain = (HIGHEST - LOWEST) / (high - low)
    offset = LOWEST - gain * low
    return Tone(1 + share * (gain - 1), share * offset)


def _share(distance: float) -> float:
    """Return how much of the restoration a range gets: 1 for faded pictures, 0 for full and blank ones."""
    return _rise(distance, _BLANK, _LEAST) * (1 - _rise(distance, _FADED, _FULL))


def _rise(value: float, low: float, high: float) -> float:
    """Return 0 up to ``low``, 1 from ``high``, and what lies smoothly between."""
    along = float(np.clip((value - low) / (high - low), 0, 1))
    return along * along * (3 - 2 * along)


def _ends(luma: Floats) -> tuple[float, float]:
    down, across = (round(side * _INSET) for side in luma.shape)
    inner = luma[down : luma.shape[0] - down, across : luma.shape[1] - across]
    small = shrunk(np.ascontiguousarray(inner, np.float32), _SIDE / max(inner.shape))
    low, high = np.percentile(cv2.medianBlur(small, 3), _ENDS)
    return float(low), float(high)
