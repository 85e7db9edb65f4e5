"""Coloured previews and regions of a picture, for screens: no more is decoded and joined than they show."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import Convert, ExactJoiner
from vermilion.errors import SettingsError
from vermilion.picture.polygon import outside_polygon
from vermilion.pictures import Scan
from vermilion.tone import to_eight_bits
from vermilion.view import stored_window, turn_upright, upright_size

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Size = tuple[int, int]

_MOST_PIXELS = 64_000_000  # of one region, as it is returned
_KEPT_SIZES = 8  # that are prepared: the levels of a picture that is zoomed


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, in pixels as it is shown upright.

    Attributes:
        x: from the left edge, 0 or more.
        y: from the upper edge, 0 or more.
        width: 1 or more; it ends in the picture.
        height: 1 or more.
        scale: pixels of the result to one of the picture: 0.25 makes it four times smaller.
    """

    x: int
    y: int
    width: int
    height: int
    scale: float = 1.0

    @property
    def size(self) -> Size:
        """Height and width of the result."""
        return max(1, round(self.height * self.scale)), max(1, round(self.width * self.scale))

    def check(self, size: Size) -> None:
        """Refuse a region that is not in a picture of ``size`` (height, width), or is too large to be made.

        Raises:
            SettingsError: it is.
        """
        inside = (
            0 <= self.x < self.x + self.width <= size[1] and 0 <= self.y < self.y + self.height <= size[0]
        )
        if not (inside and math.isfinite(self.scale) and self.scale > 0):
            raise SettingsError(
                f"A region of {self.width} × {self.height} pixels at x = {self.x}, y = {self.y} and a scale "
                f"of {self.scale:g} is not in the picture of {size[1]} × {size[0]}; choose one that is."
            )
        if math.prod(self.size) > _MOST_PIXELS:
            raise SettingsError(
                f"A region of {self.size[1]:,} × {self.size[0]:,} pixels is more than the allowed "
                f"{_MOST_PIXELS:,}; ask for parts of it, or for a smaller scale."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Previews:
    """The coloured picture at several sizes; each size is prepared when it is first shown.

    Screens are taken for sRGB: a picture with another profile is shown as that means it.

    Attributes:
        scan: gives the luma.
        cbcr: float32 [h,w,2], -0.5..0.5, in the stored orientation.
        convert: makes chroma fit the scan's profile; None where that is sRGB.
    """

    scan: Scan
    cbcr: Floats
    convert: Convert | None
    _joiners: dict[Size, ExactJoiner] = field(default_factory=dict)

    def preview(self, long_side: int) -> Bytes:
        """Return the whole picture upright, uint8 [H,W,3], its long side at most ``long_side`` pixels.

        Raises:
            SettingsError: ``long_side`` is less than 1.
        """
        if long_side < 1:
            raise SettingsError(f"A preview of {long_side} pixels shows nothing; ask for 1 or more.")
        scale = min(1.0, long_side / max(self.scan.size))
        size = max(1, round(self.scan.size[0] * scale)), max(1, round(self.scan.size[1] * scale))
        return self._window(size, slice(0, size[0]), slice(0, size[1]))

    def region(self, region: Region) -> Bytes:
        """Return a part of the picture upright, uint8 [H,W,3].

        Raises:
            SettingsError: the region is not in the picture, or too large.
        """
        shown = upright_size(self.scan.size, self.scan.orientation)
        region.check(shown)
        halvings = max(0, math.floor(-math.log2(region.scale) + 1e-9))
        level = _halved(self.scan.size, halvings)
        upright = upright_size(level, self.scan.orientation)
        window = (
            _scaled(region.y, region.height, upright[0] / shown[0], upright[0]),
            _scaled(region.x, region.width, upright[1] / shown[1], upright[1]),
        )
        part = self._window(level, *stored_window(window, level, self.scan.orientation))
        if part.shape[:2] == region.size:
            return part
        shrinks = part.shape[0] >= region.size[0] and part.shape[1] >= region.size[1]
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(part, region.size[::-1], interpolation=way), np.uint8)

    def _window(self, size: Size, rows: slice, columns: slice) -> Bytes:
        """Return rows and columns of the stored picture at a size, upright."""
        joiner = self._joiner(size)
        whole_rows = columns == slice(0, size[1])  # which are joined in strips, on all cores
        rgb = joiner.rows(rows.start, rows.stop) if whole_rows else joiner.window(rows, columns)
        rgb = to_eight_bits(rgb)
        if self.scan.crop is not None:
            corners = self.scan.crop.scaled(size[1] / self.scan.size[1], size[0] / self.scan.size[0])
            outside = outside_polygon(corners, rows, size[1])[:, columns]
            rgb[outside] = joiner.luma[rows, columns][outside][:, None]
        return np.ascontiguousarray(turn_upright(self.scan.colors.to_screen(rgb), self.scan.orientation))

    def _joiner(self, size: Size) -> ExactJoiner:
        """Return what joins the picture at a size; that of the last few sizes is kept."""
        joiner = self._joiners.get(size)
        if joiner is None:
            joiner = ExactJoiner(self._codes(size), self.cbcr, self.convert)
            while len(self._joiners) >= _KEPT_SIZES:
                self._joiners.pop(next(iter(self._joiners)), None)
            self._joiners[size] = joiner
        return joiner

    def _codes(self, size: Size) -> Bytes:
        """Return the scan's code values at a size, in 8 bits."""
        return to_eight_bits(self.scan.luma) if size == self.scan.size else self.scan.reduced(size)


def _halved(size: Size, times: int) -> Size:
    return max(1, math.ceil(size[0] / 2**times)), max(1, math.ceil(size[1] / 2**times))


def _scaled(start: int, length: int, scale: float, limit: int) -> slice:
    """Return what pixels ``start`` to ``start + length`` are at another scale, one at least."""
    first = min(math.floor(start * scale + 1e-6), limit - 1)
    return slice(first, max(first + 1, min(limit, math.ceil((start + length) * scale - 1e-6))))
