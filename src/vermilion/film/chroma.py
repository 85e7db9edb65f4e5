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
    for axis, span in enumerate(spans):
        small_planes += [lines.slope[..., axis] * np.float32(span), lines.start[..., axis] * np.float32(span)]
    wide = [_wide(plane, size) for plane in small_planes]
    made: Codes = np.empty((2, height, width), written.dtype)
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        unit = read.unit(np.asarray(grey)[rows])
        steps = _steps(unit, [plane[rows] for plane in wide])
        beyond = _beyond_gamut(unit, steps, (red, blue))
        for plane, step, span in zip(made, steps, spans, strict=True):
            np.divide(step, beyond, out=step)
            _put(step, written.chroma_span / span, written.grey, plane[rows])
    return made[0], made[1]


def _steps(unit: Floats, wide: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return B and R less luma, [h,w], of luma, and the lines through it."""
    least, most, *lines = wide
    kept = np.maximum(unit, least)
    np.minimum(kept, most, out=kept)
    in_blue, in_red = lines[0] * kept, lines[2] * kept
    in_blue += lines[1]
    in_red += lines[3]
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


def _beyond_gamut(luma: Floats, steps: tuple[Floats, Floats], weights: tuple[float, float]) -> Floats:
    """Return by how much steps of B and R from luma [h,w] are too long to stay in 0..1: 1 or more, [h,w].

    Green is what leaves the luma alone, of which red and blue have their ``weights``.
    """
    in_blue, in_red = steps
    red, blue = weights
    in_green = in_blue * np.float32(-blue / (1 - red - blue))
    in_green += in_red * np.float32(-red / (1 - red - blue))
    above = np.maximum(in_blue, in_red)
    np.maximum(above, in_green, out=above)
    below = np.minimum(in_blue, in_red)
    np.minimum(below, in_green, out=below)
    above /= np.float32(1 + _TINY) - luma
    below /= np.float32(-_TINY) - luma
    np.maximum(above, below, out=above)
    return np.maximum(above, np.float32(1), out=above)
