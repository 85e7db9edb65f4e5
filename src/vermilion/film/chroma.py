"""Chroma planes of frames: enlarged along their own edges, in gamut, in the film's matrix and range."""

from typing import Any

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


class ChromaPlanes:
    """Makes the planes U and V of frames of one size.

    All that is as large as a plane is made once: memory that is new for each frame takes longer to come than
    what is done in it. So the planes of a frame are written over by those of the next.

    Args:
        size: height and width of the frames.
        read: the layout of their luma.
        written: the layout of the planes.
        matrix: FFmpeg's number.

    Attributes:
        size: height and width of the planes.
    """

    def __init__(self, size: tuple[int, int], read: Layout, written: Layout, matrix: int) -> None:
        self._read, self._written = read, written
        self._weights = luma_weights(matrix)
        self.size = height, width = written.chroma_size(size)
        self._slope, self._start = np.empty((2, height, width), np.float32)
        self._grey, self._kept, self._bound = np.empty((3, height, width), read.dtype)
        self._planes: Codes = np.empty((2, height, width), written.dtype)
        self._far, self._other = np.empty((2, height, width), written.dtype)

    def of(self, cbcr: Floats, small: Floats, luma: Codes) -> tuple[Codes, Codes]:
        """Return the planes U and V of one frame, until they are those of the next.

        Args:
            cbcr: float32 [h,w,2] in -0.5..0.5, in the film's matrix.
            small: the frame's luma [h,w] in 0..1.
            luma: its codes [H,W], at the size of the frame or of the planes.
        """
        lines, read, written = lines_of(cbcr, small), self._read, self._written
        grey = luma if luma.shape == self.size else self._resized(luma, self._grey, cv2.INTER_AREA)
        kept = grey
        for bound, nearer in ((lines.least, np.maximum), (lines.most, np.minimum)):
            codes = np.rint(bound * np.float32(read.luma_span) + np.float32(read.black)).astype(read.dtype)
            kept = nearer(kept, self._resized(codes, self._bound), out=self._kept)
        slopes = lines.slope * np.float32(written.chroma_span / read.luma_span)
        starts = lines.start * np.float32(written.chroma_span) - slopes * np.float32(read.black)
        starts += np.float32(written.grey)
        kind = cv2.CV_8U if written.depth == 8 else cv2.CV_16U
        for axis, plane in enumerate(self._planes):
            slope = self._resized(slopes[..., axis], self._slope)
            start = self._resized(starts[..., axis], self._start)
            cv2.multiply(slope, kept, slope, dtype=cv2.CV_32F)
            cv2.add(slope, start, plane, dtype=kind)  # in one pass with rounding
        self._limit(grey)
        return self._planes[0], self._planes[1]

    def _resized(self, plane: NDArray[Any], out: NDArray[Any], way: int = cv2.INTER_LINEAR) -> NDArray[Any]:
        cv2.resize(np.ascontiguousarray(plane), self.size[::-1], out, interpolation=way)
        return out

    def _limit(self, grey: Codes) -> None:
        """Shorten chroma that leaves the gamut; players would clip it, and so change the luma."""
        at = np.flatnonzero(self._may_leave(grey))
        span, middle = np.float32(self._written.chroma_span), np.float32(self._written.grey)
        planes = [plane.reshape(-1) for plane in self._planes]
        chroma = [plane[at] - middle for plane in planes]
        red, blue = self._weights
        in_blue, in_red = (
            of_one * (np.float32(2 - 2 * weight) / span)
            for of_one, weight in zip(chroma, (blue, red), strict=True)
        )
        beyond = _beyond_gamut(self._read.unit(grey.reshape(-1)[at]), in_blue, in_red, self._weights)
        for plane, of_one in zip(planes, chroma, strict=True):
            plane[at] = np.rint(of_one / beyond + middle)

    def _may_leave(self, grey: Codes) -> NDArray[np.bool_]:
        """Return where colours may be out of gamut [h,w]: all places where they are, and few others.

        No step of red, green or blue from luma is longer than twice the chroma, in codes.
        """
        read, written = self._read, self._written
        black: Any = float(read.black)
        white: Any = black + read.luma_span
        middle: Any = float(written.grey)
        cv2.subtract(grey, black, self._bound)
        cv2.subtract(white, grey, self._kept)
        room = np.minimum(self._bound, self._kept, out=self._bound)
        if read.depth < written.depth:
            room = np.left_shift(room, written.depth - read.depth, dtype=written.dtype)
        cv2.absdiff(self._planes[0], middle, self._far)
        cv2.absdiff(self._planes[1], middle, self._other)
        far = np.maximum(self._far, self._other, out=self._far)
        cv2.add(far, far, far)
        return far > room


def _beyond_gamut(luma: Floats, in_blue: Floats, in_red: Floats, weights: tuple[float, float]) -> Floats:
    """Return by how much steps of B and R from luma [n] are too long to stay in 0..1: 1 or more, [n].

    Green is what leaves the luma alone, of which red and blue have their ``weights``.
    """
    red, blue = weights
    in_green = (in_blue * np.float32(-blue) - in_red * np.float32(red)) / np.float32(1 - red - blue)
    above = np.maximum(np.maximum(in_blue, in_red), in_green) / (np.float32(1 + _TINY) - luma)
    below = np.minimum(np.minimum(in_blue, in_red), in_green) / (np.float32(-_TINY) - luma)
    return np.asarray(np.maximum(np.maximum(above, below), 1), np.float32)
