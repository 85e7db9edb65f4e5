"""Chroma planes of a frame: enlarged along its own edges, in gamut, in its own matrix and range."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_rgb, lines_of
from vermilion.film.media.layout import Codes, Layout, luma_weights

Floats = NDArray[np.float32]

_TINY = 1e-6
_STRIP = 64  # rows whose planes fit into the processor's own cache


def to_matrix(cbcr: Floats, matrix: int) -> Floats:
    """Return chroma [...,2] of BT.601 as that of another matrix (FFmpeg's number), of the same colour."""
    red, blue = luma_weights(matrix)
    steps = cbcr_to_rgb(np.zeros(cbcr.shape[:-1], np.float32), cbcr)
    shift = steps @ np.array([red, 1 - red - blue, blue], np.float32)  # what the steps have of its luma
    in_blue = (steps[..., 2] - shift) / np.float32(2 * (1 - blue))
    in_red = (steps[..., 0] - shift) / np.float32(2 * (1 - red))
    return np.stack([in_blue, in_red], axis=-1)


def chroma_planes(
    cbcr: Floats, small: Floats, luma: Codes, read: Layout, written: Layout, matrix: int
) -> tuple[Codes, Codes]:
    """Return the planes U and V of one frame.

    Args:
        cbcr: float32 [h,w,2] in -0.5..0.5, in the film's matrix.
        small: the frame's luma [h,w] in 0..1.
        luma: its codes [H,W].
        read: their layout.
        written: the layout of the planes.
        matrix: FFmpeg's number.
    """
    height, width = written.chroma_size((luma.shape[0], luma.shape[1]))
    size = width, height
    grey = luma if luma.shape == (height, width) else cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    lines = lines_of(cbcr, small)
    red, blue = luma_weights(matrix)
    spans = 2 * (1 - blue), 2 * (1 - red)  # of B and R less luma, to one of chroma
    small_planes = [lines.least, lines.most]
    for part in (lines.slope, lines.start):
        small_planes += [part[..., axis] * np.float32(span) for axis, span in enumerate(spans)]
    wide = [_wide(plane, size) for plane in small_planes]
    made: Codes = np.empty((2, height, width), written.dtype)
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        unit = read.unit(np.asarray(grey)[rows])
        least, most, *strips = (plane[rows] for plane in wide)
        in_blue, in_red = _steps(unit, (least, most), strips)
        beyond = _beyond_gamut(unit, (in_blue, in_red), (red, blue), [least, most, *strips[2:]])
        for plane, step, span in zip(made, (in_blue, in_red), spans, strict=True):
            np.divide(step, beyond, out=step)
            _put(step, written.chroma_span / span, written.grey, plane[rows])
    return made[0], made[1]


def _steps(unit: Floats, bounds: tuple[Floats, Floats], lines: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return B and R less luma, [h,w], of luma and its lines: two slopes, two starts.

    The slopes become what is returned, and the first of ``bounds`` is written over.
    """
    least, most = bounds
    kept = np.maximum(unit, least, out=least)
    np.minimum(kept, most, out=kept)
    in_blue, in_red = (
        np.add(np.multiply(slope, kept, out=slope), start, out=slope)
        for slope, start in zip(lines[:2], lines[2:], strict=True)
    )
    return in_blue, in_red


def _put(steps: Floats, scale: float, grey: int, plane: Codes) -> None:
    """Write steps · scale + grey, rounded, into a part of a plane."""
    if plane.dtype == np.uint8:
        cv2.convertScaleAbs(steps, plane, scale, grey)
    else:
        cv2.addWeighted(steps, scale, steps, 0, grey, plane, dtype=cv2.CV_16U)


def _wide(plane: Floats, size: tuple[int, int]) -> Floats:
    wide = cv2.resize(np.ascontiguousarray(plane), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, np.float32)


def _beyond_gamut(
    luma: Floats, steps: tuple[Floats, Floats], weights: tuple[float, float], spare: Sequence[Floats]
) -> Floats:
    """Return by how much steps of B and R from luma [h,w] are too long to stay in 0..1: 1 or more, [h,w].

    Green is what leaves the luma alone, of which red and blue have their ``weights``. Four ``spare`` planes
    are written over: new ones would have to come from memory, and these are near.
    """
    in_blue, in_red = steps
    red, blue = weights
    above, below, in_green, other = spare
    np.multiply(in_blue, np.float32(-blue / (1 - red - blue)), out=in_green)
    np.multiply(in_red, np.float32(-red / (1 - red - blue)), out=other)
    in_green += other
    np.maximum(in_blue, in_red, out=above)
    np.maximum(above, in_green, out=above)
    np.minimum(in_blue, in_red, out=below)
    np.minimum(below, in_green, out=below)
    above /= np.subtract(np.float32(1 + _TINY), luma, out=other)
    below /= np.subtract(np.float32(-_TINY), luma, out=other)
    np.maximum(above, below, out=above)
    return np.maximum(above, np.float32(1), out=above)
