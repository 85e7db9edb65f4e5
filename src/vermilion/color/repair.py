"""The few pixels whose luma rounding missed: the nearest colour that keeps the scan's luma.

Every definition of luma that is promised weighs R, G and B by integers. At 8 bit all of them can be met at
once. At 16 bit OpenCV's weights are up to 1.6 levels (of 65535) away from the exact ones for the strongest
yellows and blues, so no colour meets both. There the exact weights and Pillow's are always kept,
and OpenCV's wherever possible.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from vermilion.tone import LUMA_WEIGHTS, PILLOW_WEIGHTS, Codes

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_EXACT = (299, 587, 114, 1000)
_PILLOW = (*PILLOW_WEIGHTS, 1 << 16)
_OPENCV = (9798, 19235, 3735, 1 << 15)
_OLD_OPENCV = (4899, 9617, 1868, 1 << 14)

_DEFINITIONS = np.array([_EXACT, _PILLOW, _OPENCV, _OLD_OPENCV], np.float64)
_WEIGHTS = (_DEFINITIONS[:, :3] / _DEFINITIONS[:, 3:]).astype(np.float32)
_BIASES = (_DEFINITIONS[:, :3] / _DEFINITIONS[:, 3:] - LUMA_WEIGHTS).astype(np.float32)
_COST = np.array([100, 100, 1, 1])  # of breaking each definition: OpenCV's never at the price of another
_FORBIDDEN = 1000

_STEPS = np.array(
    sorted(itertools.product((-1.0, 0.0, 1.0), repeat=3), key=lambda step: sum(map(abs, step)))[1:]
)
"""[26,3]: the neighbours of a colour, nearest first."""


@dataclass(frozen=True, slots=True)
class LumaRules:
    """How one bit depth keeps its luma.

    Attributes:
        weights: [n,3], the definitions that a quick check in float32 looks at.
        slack: what the check allows for its own error and for definitions it leaves out, in levels.
        biases: [4,3], how far the definitions differ, where that matters; else None.
    """

    weights: Floats
    slack: float
    biases: Floats | None


# At 8 bit the definitions differ by at most 0.0064 levels: checking the exact one with some slack does.
_RULES_8 = LumaRules(_WEIGHTS[:1], 0.01, None)
_RULES_16 = LumaRules(_WEIGHTS, 0.02, _BIASES)


def luma_rules(dtype: DTypeLike) -> LumaRules:
    """Return the rules of a bit depth."""
    return _RULES_8 if np.dtype(dtype) == np.uint8 else _RULES_16


def repair_luma(rgb: Codes, luma: Codes) -> Codes:
    """Return rgb [n,3], each pixel moved by at most one level a channel so that its luma is ``luma`` [n].

    The nearest such colour is taken, pixels that are right already stay. Same dtype, a new array.
    """
    maximum = np.iinfo(rgb.dtype).max
    result = rgb.copy()
    best_cost = _broken(rgb.astype(np.float64), luma)
    unfinished = np.flatnonzero(best_cost > _unavoidable(rgb))
    for step in _STEPS:
        if not len(unfinished):
            break
        moved = rgb[unfinished] + step
        cost = _broken(moved, luma[unfinished])
        cost[((moved < 0) | (moved > maximum)).any(axis=1)] = _FORBIDDEN
        better = cost < best_cost[unfinished]
        best_cost[unfinished[better]] = cost[better]
        result[unfinished[better]] = moved[better].astype(rgb.dtype)
        unfinished = unfinished[best_cost[unfinished] > 0]
    return result


def _broken(rgb: Doubles, luma: Codes) -> NDArray[np.int64]:
    """Return the cost [n] of the definitions rgb [n,3] breaks for ``luma`` [n]; ties count as broken."""
    # Exact: the sums stay far below 2**53.
    error = np.abs(rgb @ _DEFINITIONS[:, :3].T - luma[:, None] * _DEFINITIONS[:, 3])
    broken: NDArray[np.int64] = (2 * error >= _DEFINITIONS[:, 3]) @ _COST
    return broken


def _unavoidable(rgb: Codes) -> NDArray[np.int64]:
    """Return the cost [n] no neighbour of rgb [n,3] can undercut: the definitions are too far apart."""
    disagreement = np.ptp(rgb.astype(np.float32) @ _BIASES.T, axis=1)
    return np.where(disagreement < 1, 0, _COST.max() - 1)
