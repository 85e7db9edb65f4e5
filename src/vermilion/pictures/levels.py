"""Samples of other depths as levels of 8 or 16 bits. Arrays only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.tone import Codes

Samples = Codes


def from_unit_floats(values: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Floats in 0..1 as 16-bit levels; the caller has checked the range."""
    wide = values.astype(np.float32) if values.dtype.itemsize < 4 else values  # halves end at 65504
    levels = np.rint(np.clip(wide, 0.0, 1.0) * 65535.0)
    return np.asarray(levels, np.uint16)


def levels_of_bits(values: NDArray[np.uint16], bits: int) -> Samples:
    """Whole numbers of `bits` bits, 1 to 16, spread over all levels: times 255 or 65535 by 2^bits - 1.

    Returns:
        uint8 for up to 8 bits, else uint16, of the same shape, rounded; 16 bits are not copied.
    """
    if bits == 16:
        return values
    full, most = (255 if bits <= 8 else 65535), (1 << bits) - 1
    table = (np.arange(most + 1, dtype=np.uint32) * (2 * full) + most) // (2 * most)
    return np.asarray(table.astype(np.uint8 if bits <= 8 else np.uint16)[values])


def levels_of(array: NDArray[Any]) -> Samples:
    """The same picture as 8 or 16-bit levels; 8 and 16 bits are not copied."""
    if array.dtype in (np.uint8, np.uint16):
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f":
        if np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1:
            return from_unit_floats(array)
        raise PictureError("an array of floats must lie in 0..1; divide it by its full scale")
    raise PictureError(f"an array of {array.dtype} is not supported; give uint8, uint16, or floats in 0..1")
