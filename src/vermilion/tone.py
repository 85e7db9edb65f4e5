"""Luma, sRGB's tone curve, and means over areas: the arithmetic that ``color`` and ``pictures`` share.

Luma is what no part of vermilion ever changes. It is defined here, once: BT.601, weighed and rounded as
Pillow does.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

LUMA_WEIGHTS = (0.299, 0.587, 0.114)
"""BT.601 weights of R, G, B."""

PILLOW_WEIGHTS = (19595, 38470, 7471)
"""The same in units of 1/65536: the definition of a scan's luma here, as in Pillow's mode "L"."""

Codes = NDArray[np.uint8 | np.uint16]
"""Integer code values as a file stores them: 0..255 or 0..65535."""

Floats = NDArray[np.float32]
Size = tuple[int, int]

Float = TypeVar("Float", bound=np.floating[Any])
Sample = TypeVar("Sample", bound=np.generic)

_STRIP_PIXELS = 1 << 15  # whose sums fit a core's cache
_FEW_ROWS = 3  # to one, of which OpenCV takes the means quicker
_BAND = 4  # rows of a reduced picture that are summed at once


def luma_of_rgb(rgb: Codes) -> Codes:
    """Return the luma [H,W] of RGB [H,W,3 or more], uint8 or uint16, in the same dtype (a new array).

    For uint8 it equals Pillow's ``convert("L")`` bit for bit; uint16 is weighed the same way.
    """
    height, width = rgb.shape[:2]
    luma = np.empty((height, width), rgb.dtype)
    step = max(1, _STRIP_PIXELS // max(1, width))
    for top in range(0, height, step):
        rows = slice(top, top + step)
        # 65535 * 65536 + 32768 still fits in 32 bits.
        strip = np.full(luma[rows].shape, 32768, np.uint32)
        for channel, weight in enumerate(PILLOW_WEIGHTS):
            strip += np.multiply(rgb[rows, :, channel], np.uint32(weight), dtype=np.uint32)
        np.right_shift(strip, 16, out=strip)
        luma[rows] = strip
    return luma


def linear_of_srgb(encoded: NDArray[Float]) -> NDArray[Float]:
    """Undo the sRGB tone curve (IEC 61966-2-1), in the same dtype; negative values mirror positive ones."""
    size = np.abs(encoded)
    linear = np.where(size > 0.04045, ((size + 0.055) / 1.055) ** 2.4, size / 12.92)
    return np.asarray(np.copysign(linear, encoded), encoded.dtype)


def srgb_of_linear(linear: NDArray[Float]) -> NDArray[Float]:
    """Apply the sRGB tone curve (IEC 61966-2-1), in the same dtype; negative values mirror positive ones."""
    size = np.abs(linear)
    encoded = np.where(size > 0.0031308, 1.055 * size ** (1 / 2.4) - 0.055, size * 12.92)
    return np.asarray(np.copysign(encoded, linear), linear.dtype)


def unit_range(luma: NDArray[Any]) -> Floats:
    """Return code values as float32 in 0..1; floats are copied as they are."""
    values = luma.astype(np.float32)
    if luma.dtype.kind != "f":
        values *= 1 / np.iinfo(luma.dtype).max
    return values


def to_eight_bits(codes: Codes) -> NDArray[np.uint8]:
    """Return code values as uint8, rounded to the nearest level; uint8 comes back as it is."""
    if codes.dtype == np.uint8:
        return codes.astype(np.uint8, copy=False)
    return ((codes.astype(np.uint32) + np.uint32(128)) // np.uint32(257)).astype(np.uint8)


def reduce_luma(luma: Codes | Floats, size: Size) -> Floats:
    """Return luma [H,W] averaged over areas to ``size`` (height, width), float32 in 0..1.

    Integer codes are divided by their maximum, floats are taken as 0..1. A side that has to grow
    instead is interpolated (bicubic, clipped to 0..1). Always a new array. Means of integers are whole
    levels; ``reduce_finely`` keeps what lies between.
    """
    shrinks = size[0] <= luma.shape[0] and size[1] <= luma.shape[1]
    # Reduced in the file's own dtype: a float copy of a large scan would cost four times its memory.
    source: NDArray[Any] = luma if shrinks else unit_range(luma)
    if source.shape != size:
        source = _resized(source, size, shrinks=shrinks)
    reduced = unit_range(source)
    return reduced if shrinks else np.clip(reduced, 0, 1)


def reduce_finely(luma: Codes, size: Size) -> Floats:
    """Return what ``reduce_luma`` does, with means that are not rounded to whole levels."""
    height, width = size
    shrinks = height <= luma.shape[0] and width <= luma.shape[1]
    scale = 1.0 / (255.0 if luma.dtype == np.uint8 else 65535.0)
    # A large picture is first reduced to four times the size wanted, where rounding averages out.
    if shrinks and luma.shape[0] >= 8 * height and luma.shape[1] >= 8 * width:
        luma = np.asarray(_resized(luma, (4 * height, 4 * width), shrinks=True), luma.dtype)
    values = luma.astype(np.float32)
    reduced: Floats = values if size == values.shape else _resized(values, size, shrinks=shrinks)
    reduced *= np.float32(scale)
    return np.clip(reduced, 0.0, 1.0, out=reduced)


def reduce_to_bytes(luma: Codes, size: Size) -> NDArray[np.uint8]:
    """Return luma [H,W] averaged over areas to ``size`` (height, width), uint8, rounded once.

    The same means as ``reduce_finely``, two to three times as quick and without a float copy of the luma:
    rows are summed by matrix products of a few rows, which stay in a core's cache. Where two or fewer become
    one, OpenCV is quicker. A side that has to grow is interpolated.
    """
    if size == luma.shape:
        return to_eight_bits(luma)
    if size[0] > luma.shape[0] or size[1] > luma.shape[1]:
        return _as_bytes(reduce_finely(luma, size), 1)
    if luma.dtype == np.uint8 and luma.shape[0] < _FEW_ROWS * size[0]:
        return np.asarray(_resized(luma, size, shrinks=True), np.uint8)
    scale = luma.shape[0] / size[0]
    lower = np.empty((size[0], luma.shape[1]), np.float32)
    for top in range(0, size[0], _BAND):
        ends = np.arange(top, min(top + _BAND, size[0]) + 1) * scale
        first, last = int(ends[0]), min(int(np.ceil(ends[-1])), luma.shape[0])
        rows = np.arange(first, last)
        covered = np.minimum(ends[1:, None], rows + 1) - np.maximum(ends[:-1, None], rows)
        weights = (np.maximum(covered, 0) / scale).astype(np.float32)
        np.matmul(weights, luma[first:last].astype(np.float32), out=lower[top : top + _BAND])
    return _as_bytes(_resized(lower, size, shrinks=True), np.iinfo(luma.dtype).max)


def _as_bytes(values: Floats, most: float) -> NDArray[np.uint8]:
    levels: Floats = np.rint(values * np.float32(255 / most))
    return levels.astype(np.uint8)


def shrunk(picture: NDArray[Sample], scale: float) -> NDArray[Sample]:
    """Return a picture [H,W] or [H,W,C] averaged over areas to ``scale`` of its size; never enlarged."""
    if scale >= 1:
        return picture
    size = max(1, round(picture.shape[0] * scale)), max(1, round(picture.shape[1] * scale))
    return _resized(picture, size, shrinks=True).astype(picture.dtype, copy=False)


def _resized(picture: NDArray[Any], size: Size, *, shrinks: bool) -> NDArray[Any]:
    import cv2  # noqa: PLC0415 - who asks for the curves alone does not wait for it

    return cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
