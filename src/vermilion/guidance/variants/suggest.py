"""Suggestions: the likeliest distinct colours of a place, from the network's own distribution."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas import existing_ab, hex_of

Floats = NDArray[np.float32]

DISTINCT = 18.0
"""CIELAB units of a and b that two suggestions differ by at least."""

_NEIGHBOURS = 15.0  # a bin and the eight around it, in a grid of steps of 10
_LEAST_PROBABILITY = 0.01  # below, the network practically rules it out


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A colour that a place may well have.

    Attributes:
        color: "#rrggbb" at the place's own luma.
        ab: its CIELAB a and b.
        probability: that the true colour is one like it, 0..1.
    """

    color: str
    ab: tuple[float, float]
    probability: float


def suggest_colors(
    odds: Floats, bins: Sequence[tuple[float, float]], luma: float, count: int
) -> tuple[Suggestion, ...]:
    """Return up to ``count`` colours, the likeliest first.

    Neighbouring bins are one colour: each suggestion takes the likeliest bin that is left and all around it.

    Args:
        odds: [K], of the bins at one place.
        bins: their K centres (a,b).
        luma: of the place, 0..1; bins that do not exist there count as the nearest that do.
        count: how many at most.
    """
    centres = existing_ab(np.full(len(bins), luma, np.float32), np.array(bins, np.float32))
    modes = _modes(np.asarray(odds, np.float64) / max(float(odds.sum()), 1e-9), centres)
    likely = sorted((mode for mode in modes if mode[2] >= _LEAST_PROBABILITY), key=lambda mode: -mode[2])
    return tuple(Suggestion(hex_of(luma, (a, b)), (a, b), share) for a, b, share in likely[:count])


def _modes(odds: NDArray[np.float64], centres: Floats) -> list[tuple[float, float, float]]:
    """Return (a, b, probability) of distinct colours, which share all the probability."""
    near = np.linalg.norm(centres[:, None] - centres, axis=-1) <= _NEIGHBOURS
    modes: list[tuple[float, float, float]] = []
    left = odds
    while left.sum() > _LEAST_PROBABILITY / len(odds):
        around = near[(near @ left).argmax()]
        share = float(left[around].sum())
        a, b = left[around] @ centres[around] / share
        left = np.where(around, 0, left)
        alike = [n for n, mode in enumerate(modes) if np.hypot(mode[0] - a, mode[1] - b) < DISTINCT]
        if alike:
            a0, b0, share0 = modes[alike[0]]
            modes[alike[0]] = (a0, b0, share0 + share)
        else:
            modes.append((float(a), float(b), share))
    return modes
