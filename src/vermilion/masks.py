"""The pictures of masks, decoded as scans are: by the same decoders and under the same limits."""

import base64
import binascii
from functools import partial
from pathlib import Path

from vermilion.color import turn_upright
from vermilion.errors import PictureError
from vermilion.guidance import MASK_DATA, Levels, MaskReader
from vermilion.pictures import NamedBytes, ReadOptions, read_scan


def mask_reader(max_pixels: int) -> MaskReader:
    """What ``draw_hints`` needs to draw masks that claim at most so many pixels."""
    return partial(read_mask, max_pixels=max_pixels)


def read_mask(mask: str, max_pixels: int) -> Levels:
    """Return the levels of a mask, uint8 or uint16 [H,W], upright.

    Args:
        mask: as in ``Mask``: a path, or the content of a PNG as text.
        max_pixels: the most pixels that it may claim.

    Raises:
        PictureError: it cannot be read, or claims more.
    """
    scan = read_scan(_source_of(mask), ReadOptions(recolor=True, max_pixels=max_pixels))
    return turn_upright(scan.luma, scan.orientation)


def _source_of(mask: str) -> Path | NamedBytes:
    if not mask.startswith(MASK_DATA):
        return Path(mask)
    try:
        content = base64.b64decode(mask[len(MASK_DATA) :], validate=True)
    except binascii.Error as error:
        raise PictureError(f"its text is not base64 ({error}); encode the PNG again") from error
    return NamedBytes(content, "its picture")
