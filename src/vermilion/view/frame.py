"""A frame: where a picture lies on a scan."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle on a scan, turned a little about its centre.

    Attributes:
        x: pixels from the scan's left edge to the rectangle's, were it not turned.
        y: pixels from the scan's upper edge to the rectangle's, were it not turned.
        width: in pixels.
        height: in pixels.
        angle: degrees by which it is turned clockwise about its centre.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The x and y of its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def corners(self) -> Doubles:
        """Upper left, upper right, lower right and lower left corner: x and y, float64 [4,2]."""
        cosine, sine = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        across = self.width / 2 * np.array([cosine, sine])
        down = self.height / 2 * np.array([-sine, cosine])
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        return np.asarray(self.centre + signs[:, :1] * across + signs[:, 1:] * down)

    def scaled(self, across: float, down: float) -> "Frame":
        """Return the same frame on the scan at another size; the factors are nearly equal if it is turned."""
        x, y = self.centre
        width, height = self.width * across, self.height * down
        return Frame(x * across - width / 2, y * down - height / 2, width, height, self.angle)


def whole(size: tuple[int, int]) -> Frame:
    """Return the frame that is the whole scan of ``size`` (height, width)."""
    return Frame(0.0, 0.0, float(size[1]), float(size[0]))
