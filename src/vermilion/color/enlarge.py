"""Bicubic enlargement of chroma, whole or strip by strip, with exactly aligned pixel centres.

Rows and columns are separate linear steps, each a small matrix of weights. The columns of a picture are
enlarged once (a few hundred rows of chroma), the rows strip by strip, when they are needed.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SHARPNESS = -0.5  # Catmull-Rom; OpenCV's -0.75 overshoots more
_REACH = 2  # source pixels that the kernel reaches to either side


class ChromaEnlarger:
    """Chroma of network size that gives out rows of picture size, without ever holding all of them.

    Args:
        cbcr: float32 [h,w,2], any unit; not changed.
        size: height and width of the enlarged plane.
        span: the height and width that the chroma covers, in enlarged pixels. It differs from ``size`` for
            the half-size planes of a JPEG with odd sides, whose last sample lies half outside the picture.
    """

    def __init__(self, cbcr: Floats, size: tuple[int, int], span: tuple[float, float] | None = None) -> None:
        self.size = size
        height, width = cbcr.shape[:2]
        row_span, column_span = span or size
        self._row_starts, self._row_weights = cubic_taps(height, size[0], row_span)
        column_weights = dense_weights(width, size[1], column_span)
        planes = np.moveaxis(np.asarray(cbcr, np.float32), -1, 0)
        # [2,h,w] @ [w,W]: wide, but not yet high.
        self._wide = np.ascontiguousarray(planes) @ column_weights.T

    def planes(self, rows: slice) -> Floats:
        """Return rows ``rows.start`` to ``rows.stop`` as planes [2,rows,W], float32, a new array."""
        starts, weights = self._row_starts[rows], self._row_weights[rows]
        first, last = int(starts.min()), int(starts.max()) + weights.shape[1]
        band = np.zeros((len(starts), last - first), np.float32)
        taps = starts[:, None] - first + np.arange(weights.shape[1])
        np.put_along_axis(band, taps, weights, axis=1)
        enlarged: Floats = band @ self._wide[:, first:last]
        return enlarged


def enlarge_chroma(cbcr: Floats, size: tuple[int, int], rows: slice | None = None) -> Floats:
    """Return chroma [h,w,2] enlarged to ``size`` (height, width), or only some ``rows`` of that; float32.

    Bicubic with aligned centres; where a side has to shrink the kernel widens, so nothing aliases.
    A strip equals the same rows of the whole.
    """
    wanted = slice(*(rows or slice(None)).indices(size[0])[:2])
    planes = ChromaEnlarger(cbcr, size).planes(wanted)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1))


def cubic_taps(source: int, target: int, span: float) -> tuple[NDArray[np.intp], Floats]:
    """Return for each of ``target`` pixels the first source pixel [target] and its weights [target,taps].

    ``span`` is the length of the source in target pixels. Beyond its ends the last pixel is repeated.
    """
    scale = source / span
    stretch = max(1.0, scale)
    centres = (np.arange(target) + 0.5) * scale - 0.5
    taps = min(source, 2 * math.ceil(_REACH * stretch) + 1)
    offsets = np.arange(2 * math.ceil(_REACH * stretch) + 1)
    nearest = np.floor(centres - _REACH * stretch).astype(np.intp) + 1
    reached = nearest[:, None] + offsets
    weights = _cubic((reached - centres[:, None]) / stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.clip(nearest, 0, source - taps)
    folded = np.zeros((target, taps))
    places = np.clip(reached, 0, source - 1) - starts[:, None]
    np.add.at(folded, (np.arange(target)[:, None], places), weights)
    return starts, folded.astype(np.float32)


def dense_weights(source: int, target: int, span: float) -> Floats:
    """Return the weights of ``cubic_taps`` as one matrix [target,source]."""
    starts, weights = cubic_taps(source, target, span)
    matrix = np.zeros((target, source), np.float32)
    np.put_along_axis(matrix, starts[:, None] + np.arange(weights.shape[1]), weights, axis=1)
    return matrix


def _cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(distance)
    near = ((_SHARPNESS + 2) * x - (_SHARPNESS + 3)) * x**2 + 1
    far = _SHARPNESS * (((x - 5) * x + 8) * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
