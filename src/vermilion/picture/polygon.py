"""The pixels inside a convex polygon, row by row: what of a picture is painted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Corners = Sequence[tuple[float, float]]


def outside_polygon(corners: Corners, rows: slice, width: int) -> NDArray[np.bool_]:
    """Return the pixels [rows,W] whose centres lie outside a convex polygon.

    Args:
        corners: (x, y) in pixels, clockwise as seen in a picture; pixel (0, 0) reaches from 0 to 1.
        rows: of the picture; both ends are given.
        width: of the picture in pixels.
    """
    y = np.arange(rows.start, rows.stop) + 0.5
    left, right = np.full(len(y), -np.inf), np.full(len(y), np.inf)
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        down = y1 - y0
        if down == 0:  # a level side bounds rows
            beyond = (y - y0) * (x1 - x0) < 0
            left[beyond] = np.inf
            continue
        crossing = x0 + (x1 - x0) * (y - y0) / down
        if down > 0:
            right = np.minimum(right, crossing)
        else:
            left = np.maximum(left, crossing)
    x = np.arange(width) + 0.5
    return (x < left[:, None]) | (x > right[:, None])
