"""What is known of chroma in trusted places, carried into the others: near ones of the same luma count most.

A bilateral grid (Chen et al. 2007), normalised. Its kernel is a sum of ever wider Gaussians, so that near
places speak where there are some, and far ones where not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CELL = 16  # pixels of a cell of the grid, along each side
_LEVELS = 10  # of luma
_REACHES = (1, 2, 4, 8, 16)  # cells
_MIXED = 0.3  # levels of luma that are mixed with each other
_NOBODY = 1e-3  # weight of "nothing is known", which holds where trusted places are far


def carried(values: Floats, known: NDArray[np.bool_], luma: Floats) -> Floats:
    """Return values [h,w,C] that are known in some places for all places: float32 [h,w,C].

    Args:
        values: [h,w,C], of which only those of known places count.
        known: [h,w].
        luma: [h,w] in 0..1.
    """
    grid = _blurred(_gathered(values, known, luma))
    grid = grid[..., 1:] / (grid[..., :1] + np.float32(_NOBODY))
    height, width = luma.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    rows, columns = (rows + 0.5) / _CELL - 0.5, (columns + 0.5) / _CELL - 0.5
    place = np.clip(luma, 0, 1) * (_LEVELS - 1)
    spread = np.zeros(values.shape, np.float32)
    for level in range(_LEVELS):
        share = np.maximum(0, 1 - np.abs(place - level))[..., None]
        plane = np.ascontiguousarray(grid[:, :, level])
        spread += share * cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return spread


def _gathered(values: Floats, known: NDArray[np.bool_], luma: Floats) -> Floats:
    """Return weights and sums of values in each cell of the grid: [R,K,levels,1+C]."""
    rows, columns = np.nonzero(known)
    levels = np.rint(np.clip(luma[known], 0, 1) * (_LEVELS - 1)).astype(np.intp)
    shape = luma.shape[0] // _CELL + 2, luma.shape[1] // _CELL + 2, _LEVELS
    cells = np.ravel_multi_index((rows // _CELL, columns // _CELL, levels), shape)
    weights = [None, *np.moveaxis(values[known], -1, 0)]
    sums = [np.bincount(cells, weight, int(np.prod(shape))).reshape(shape) for weight in weights]
    return (np.stack(sums, axis=-1) / _CELL**2).astype(np.float32)


def _blurred(grid: Floats) -> Floats:
    away = np.arange(_LEVELS)[:, None] - np.arange(_LEVELS)
    mixed = np.exp(-0.5 * (away / _MIXED) ** 2)
    mixed = (mixed / mixed.sum(axis=1, keepdims=True)).astype(np.float32)
    flat = np.einsum("rklc,ml->rkmc", grid, mixed).reshape(*grid.shape[:2], -1)
    flat = np.ascontiguousarray(flat)
    blurs = (cv2.GaussianBlur(flat, (0, 0), reach, borderType=cv2.BORDER_CONSTANT) for reach in _REACHES)
    return np.asarray(sum(blurs), np.float32).reshape(grid.shape)
