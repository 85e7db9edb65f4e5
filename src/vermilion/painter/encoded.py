"""The encoder's result for a batch of pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas import Appearance, appearance_of
from vermilion.network import Features
from vermilion.view import View

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Encoded:
    """N pictures of one size, as the network sees them.

    Attributes:
        source: the features, or what makes them when they are asked for.
        luma: float32 [N,h,w] in 0..1, reduced to the grid of the decoder's output: the scan's own greys.
        parts: the pictures on the one scan, where the network saw them alone; none where it saw the whole.
    """

    source: Features | Callable[[], Features]
    luma: Floats
    parts: "tuple[Part, ...]" = ()

    @cached_property
    def features(self) -> Features:
        """At strides of 4, 8, 16 and 32, with a margin up to whole multiples of 32."""
        return self.source if isinstance(self.source, Features) else self.source()

    @property
    def grid(self) -> tuple[int, int]:
        """Height h and width w in cells of the decoder's output."""
        return self.luma.shape[1], self.luma.shape[2]

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.luma)

    def __getitem__(self, number: int) -> "Encoded":
        """One of the pictures, as a batch of one."""
        some = slice(number, number + 1)
        return Encoded(Features(tuple(level[some] for level in self.features.maps)), self.luma[some])

    @cached_property
    def looks(self) -> Appearance:
        """What places of the first picture look like, to tell things apart."""
        return appearance_of(self.features.maps)

    def level(self, number: int) -> Floats:
        """Features [N,C,h',w'] at a stride of 4, 8, 16 or 32 (``number`` 0 to 3), without the margin."""
        finest, features = self.features.maps[0].shape[2:], self.features.maps[number]
        height, width = (
            -(-side * there // whole)  # rounded up
            for side, there, whole in zip(self.grid, features.shape[2:], finest, strict=True)
        )
        without_margin: Floats = features[:, :, :height, :width]
        return without_margin


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One picture of a scan.

    Attributes:
        view: where it lies.
        encoded: the picture, a batch of one.
        size: height and width in pixels at which the network saw it.
    """

    view: View
    encoded: Encoded
    size: tuple[int, int]
