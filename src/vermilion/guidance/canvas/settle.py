"""Adds what the network did not follow of a hint, as far as the hint reaches.

The network treats hints as evidence, and its colours grow pale away from them. But a user's hint is more
than evidence: its colour has to arrive at its place and spread over its thing.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas.arrival import Goals, existing_ab
from vermilion.guidance.hints import AnyHint, ab_at

Floats = NDArray[np.float32]

_CARRIED_ON = 0.7  # of the way to a hint's colour, where its reach is whole, and far less elsewhere


def settle_hints(
    hints: Sequence[AnyHint], goals: Goals, reach: Floats, luma: Floats, painted: Floats, automatic: Floats
) -> Floats:
    """Return (a,b) [h,w,2] in which hints have arrived, float32; a new array.

    Args:
        hints: as they were drawn.
        goals: of their drawing.
        reach: [n,h,w] of ``reach_of``, of those that are seen.
        luma: [h,w] in 0..1.
        painted: (a,b) [h,w,2] as the network painted it with the hints.
        automatic: (a,b) [h,w,2] without them.
    """
    settled = painted.astype(np.float32)
    total, most = np.zeros_like(luma), np.zeros_like(luma)
    wanted = np.zeros_like(settled)
    for number, own in zip(np.unique(goals.owner), reach, strict=True):
        hint, squared = hints[number], own * own
        weight = squared * squared * np.float32(_CARRIED_ON)
        wanted += weight[..., None] * _asked(hint, luma, automatic)
        total += weight
        most = np.maximum(most, weight)
    mean = wanted / np.maximum(total, np.float32(1e-9))[..., None]
    settled += most[..., None] * (mean - settled)
    settled[goals.cells] = goals.laid_on
    return settled


def _asked(hint: AnyHint, luma: Floats, automatic: Floats) -> Floats:
    """Return the (a,b) [h,w,2] that a hint asks for in each cell, as ``goals_of`` does in its own.

    Half the way to a colour far out of gamut would be out of gamut, too, so it would be shown in full.
    """
    named = ab_at(hint.color, luma)
    if hint.strength == 1:
        return named
    start, possible = existing_ab(luma, automatic), existing_ab(luma, named)
    asked: Floats = start + np.float32(hint.strength) * (possible - start)
    return asked
