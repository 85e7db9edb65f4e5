"""A mark that is seen: a corner left as grey as the scan, behind a vermilion line. Luma is not touched."""

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.named_color import ab_of

Floats = NDArray[np.float32]

_LEG = 0.08  # of the short side: the grey triangle's
_LEAST_CELLS = 3
_LINE_CELLS = 2  # across the steps of the grid, so 1.4 cells wide
_VERMILION = "#e34234"


def mark_corner(ab: Floats) -> Floats:
    """Return (a,b) [h,w,2] of an upright picture with the lower right corner marked, as a new array."""
    height, width = ab.shape[:2]
    leg = max(_LEAST_CELLS, round(_LEG * min(height, width)))
    steps = np.arange(height)[::-1, None] + np.arange(width)[::-1]  # to the corner, along rows and columns
    marked = ab.copy()
    marked[steps < leg + _LINE_CELLS] = ab_of(_VERMILION)
    marked[steps < leg] = 0
    return marked
