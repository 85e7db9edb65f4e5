"""Canvases: hints as the network reads them, [3,h,w] of a/110, b/110 and the weight, 0 without a hint."""

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas.shapes import AB_SCALE

Floats = NDArray[np.float32]

_SPACING = 4  # cells from one hint to the next: the network follows them, and still draws the outlines


def lattice_canvas(ab: Floats, spacing: int = _SPACING) -> Floats:
    """Return a canvas with the colours [h,w,2] of a whole picture, as single cells with room in between.

    The network paints the rest, edges included; hints everywhere would leave it nothing.
    """
    height, width = ab.shape[:2]
    rows, columns = (slice(min(spacing // 2, side - 1), None, spacing) for side in (height, width))
    canvas = np.zeros((3, height, width), np.float32)
    canvas[:2, rows, columns] = np.moveaxis(ab[rows, columns], -1, 0) / np.float32(AB_SCALE)
    canvas[2, rows, columns] = 1
    return canvas


def lay_over(under: Floats, over: Floats) -> Floats:
    """Return one canvas of two: hints of the upper one cover those of the lower one."""
    return np.where(over[2] > 0, over, under)
