"""Reads the pictures of masks by the same decoders and under the same limits as scans."""

from functools import partial

from vermilion.assets import Asset
from vermilion.guidance.canvas import Levels, MaskReader
from vermilion.pictures import NamedBytes, ReadOptions, read_scan
from vermilion.view import turn_upright


def mask_reader(max_pixels: int) -> MaskReader:
    """What ``draw_hints`` needs to draw masks that claim at most so many pixels."""
    return partial(read_mask, max_pixels=max_pixels)


def read_mask(mask: Asset, max_pixels: int) -> Levels:
    """Return the levels of a mask, uint8 or uint16 [H,W], upright.

    Args:
        mask: a picture.
        max_pixels: the most pixels that it may claim.

    Raises:
        PictureError: it cannot be read, or claims more.
    """
    content = NamedBytes(mask.content, mask.name or "its picture")
    scan = read_scan(content, ReadOptions(recolor=True, max_pixels=max_pixels))
    return turn_upright(scan.luma, scan.orientation)
