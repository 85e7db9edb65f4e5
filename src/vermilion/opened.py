"""A scan as the network sees it: the small luma is read, turned upright and encoded."""

from dataclasses import dataclass

from vermilion.color import turn_upright, upright_size
from vermilion.network import working_size
from vermilion.painter import Encoded, Painter
from vermilion.pictures import Scan


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A scan that was encoded.

    Attributes:
        short_side: pixels of the short side at which the network sees it.
        size: height and width in pixels as it is shown, upright.
        encoded: upright, a batch of one.
    """

    short_side: int
    size: tuple[int, int]
    encoded: Encoded


def open_scan(painter: Painter, scan: Scan, short_side: int) -> Opened:
    """Encode a scan."""
    codes = scan.pixels.preview(working_size(scan.size, short_side, painter.card.stride))
    luma = turn_upright(scan.colors.to_srgb_tone(codes), scan.orientation)
    return Opened(short_side, upright_size(scan.size, scan.orientation), painter.encode(luma[None]))
