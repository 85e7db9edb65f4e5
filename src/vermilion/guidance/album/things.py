"""Things of one picture found again in another, by what they look like to the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas import NOBODY
from vermilion.guidance.hints import AnyHint, Mask
from vermilion.guidance.references import LEAST_LEAD, LEAST_LIKENESS, PLACE_STEP, likeness_of

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Cells = NDArray[np.bool_]

_LEAST_PLACES = 2  # places by which a thing is found; a single place may look like anything
_LEAST_SHARE = 0.1  # of the thing's own places; less than that was chance in every photograph looked at


@dataclass(frozen=True, slots=True)
class FoundThing(Mask):
    """Where a thing was found: a mask that messages call by a name.

    Attributes:
        name: in messages.
    """

    name: str = ""

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return self.name


def found_thing(cells: Cells, hint: AnyHint, name: str) -> FoundThing:
    """Return a hint for the cells [h,w] of a picture's grid, with another hint's colour and strength."""
    return FoundThing(Mask.of(cells, hint.color).picture, hint.color, hint.strength, name)


def find_places(own: Sequence[Floats], other: Sequence[Floats], things: Indices) -> Indices:
    """Return for n places of a picture the place of another that shows the same, int [n], or ``NOBODY``.

    A place is found if it looks most like one of a thing, very much so, and clearly more than like anything
    else in the other picture, and if what looks most like that one shows the same thing, too. Which part of
    the thing it is does not matter: all of a coat has one colour. Things of which next to nothing is found
    are not there.

    Args:
        own: ``places_of`` the picture.
        other: ``places_of`` the other picture, m places.
        things: [m]: which thing each place of it shows, or ``NOBODY``.
    """
    likeness = likeness_of(own, other)
    there = likeness.argmax(axis=1)
    shown = things[there]
    back = likeness.argmax(axis=0)[there]
    good = (shown != NOBODY) & (shown[back] == shown) & (likeness.max(axis=1) >= LEAST_LIKENESS)
    for here in np.flatnonzero(good):
        anything_else = likeness[here, things != shown[here]].max(initial=-1)
        good[here] = likeness[here, there[here]] - anything_else >= LEAST_LEAD
    for thing in np.unique(shown[good]):
        few = max(_LEAST_PLACES, _LEAST_SHARE * np.count_nonzero(things == thing))
        if np.count_nonzero(good & (shown == thing)) < few:
            good[shown == thing] = False
    return np.where(good, there, NOBODY)


def places_on(owner: Indices) -> Indices:
    """Return the owner of each place, row by row, given the owner of each cell [h,w]; later hints win."""
    height, width = (side // PLACE_STEP for side in owner.shape)
    blocks = owner[: height * PLACE_STEP, : width * PLACE_STEP]
    blocks = blocks.reshape(height, PLACE_STEP, width, PLACE_STEP)
    highest: Indices = blocks.max(axis=(1, 3)).ravel()
    return highest


def cells_of_places(places: Cells, grid: tuple[int, int]) -> Cells:
    """Return the cells [h,w] of a grid that places, row by row, consist of."""
    height, width = (side // PLACE_STEP for side in grid)
    fine = places.reshape(height, width).repeat(PLACE_STEP, axis=0).repeat(PLACE_STEP, axis=1)
    cells = np.zeros(grid, np.bool_)
    cells[: fine.shape[0], : fine.shape[1]] = fine
    return cells
