"""Frames as they lie in the film, and as they are shown: upright, their pixels square."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """How frames are shown.

    Attributes:
        stored: height and width as they lie in the film.
        aspect: of a pixel, its width to its height.
        turns: quarter turns clockwise that bring them upright, 0 to 3.
    """

    stored: Size
    aspect: float = 1.0
    turns: int = 0

    @property
    def size(self) -> Size:
        """Height and width as they are shown, in pixels."""
        height, width = self.stored[0], max(1, round(self.stored[1] * self.aspect))
        return (width, height) if self.turns % 2 else (height, width)

    def grid(self, stored: Size) -> Size:
        """Return the sides of a grid of the stored frame as it is shown."""
        return stored[::-1] if self.turns % 2 else stored

    def to_stored(self, shares: Doubles) -> Doubles:
        """Return places [n,2] (x, y) of the frame as it is shown, in shares of its sides, as it is stored."""
        for _ in range(self.turns):
            shares = np.stack([shares[:, 1], 1 - shares[:, 0]], axis=1)
        return shares

    def to_shown(self, shares: Doubles) -> Doubles:
        """Return places [n,2] (x, y) of the stored frame, in shares of its sides, as it is shown."""
        for _ in range(self.turns):
            shares = np.stack([1 - shares[:, 1], shares[:, 0]], axis=1)
        return shares

    def turned(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return planes [h,w,...] of a stored frame as it is shown."""
        return np.ascontiguousarray(np.rot90(planes, -self.turns))

    def turned_back(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return planes [h,w,...] of a frame as it is shown, as it is stored."""
        return np.ascontiguousarray(np.rot90(planes, self.turns))
