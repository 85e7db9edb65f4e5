"""EXIF orientation: arrays turned upright, and back to how the file stores them."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Sample = TypeVar("Sample", bound=np.generic)

# Orientation: whether rows and columns change places, and then rows and columns are reversed.
_TURNS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def turn_upright(stored: NDArray[Sample], orientation: int) -> NDArray[Sample]:
    """Return an array [H,W,...] turned as EXIF ``orientation`` (1..8) says; a view."""
    swapped, rows, columns = _TURNS[orientation]
    turned = stored.swapaxes(0, 1) if swapped else stored
    return turned[:: -1 if rows else 1, :: -1 if columns else 1]


def turn_back(upright: NDArray[Sample], orientation: int) -> NDArray[Sample]:
    """Undo ``turn_upright``: return an upright array [H,W,...] as the file stores it; a view."""
    swapped, rows, columns = _TURNS[orientation]
    turned = upright[:: -1 if rows else 1, :: -1 if columns else 1]
    return turned.swapaxes(0, 1) if swapped else turned


def stored_window(
    window: tuple[slice, slice], size: tuple[int, int], orientation: int
) -> tuple[slice, slice]:
    """Return the rows and columns of a stored array [H,W] that show a window of the upright picture.

    Args:
        window: rows and columns of the upright picture, with starts and stops inside it.
        size: height and width of the stored array.
        orientation: EXIF, 1..8.
    """
    swapped, *reversals = _TURNS[orientation]
    lengths = upright_size(size, orientation)
    turned = [
        slice(length - part.stop, length - part.start) if reverse else part
        for part, length, reverse in zip(window, lengths, reversals, strict=True)
    ]
    return (turned[1], turned[0]) if swapped else (turned[0], turned[1])


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return height and width of a picture of stored ``size`` once it is upright."""
    return (size[1], size[0]) if _TURNS[orientation][0] else size
