"""K-means with a deterministic start."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]

_ROUNDS = 30
_SAME = 1e-6  # squared distance of vectors that count as one


def cluster(vectors: Floats, count: int) -> Labels:
    """Return the cluster of each of the vectors [n,d], int32 [n]: 0 to at most ``count`` - 1, none empty.

    There are fewer clusters where there are fewer distinct vectors.
    """
    start = _nearest_of_far_ones(vectors, count)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, _ROUNDS, 1e-3)
    found = int(start.max()) + 1
    _, labels, _ = cv2.kmeans(vectors, found, start, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    _, numbered = np.unique(labels[:, 0], return_inverse=True)  # none is empty
    return numbered.astype(np.int32)


def _nearest_of_far_ones(vectors: Floats, count: int) -> Labels:
    """Return labels [n,1]: for each vector the nearest of ``count`` that lie far from each other."""
    nearest = np.zeros(len(vectors), np.int32)
    centre = _squared(vectors, vectors.mean(axis=0)).argmin()
    distance = _squared(vectors, vectors[centre])
    for number in range(1, count):
        if not distance.max() > _SAME:
            break
        other = _squared(vectors, vectors[distance.argmax()])
        nearest[other < distance] = number
        distance = np.minimum(distance, other)
    return nearest[:, None]


def _squared(vectors: Floats, point: Floats) -> Floats:
    squared: Floats = ((vectors - point) ** 2).sum(axis=1)
    return squared
