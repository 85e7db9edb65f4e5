"""How samples lie in the frames of a film, and what their codes mean."""

import re
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8 | np.uint16]
Floats = NDArray[np.float32]

FULL, LIMITED = 2, 1
"""FFmpeg's numbers of ranges: of 8 bits 0 to 255, or 16 to 235."""

_PLANAR = re.compile(r"(gray|yuvj?(?P<chroma>420|422|444)p)(?P<deep>10le)?")
_WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
_BT601 = (0.299, 0.114)
_UNSPECIFIED = (0, 2)
_HD = 720  # rows from which players take an unmarked film for BT.709


@dataclass(frozen=True, slots=True)
class Layout:
    """Planes of luma and chroma.

    Attributes:
        depth: bits of a sample, 8 or 10.
        across: columns of luma to one sample of chroma, 1 or 2; 0 if there is no chroma.
        down: rows of luma to one sample of chroma, 1 or 2; 0 if there is no chroma.
        full: whether codes use the full range.
    """

    depth: int
    across: int
    down: int
    full: bool

    @property
    def format(self) -> str:
        """FFmpeg's name of the pixel format."""
        name = {(0, 0): "gray", (2, 2): "yuv420p", (2, 1): "yuv422p", (1, 1): "yuv444p"}[
            self.across, self.down
        ]
        return name + ("10le" if self.depth > 8 else "")

    @property
    def dtype(self) -> type[np.uint8] | type[np.uint16]:
        """Of one sample."""
        return np.uint16 if self.depth > 8 else np.uint8

    @property
    def black(self) -> int:
        """The code of black."""
        return 0 if self.full else 16 << (self.depth - 8)

    @property
    def luma_span(self) -> int:
        """Levels from black to white."""
        return (1 << self.depth) - 1 if self.full else 219 << (self.depth - 8)

    @property
    def chroma_span(self) -> int:
        """Levels from the least to the most chroma."""
        return (1 << self.depth) - 1 if self.full else 224 << (self.depth - 8)

    @property
    def grey(self) -> int:
        """The code of no chroma."""
        return 128 << (self.depth - 8)

    def unit(self, codes: NDArray[np.generic]) -> Floats:
        """Return luma codes as float32, 0 for black and 1 for white; beyond them it is clipped."""
        unit = codes.astype(np.float32)
        unit -= np.float32(self.black)
        unit *= np.float32(1 / self.luma_span)
        return np.clip(unit, 0, 1, out=unit)

    def chroma_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return height and width of the chroma planes of a frame of ``size`` (height, width)."""
        return -(-size[0] // self.down), -(-size[1] // self.across)


def is_planar(pix_fmt: str) -> bool:
    """Whether luma lies in a plane of its own that can be taken as it is."""
    return _PLANAR.fullmatch(pix_fmt) is not None


def layout_of(pix_fmt: str, color_range: int) -> Layout:
    """Return the layout of a format, or the one to which frames are converted if it is not planar.

    Args:
        pix_fmt: FFmpeg's name.
        color_range: its number; grey without one is of full range, as FFmpeg has it, all else is limited.
    """
    found = _PLANAR.fullmatch(pix_fmt)
    kind = av.VideoFormat(pix_fmt)
    deep = max(component.bits for component in kind.components) > 8
    colored = len([part for part in kind.components if not part.is_alpha]) > 1 or kind.has_palette
    across, down = (
        (0, 0) if not colored else (1, 1) if kind.is_rgb or kind.has_palette else _subsampling(kind)
    )
    whole = "j4" in pix_fmt or color_range == FULL or (color_range != LIMITED and not colored)
    if found is None and kind.is_rgb:
        whole = False  # the conversion makes it so
    return Layout(10 if deep else 8, across, down, whole)


def _subsampling(kind: av.VideoFormat) -> tuple[int, int]:
    """Return the nearest of 4:2:0, 4:2:2 and 4:4:4 that loses no chroma."""
    across, down = 16 // kind.chroma_width(16), 16 // kind.chroma_height(16)
    return (2, 2) if across >= 2 and down >= 2 else (2, 1) if across == 2 else (1, 1)


def matrix_of(colorspace: int, height: int) -> int:
    """Return FFmpeg's number of a film's matrix: BT.709 or BT.601 by its height where it says none."""
    if colorspace in _UNSPECIFIED:
        return 1 if height >= _HD else 6
    return colorspace


def luma_weights(matrix: int) -> tuple[float, float]:
    """Return what red and blue weigh in the luma of a matrix."""
    return _WEIGHTS.get(matrix, _BT601)
