"""Luma: the grey levels of a scan, which no part of vermilion ever changes."""

from collections.abc import Callable
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color.strips import for_each_strip

LUMA_WEIGHTS = (0.299, 0.587, 0.114)
"""BT.601 weights of R, G, B."""

PILLOW_WEIGHTS = (19595, 38470, 7471)
"""The same in units of 1/65536: the definition of a scan's luma here, as in Pillow's mode "L"."""

Codes = NDArray[np.uint8 | np.uint16]
"""Integer code values as a file stores them: 0..255 or 0..65535."""

Floats = NDArray[np.float32]

Convert = Callable[[Codes, Floats], Floats]
"""Luma [h,w] as stored and sRGB chroma planes [2,h,w] (-0.5..0.5) to the planes of another colour space."""


def luma_of_rgb(rgb: Codes) -> Codes:
    """Return the luma [H,W] of an RGB picture [H,W,3], uint8 or uint16, in the same dtype (a new array).

    For uint8 it equals Pillow's ``convert("L")`` bit for bit; uint16 is weighed the same way.
    """
    height, width = rgb.shape[:2]
    luma = np.empty((height, width), rgb.dtype)

    def weigh(rows: slice) -> None:
        # 65535 * 65536 + 32768 still fits in 32 bits.
        strip = np.full(luma[rows].shape, 32768, np.uint32)
        for channel, weight in enumerate(PILLOW_WEIGHTS):
            strip += np.multiply(rgb[rows, :, channel], np.uint32(weight), dtype=np.uint32)
        np.right_shift(strip, 16, out=strip)
        luma[rows] = strip

    for_each_strip(slice(0, height), width, weigh)
    return luma


def reduce_luma(luma: Codes | Floats, size: tuple[int, int]) -> Floats:
    """Return luma [H,W] averaged over areas to ``size`` (height, width), float32 in 0..1.

    Integer codes are divided by their maximum, floats are taken as 0..1. A side that has to grow
    instead is interpolated (bicubic, clipped to 0..1). Always a new array.
    """
    height, width = size
    shrinks = height <= luma.shape[0] and width <= luma.shape[1]
    # Reduced in the file's own dtype: a float copy of a large scan would cost four times its memory.
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    source: NDArray[Any] = luma if shrinks else unit_range(luma)
    if source.shape != (height, width):
        source = cv2.resize(source, (width, height), interpolation=method)
    reduced = unit_range(source)
    return reduced if shrinks else np.clip(reduced, 0, 1)


def unit_range(luma: NDArray[Any]) -> Floats:
    """Return code values as float32 in 0..1; floats are copied as they are."""
    values = luma.astype(np.float32)
    if luma.dtype.kind != "f":
        values *= 1 / np.iinfo(luma.dtype).max
    return values


def to_eight_bits(codes: Codes) -> NDArray[np.uint8]:
    """Return code values as uint8, rounded; uint8 comes back as it is."""
    if codes.dtype == np.uint8:
        return cast("NDArray[np.uint8]", codes)
    return np.divide(codes.astype(np.uint32) + 128, 257).astype(np.uint8)
