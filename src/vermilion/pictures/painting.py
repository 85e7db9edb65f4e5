"""What the writers need of a coloured picture; `colorizer.py` supplies it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.luma import Samples
from vermilion.pictures.mark import Mark

Plane = NDArray[np.uint8]


class Painting(Protocol):
    """A scan's luma joined with enlarged chroma, computed when a writer asks for it."""

    @property
    def mark(self) -> Mark | None:
        """What a file may tell of the colours; None if there is nothing to tell."""
        ...

    def rgb(self) -> Samples:
        """The whole picture: RGB [H, W, 3] of the scan's own dtype."""
        ...

    def rgb_rows(self, start: int, stop: int) -> Samples:
        """Rows `start:stop` of `rgb()`, the same values: RGB [stop - start, W, 3]."""
        ...

    def chroma_planes(self, subsampled: bool) -> tuple[Plane, Plane]:  # noqa: FBT001
        """Cb and Cr, uint8 centred at 128: [H, W], or half as large (rounded up) if subsampled."""
        ...
