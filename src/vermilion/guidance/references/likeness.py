"""How much alike places of two pictures look to the network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.references.regions import cell_features

Floats = NDArray[np.float32]

PLACE_STEP = 2
"""Cells of stride 4 to one place that is matched: finer ones look alike everywhere."""

LEAST_LIKENESS = 0.55
"""Cosine from which two places may show the same thing; random pictures hardly ever reach it."""

LEAST_LEAD = 0.02
"""Of a match over the best one that is something else."""


def places_of(maps: Sequence[Floats], grid: tuple[int, int]) -> list[Floats]:
    """Return the features of each place, level by level: float32 [n,C], row by row.

    Args:
        maps: ``Features.maps`` of a picture.
        grid: its height and width in cells of stride 4.
    """
    levels = cell_features(maps, grid, PLACE_STEP)
    return [np.ascontiguousarray(level.reshape(len(level), -1).T) for level in levels]


def likeness_of(own: Sequence[Floats], other: Sequence[Floats]) -> Floats:
    """Return the cosines [n,m] of n places of one picture and m of another, the mean of all levels."""
    cosines = [_cosines(here, there) for here, there in zip(own, other, strict=True)]
    mean: Floats = np.mean(cosines, axis=0, dtype=np.float32)
    return mean


def _cosines(own: Floats, other: Floats) -> Floats:
    """Return cosines [n,m] of vectors [n,C] and [m,C], once every channel counts the same."""
    both = np.concatenate([own, other])
    spread = both.std(axis=0)
    both = (both - both.mean(axis=0)) / (spread + np.float32(0.05 * both.std() + 1e-6))  # some are dead
    both /= np.linalg.norm(both, axis=1, keepdims=True) + np.float32(1e-6)
    cosines: Floats = both[: len(own)] @ both[len(own) :].T
    return cosines
