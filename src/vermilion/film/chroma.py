"""Chroma planes of a frame: enlarged along its own edges, in gamut, in its own matrix and range."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_rgb, lines_of
from vermilion.film.media.layout import Codes, Layout, luma_weights

Floats = NDArray[np.float32]

_TINY = 1e-6


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
    unit = read.unit(np.asarray(grey))
    lines = lines_of(cbcr, small)
    kept = cv2.min(cv2.max(unit, _wide(lines.least, size)), _wide(lines.most, size))
    red, blue = luma_weights(matrix)
    spans = 2 * (1 - blue), 2 * (1 - red)  # of B and R less luma, to one of chroma
    in_blue, in_red = (
        cv2.add(
            cv2.multiply(_wide(lines.slope[..., axis] * np.float32(span), size), kept),
            _wide(lines.start[..., axis] * np.float32(span), size),
        )
        for axis, span in enumerate(spans)
    )
    in_green = cv2.addWeighted(in_red, -red / (1 - red - blue), in_blue, -blue / (1 - red - blue), 0)
    beyond = _beyond_gamut(unit, (np.asarray(in_red), np.asarray(in_green), np.asarray(in_blue)))
    kind = cv2.CV_16U if written.depth > 8 else cv2.CV_8U
    planes = [
        cv2.addWeighted(
            cv2.divide(plane, beyond), written.chroma_span / span, unit, 0, written.grey, dtype=kind
        )
        for plane, span in zip((in_blue, in_red), spans, strict=True)
    ]
    return np.asarray(planes[0], written.dtype), np.asarray(planes[1], written.dtype)


def _wide(plane: Floats, size: tuple[int, int]) -> Floats:
    wide = cv2.resize(np.ascontiguousarray(plane), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, np.float32)


def _beyond_gamut(luma: Floats, steps: tuple[Floats, Floats, Floats]) -> Floats:
    """Return by how much steps of R, G, B from luma [h,w] are too long to stay in 0..1: 1 or more, [h,w]."""
    red, green, blue = steps
    above = cv2.max(cv2.max(red, green), blue)
    below = cv2.min(cv2.min(red, green), blue)
    room_above = cv2.max(cv2.subtract(1.0, luma), _TINY)  # type: ignore[call-overload]
    room_below = cv2.min(cv2.multiply(luma, -1.0), -_TINY)  # type: ignore[call-overload]
    over = cv2.max(cv2.divide(above, room_above), cv2.divide(below, room_below))
    return np.asarray(cv2.max(over, 1.0), np.float32)  # type: ignore[call-overload]
