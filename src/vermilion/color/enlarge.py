"""Bicubic enlargement of chroma, whole or strip by strip, with exactly aligned pixel centres.

Width and height are enlarged in separate linear steps: the width once, for the few hundred rows that chroma
has, the height strip by strip, when a strip is needed.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vermilion.color.strips import strip_rows, whole_strips

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
        row_span, column_span = span or size
        self._row_starts, self._row_weights = cubic_taps(cbcr.shape[0], size[0], row_span)
        planes = np.ascontiguousarray(np.moveaxis(np.asarray(cbcr, np.float32), -1, 0))
        self._wide = _widened(planes, size[1], column_span)  # [2,h,W]

    def planes(self, rows: slice) -> Floats:
        """Return rows ``rows.start`` to ``rows.stop`` as planes [2,rows,W], float32, a new array.

        Each row is the same to the last bit, whichever rows are asked for together.
        """
        whole, step = whole_strips(rows, self.size), strip_rows(self.size[1])
        strips = [self._strip(slice(top, top + step)) for top in range(whole.start, whole.stop, step)]
        planes = strips[0] if len(strips) == 1 else np.concatenate(strips, axis=1)
        return planes[:, rows.start - whole.start : rows.stop - whole.start]

    def _strip(self, rows: slice) -> Floats:
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


def _widened(planes: Floats, width: int, span: float) -> Floats:
    """Return planes [2,h,w] with their rows enlarged to ``width``."""
    starts, weights = cubic_taps(planes.shape[-1], width, span)
    wide = np.zeros((*planes.shape[:2], width), np.float32)
    for tap in range(weights.shape[1]):
        wide += planes.take(starts + tap, axis=-1) * weights[:, tap]
    return wide


def _cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(distance)
    near = ((_SHARPNESS + 2) * x - (_SHARPNESS + 3)) * x**2 + 1
    far = _SHARPNESS * (((x - 5) * x + 8) * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))
