"""A visible mark: a corner left as grey as the scan, behind a vermilion line. Luma does not change."""

from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.hints import ab_of

Floats = NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

_LEG = 0.08  # of the short side: the grey triangle's
_LEAST_CELLS = 4  # colour is smoothed over two cells where luma is flat: fewer would not stay grey
_LINE_CELLS = 2  # across the steps of the grid, so 1.4 cells wide
_VERMILION = "#e34234"
_VISIBLE = 0.2  # luma's distance from black and white at which a cell has room for the line's colour
_SEEN_OF_LINE = 0.75  # share of the line's cells that must have it
_FARTHEST = 3  # inwards at most this part of a side: beyond, it would be no corner any more
_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))  # lower right, lower left, upper right, upper left


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the mark goes.

    Attributes:
        down: the step between rows from its corner inwards, 1 or -1.
        across: the same between columns.
        inset: rows and columns between the picture's corner and the mark's.
        seen: share of the line that has room for its colour.
    """

    down: int
    across: int
    inset: tuple[int, int]
    seen: float


def mark_corner(luma: Floats, ab: Floats) -> Floats:
    """Return (a,b) [h,w,2] of an upright picture with a corner marked, as a new array.

    The lower right corner is taken, or where that is nearly black or white the next in which a colour can
    be seen; within a frame that has none, the nearest place to a corner further in that has. Where there is
    no such place, the best of them.

    Args:
        luma: [h,w] in 0..1.
        ab: [h,w,2]; not changed.
    """
    place, steps, leg = _find_place(luma), *_shape(luma)
    marked = ab.copy()
    part = _part(marked, place.down, place.across, place.inset, len(steps))
    within = steps[: part.shape[0], : part.shape[1]]
    part[(within >= leg) & (within < leg + _LINE_CELLS)] = ab_of(_VERMILION)
    part[within < leg] = 0
    return marked


def corner_notes(luma: Floats) -> tuple[str, ...]:
    """Say so if ``mark_corner`` finds no place where its line is visible, in luma [h,w] of 0..1."""
    if _find_place(luma).seen >= _SEEN_OF_LINE:
        return ()
    return ("the corner mark can hardly be seen: the picture is nearly black or white near every corner",)


def _shape(luma: Floats) -> tuple[NDArray[np.intp], int]:
    """Return the steps [n,n] from the mark's corner, and the leg of the grey triangle in steps."""
    leg = max(_LEAST_CELLS, round(_LEG * min(luma.shape)))
    side = np.arange(leg + _LINE_CELLS)
    return np.add.outer(side, side), leg


def _find_place(luma: Floats) -> _Place:
    """Return the place nearest to a corner where the line is seen, or that where most of it is."""
    steps, leg = _shape(luma)
    line = (steps >= leg) & (steps < leg + _LINE_CELLS)
    room = np.minimum(luma, 1 - luma) >= _VISIBLE
    strides = [range(0, max(1, side // _FARTHEST), max(1, leg // 4)) for side in luma.shape]
    best = _Place(*_CORNERS[0], (0, 0), 0)
    for inset in sorted(product(*strides), key=sum):
        for down, across in _CORNERS:
            part = _part(room, down, across, (inset[0], inset[1]), len(steps))
            cells = part[line[: part.shape[0], : part.shape[1]]]
            seen = float(cells.mean()) if cells.size else 0.0
            if seen > best.seen:
                best = _Place(down, across, (inset[0], inset[1]), seen)
            if seen >= _SEEN_OF_LINE:
                return best
    return best


def _part(plane: NDArray[T], down: int, across: int, inset: tuple[int, int], side: int) -> NDArray[T]:
    """Return a view of a plane from one corner inwards; changes of it are changes of the plane."""
    turned = plane[::down, ::across]
    return turned[inset[0] : inset[0] + side, inset[1] : inset[1] + side]
