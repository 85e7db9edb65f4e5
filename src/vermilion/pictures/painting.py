"""What writers need of a coloured picture: its colours, and the facts that its file may state."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.levels import Samples

Plane = NDArray[np.uint8]

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's term for a picture of which a trained network made a part: here the colours."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a result states about its colours.

    Attributes:
        version: of vermilion.
        model: name and version of the model.
        model_hash: SHA-256 of the model, in hexadecimal.
        recipe_hash: SHA-256 of the recipe, in hexadecimal.
        options_hash: SHA-256 of what was asked for, whichever the picture; empty if that is not known.
        colors_from: SHA-256 of the version that colours come from, in hexadecimal; empty without one. Of
            several versions all are named here and below, in their order, with "; " between them.
        colors_from_type: what the version says of how it was made: its IPTC digital source type.
        colors_from_credentials: whether the version carries a C2PA manifest, which nobody verified.
    """

    version: str
    model: str
    model_hash: str
    recipe_hash: str
    options_hash: str = ""
    colors_from: str = ""
    colors_from_type: str = ""
    colors_from_credentials: str = ""


class Painting(Protocol):
    """A scan's luma joined with enlarged chroma, computed when a writer asks for it."""

    @property
    def mark(self) -> Mark | None:
        """What a file may state about the colours; None if nothing."""
        ...

    def rgb(self) -> Samples:
        """The whole picture: RGB [H, W, 3] of the scan's own dtype."""
        ...

    def rgb_strips(self) -> Generator[Samples, None, None]:
        """The same values in strips from the top, each of some rows: RGB [h, W, 3]."""
        ...

    def chroma_planes(self, subsampled: bool) -> tuple[Plane, Plane]:  # noqa: FBT001
        """Cb and Cr, uint8 centred at 128: [H, W], or half as large (rounded up) if subsampled."""
        ...
