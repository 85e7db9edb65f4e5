"""Chroma planes of a frame: enlarged along its own edges, in gamut, in its own matrix and range."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_rgb, lines_of
from vermilion.film.media.layout import Codes, Layout, luma_weights

Floats = NDArray[np.float32]


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
    wide = [
        cv2.resize(np.ascontiguousarray(plane), size, interpolation=cv2.INTER_LINEAR)
        for plane in (
            lines.slope[..., 0],
            lines.slope[..., 1],
            lines.start[..., 0],
            lines.start[..., 1],
            lines.least,
            lines.most,
        )
    ]
    kept = cv2.min(cv2.max(unit, wide[4]), wide[5])
    blue, red = (cv2.add(cv2.multiply(wide[axis], kept), wide[2 + axis]) for axis in (0, 1))
    beyond = _beyond_gamut(np.asarray(unit), np.asarray(blue), np.asarray(red), matrix)
    kind = cv2.CV_16U if written.depth > 8 else cv2.CV_8U
    planes = [
        cv2.addWeighted(cv2.divide(plane, beyond), written.chroma_span, unit, 0, written.grey, dtype=kind)
        for plane in (blue, red)
    ]
    return np.asarray(planes[0], written.dtype), np.asarray(planes[1], written.dtype)


def _beyond_gamut(luma: Floats, blue: Floats, red: Floats, matrix: int) -> Floats:
    """Return by how much chroma must be divided so that R, G and B lie in 0..1: 1 or more, [h,w]."""
    weight_of_red, weight_of_blue = luma_weights(matrix)
    of_red, of_blue = 2 * (1 - weight_of_red), 2 * (1 - weight_of_blue)
    green = 1 - weight_of_red - weight_of_blue
    in_red, in_blue = red * np.float32(of_red), blue * np.float32(of_blue)
    in_green = in_red * np.float32(-weight_of_red / green)
    in_green += in_blue * np.float32(-weight_of_blue / green)
    tiny = np.float32(1e-6)
    most = np.maximum(np.maximum(in_red, in_green), in_blue)
    most /= np.maximum(1 - luma, tiny)
    least = np.minimum(np.minimum(in_red, in_green), in_blue)
    least /= -np.maximum(luma, tiny)
    np.maximum(most, least, out=most)
    beyond: Floats = np.maximum(most, np.float32(1), out=most)
    return beyond
