"""A mark that is seen: a corner left as grey as the scan, behind a vermilion line. Luma is not touched."""

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.named_color import ab_of

Floats = NDArray[np.float32]

_LEG = 0.08  # of the short side: the grey triangle's
_LEAST_CELLS = 4  # colour is smoothed over two cells where luma is flat: fewer would not stay grey
_LINE_CELLS = 2  # across the steps of the grid, so 1.4 cells wide
_VERMILION = "#e34234"
_VISIBLE = 0.2  # luma's distance from black and white at which the line has room for its colour
_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))  # lower right, lower left, upper right, upper left


def mark_corner(luma: Floats, ab: Floats) -> Floats:
    """Return (a,b) [h,w,2] of an upright picture with a corner marked, as a new array.

    The lower right corner is taken, or where that is nearly black or white the next in which a colour can
    be seen; where none can, as within a black frame, the best of them.

    Args:
        luma: [h,w] in 0..1.
        ab: [h,w,2]; not changed.
    """
    height, width = luma.shape
    leg = max(_LEAST_CELLS, round(_LEG * min(height, width)))
    steps = np.add.outer(np.arange(height)[::-1], np.arange(width)[::-1])  # to the lower right corner
    line = (steps >= leg) & (steps < leg + _LINE_CELLS)
    down, across = _best_corner(np.minimum(luma, 1 - luma), line)
    marked = ab.copy()
    turned = marked[::-down, ::-across]
    turned[line] = ab_of(_VERMILION)
    turned[steps < leg] = 0
    return marked


def _best_corner(room: Floats, line: NDArray[np.bool_]) -> tuple[int, int]:
    if not line.any():
        return _CORNERS[0]
    rooms = {(down, across): float(room[::-down, ::-across][line].mean()) for down, across in _CORNERS}
    visible = [corner for corner, found in rooms.items() if found >= _VISIBLE]
    return visible[0] if visible else max(rooms, key=rooms.__getitem__)
