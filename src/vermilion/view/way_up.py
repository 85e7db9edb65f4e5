"""Which way is up: a small head on what the encoder saw.

The head looks at averages of the encoder's two coarsest feature maps over three by three parts.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PARTS = 3
"""The picture is described by averages over this many parts down and across."""


def describe(
    coarse: tuple[Floats, Floats], covered: tuple[tuple[float, float], tuple[float, float]]
) -> Floats:
    """Return what the head looks at, float32 [N,F]: averages over 3 × 3 parts of each map.

    Args:
        coarse: the two coarsest feature maps [N,C,h,w] (strides 16 and 32).
        covered: rows and columns of each map that the picture covers, as fractions: the rest is margin.
    """
    parts = []
    for features, (rows, columns) in zip(coarse, covered, strict=True):
        down, across = _averages(features.shape[2], rows), _averages(features.shape[3], columns)
        parts.append((down @ features @ across.T).reshape(len(features), -1))
    return np.concatenate(parts, axis=1)


def _averages(cells: int, covered: float) -> Floats:
    """Return the weights [3,cells] of the cells in each third of what is covered."""
    edges = np.arange(PARTS + 1) * (covered / PARTS)
    begin = np.arange(cells)
    shared = np.minimum(edges[1:, None], begin + 1) - np.maximum(edges[:-1, None], begin)
    weights = np.clip(shared, 0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
