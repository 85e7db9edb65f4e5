"""A picture in the forms that figures need, each made once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import rgb_to_lab
from vermilion.pictures import read_colors
from vermilion.tone import shrunk, unit_range

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

SCORED = 64  # pixels of each side at which places are compared, whatever the aspect
SEEN = 128  # pixels of the short side at which CIEDE2000 compares
_WHOLE = 10_000_000  # pixels: longer than any side that libvips reads


@dataclass(frozen=True, eq=False)
class SrgbPicture:
    """A picture, uint8 sRGB [H,W,3]."""

    rgb: Bytes

    @classmethod
    def read(cls, path: Path) -> "SrgbPicture":
        """A picture file, upright and as sRGB.

        Raises:
            PictureError: it cannot be read.
        """
        return cls(read_colors(path, _WHOLE))

    @cached_property
    def lab(self) -> Floats:
        """CIELAB [H,W,3]."""
        return rgb_to_lab(unit_range(self.rgb))

    @property
    def ab(self) -> Floats:
        """CIELAB a and b [H,W,2]; a view."""
        return self.lab[..., 1:]

    @cached_property
    def small_ab(self) -> NDArray[np.float64]:
        """Means of a and b over 64 x 64 areas, [64,64,2]."""
        small = cv2.resize(np.ascontiguousarray(self.ab), (SCORED, SCORED), interpolation=cv2.INTER_AREA)
        return small.astype(np.float64)

    @cached_property
    def small_lab(self) -> Floats:
        """CIELAB of the picture reduced to a short side of 128, [h,w,3]; smaller pictures stay."""
        return rgb_to_lab(unit_range(shrunk(self.rgb, SEEN / min(self.rgb.shape[:2]))))
