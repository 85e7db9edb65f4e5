"""Enlargement of chroma along the edges of the luma, whole or strip by strip.

Chroma of network size becomes lines of luma (see ``guide``). Their slopes and starts are enlarged linearly
with exactly aligned pixel centres, the width once, for the few hundred rows that they have, the height
strip by strip, when a strip is needed; there the strip's own luma turns them into chroma again.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vermilion.color.guide import lines_of
from vermilion.color.strips import strip_rows, whole_strips
from vermilion.tone import Codes, reduce_luma, unit_range

Floats = NDArray[np.float32]


class ChromaEnlarger:
    """Enlarges chroma of network size row by row, without ever holding the whole picture.

    Args:
        cbcr: float32 [h,w,2], any unit; not changed.
        luma: [H,W] of the enlarged size, codes or float32 0..1: its edges are followed; kept, not changed.
        span: the height and width that the chroma covers, in enlarged pixels. It differs from luma's shape
            for the half-size planes of a JPEG with odd sides: their last sample lies half outside.
    """

    def __init__(self, cbcr: Floats, luma: Codes | Floats, span: tuple[float, float] | None = None) -> None:
        self._luma = luma
        self.size = (luma.shape[0], luma.shape[1])
        row_span, column_span = span or self.size
        small_luma = reduce_luma(luma, (cbcr.shape[0], cbcr.shape[1]))
        lines = lines_of(np.asarray(cbcr, np.float32), small_luma)
        small = np.concatenate(
            [np.moveaxis(lines.slope, -1, 0), np.moveaxis(lines.start, -1, 0), [lines.least, lines.most]]
        ).astype(np.float32, copy=False)
        self._row_starts, self._row_weights = linear_taps(cbcr.shape[0], self.size[0], row_span)
        self._wide = _widened(small, self.size[1], column_span)  # [6,h,W]

    def planes(self, rows: slice) -> Floats:
        """Return rows ``rows.start`` to ``rows.stop`` as planes [2,rows,W], float32, a new array.

        Each row is the same to the last bit, whichever rows are asked for together.
        """
        whole, step = whole_strips(rows, self.size), strip_rows(self.size[1])
        strips = [
            self._strip(slice(top, min(top + step, whole.stop)))
            for top in range(whole.start, whole.stop, step)
        ]
        planes = strips[0] if len(strips) == 1 else np.concatenate(strips, axis=1)
        return planes[:, rows.start - whole.start : rows.stop - whole.start]

    def window(self, rows: slice, columns: slice) -> Floats:
        """Return a part of the picture as planes [2,rows,columns], float32, a new array."""
        return self._strip(rows, columns)

    def _strip(self, rows: slice, columns: slice = slice(None)) -> Floats:
        starts, weights = self._row_starts[rows], self._row_weights[rows]
        first, last = int(starts.min()), int(starts.max()) + weights.shape[1]
        band = np.zeros((len(starts), last - first), np.float32)
        taps = starts[:, None] - first + np.arange(weights.shape[1])
        np.put_along_axis(band, taps, weights, axis=1)
        enlarged: Floats = band @ self._wide[:, first:last, columns]  # [6,rows,W]
        luma = unit_range(self._luma[rows, columns])
        np.maximum(luma, enlarged[4], out=luma)
        np.minimum(luma, enlarged[5], out=luma)
        chroma = enlarged[:2]
        chroma *= luma
        chroma += enlarged[2:4]
        return chroma


def enlarge_chroma(cbcr: Floats, luma: Codes | Floats, rows: slice | None = None) -> Floats:
    """Return chroma [h,w,2] enlarged to the size of luma [H,W], or only some ``rows`` of that; float32.

    Edges lie where those of the luma (codes, or float32 0..1) lie; pixel centres are aligned. A strip equals
    the same rows of the whole.
    """
    wanted = slice(*(rows or slice(None)).indices(luma.shape[0])[:2])
    planes = ChromaEnlarger(cbcr, luma).planes(wanted)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1))


def linear_taps(source: int, target: int, span: float) -> tuple[NDArray[np.intp], Floats]:
    """Return for each of ``target`` pixels the first source pixel [target] and its weights [target,taps].

    ``span`` is the length of the source in target pixels. Beyond its ends the last pixel is repeated; where a
    side has to shrink the kernel widens, so nothing aliases.
    """
    scale = source / span
    reach = max(1.0, scale)
    centres = (np.arange(target) + 0.5) * scale - 0.5
    most = 2 * math.ceil(reach) + 1
    taps = min(source, most)
    nearest = np.floor(centres - reach).astype(np.intp) + 1
    reached = nearest[:, None] + np.arange(most)
    weights = np.maximum(0.0, 1 - np.abs(reached - centres[:, None]) / reach)
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.clip(nearest, 0, source - taps)
    folded = np.zeros((target, taps))
    places = np.clip(reached, 0, source - 1) - starts[:, None]
    np.add.at(folded, (np.arange(target)[:, None], places), weights)
    return starts, folded.astype(np.float32)


def _widened(planes: Floats, width: int, span: float) -> Floats:
    """Return planes [n,h,w] with their rows enlarged to ``width``."""
    starts, weights = linear_taps(planes.shape[-1], width, span)
    wide = np.zeros((*planes.shape[:2], width), np.float32)
    for tap in range(weights.shape[1]):
        wide += planes.take(starts + tap, axis=-1) * weights[:, tap]
    return wide
