"""What all open pictures of a ``Colorizer`` share."""

from dataclasses import dataclass
from functools import cached_property

from vermilion.cache import Cache
from vermilion.guidance.canvas import MaskReader
from vermilion.painter import Painter
from vermilion.pictures import DEFAULT_MAX_PIXELS
from vermilion.session.masks import mask_reader


@dataclass(frozen=True, eq=False)
class Workshop:
    """What all open pictures of a ``Colorizer`` share.

    Attributes:
        painter: what encodes and decodes.
        cache: what was computed, bounded.
        max_pixels: the most that any picture may claim: references, palettes, masks and those of albums.
        engine: the name of what computes.
    """

    painter: Painter
    cache: Cache
    max_pixels: int = DEFAULT_MAX_PIXELS
    engine: str = ""

    @cached_property
    def read_mask(self) -> MaskReader:
        """Reads the pictures of masks under the same limit."""
        return mask_reader(self.max_pixels)
