"""Hints: what a person says about colour, as the network reads it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.color import rgb_to_lab
from vermilion.errors import HintError

Floats = NDArray[np.float32]

AB_SCALE = 110.0
"""CIELAB units of a and b to one unit of the network's hints."""

_DEFAULT_RADIUS_CELLS = 1.5  # a patch of three cells by three, the middle of what the network was taught
_HEX = re.compile(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hint:
    """A colour at a place of the picture, turned upright.

    Attributes:
        x: pixels from the left edge.
        y: pixels from the upper edge.
        color: sRGB as "#rrggbb", or CIELAB (a, b). Only hue and colourfulness count: the greys stay.
        radius: of the dab in pixels; None for a small dab, whatever the size of the picture.
    """

    x: float
    y: float
    color: str | tuple[float, float]
    radius: float | None = None

    @property
    def ab(self) -> tuple[float, float]:
        """The colour's CIELAB a and b.

        Raises:
            HintError: the colour is neither form.
        """
        if isinstance(self.color, str):
            return _ab_of_hex(self.color)
        try:
            a, b = (float(value) for value in self.color)
        except (TypeError, ValueError) as error:
            raise HintError(
                f'{self.color!r} is no colour; write "#rrggbb" or a pair (a, b) of CIELAB.'
            ) from error
        if not max(abs(a), abs(b)) <= 128:
            raise HintError(f"The colour (a, b) = ({a:g}, {b:g}) does not exist; both lie in -128..128.")
        return a, b


def rasterize_hints(hints: Sequence[Hint], picture_size: tuple[int, int], grid: tuple[int, int]) -> Floats:
    """Draw hints on the network's grid.

    Args:
        hints: later ones lie over earlier ones.
        picture_size: height and width in pixels of the upright picture that hints are placed in.
        grid: height h and width w of the result; it covers exactly the picture.

    Returns:
        float32 [3,h,w]: a/110, b/110 and the weight, 1 where a hint is and 0 elsewhere.

    Raises:
        HintError: a hint lies outside the picture, or its colour or radius makes no sense.
    """
    canvas = np.zeros((3, *grid), np.float32)
    for hint in hints:
        _check_place(hint, picture_size)
        a, b = hint.ab
        canvas[:, _dab(hint, picture_size, grid)] = np.array(
            [[a / AB_SCALE], [b / AB_SCALE], [1]], np.float32
        )
    return canvas


def _dab(hint: Hint, picture_size: tuple[int, int], grid: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which cells [h,w] a hint covers: those with their centre in its circle, its own cell always."""
    pixels_per_row, pixels_per_column = (side / cells for side, cells in zip(picture_size, grid, strict=True))
    row = min(int(hint.y / pixels_per_row), grid[0] - 1)
    column = min(int(hint.x / pixels_per_column), grid[1] - 1)
    if hint.radius is None:
        cells_down, cells_across = abs(np.arange(grid[0]) - row), abs(np.arange(grid[1]) - column)
        covered = np.maximum(cells_down[:, None], cells_across) < _DEFAULT_RADIUS_CELLS
    else:
        down = (np.arange(grid[0]) + 0.5) * pixels_per_row - hint.y
        across = (np.arange(grid[1]) + 0.5) * pixels_per_column - hint.x
        covered = np.hypot(down[:, None], across) <= hint.radius
    covered[row, column] = True
    return covered


def _check_place(hint: Hint, picture_size: tuple[int, int]) -> None:
    height, width = picture_size
    if not (0 <= hint.x <= width and 0 <= hint.y <= height):
        raise HintError(
            f"The hint at x = {hint.x:g}, y = {hint.y:g} lies outside the picture of {width} × {height} "
            "pixels; count from the upper left corner of the picture as it is shown."
        )
    if hint.radius is not None and not (math.isfinite(hint.radius) and hint.radius >= 0):
        raise HintError(f"A hint's radius of {hint.radius:g} makes no sense; give it in pixels, 0 or more.")


def _ab_of_hex(color: str) -> tuple[float, float]:
    match = _HEX.fullmatch(color)
    if match is None:
        raise HintError(f'{color!r} is no colour; write it as "#rrggbb", for example "#c2553a".')
    codes = np.array([int(part, 16) for part in match.groups()], np.float32)
    _, a, b = rgb_to_lab(codes / 255)
    return float(a), float(b)
