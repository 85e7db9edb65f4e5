"""Makes hints arrive: keeps them to their reach, and adds what the network did not follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance import AnyHint
from vermilion.guidance.canvas import Drawing, goals_of, notes_on, settle_hints
from vermilion.painter.painted import Painted

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Enforced:
    """One picture in which hints have arrived.

    Attributes:
        painted: the colours.
        notes: a sentence for each hint whose colour cannot exist at its place, or did not arrive.
    """

    painted: Painted
    notes: tuple[str, ...] = ()


def enforce_hints(
    hints: Sequence[AnyHint],
    drawing: Drawing,
    reach: Floats,
    luma: Floats,
    steered: Painted,
    without: Painted,
) -> Enforced:
    """Lay on what the network did not follow of hints.

    Args:
        hints: as they were drawn.
        drawing: where they lie on the grid.
        reach: [n,h,w] in 0..1 of each hint that is seen, from ``reach_of``.
        luma: [h,w] in 0..1.
        steered: one picture as it was decoded with the hints, kept to their reach.
        without: the same picture decoded without them.
    """
    goals = goals_of(drawing, luma, without.ab)
    ab = settle_hints(hints, goals, reach, luma, steered.ab, without.ab)
    return Enforced(replace(steered, ab=ab), notes_on(hints, goals, ab))
