"""PGM and PPM with more than 8 bits, as scanning programs write them: Pillow would make 8 bits of colour."""

import re

import numpy as np

from vermilion.errors import PictureError
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size

_SPACE = rb"(?:\s|#[^\n\r]*[\n\r])+"
_HEAD = re.compile(rb"P([56])" + _SPACE + rb"(\d{1,9})" + _SPACE + rb"(\d{1,9})" + _SPACE + rb"(\d{1,5})\s")
_LONGEST_HEAD = 4096


def read_pnm(source: Source, options: ReadOptions) -> Scan | None:
    """A picture with more than 8 bits per sample; None for others, which Pillow reads.

    Raises:
        PictureError: It is cut off, too large, or in real colour.
    """
    found = _HEAD.match(source.head(_LONGEST_HEAD))
    if found is None or not 255 < int(found[4]) <= 65535:
        return None
    width, height, most = (int(number) for number in found.groups()[1:])
    check_size(source.name, height, width, options.max_pixels)
    only_page(options.page, 1, source.name)
    samples = 1 if found[1] == b"5" else 3
    data = source.read()
    if len(data) < found.end() + 2 * height * width * samples:
        raise PictureError(f"{source.name} is cut off; copy or scan it again")
    values = np.frombuffer(data, ">u2", height * width * samples, found.end())
    scaled = (
        np.minimum(values, most).astype(np.uint32) * np.uint32(65535) + np.uint32(most // 2)
    ) // np.uint32(most)
    levels = scaled.astype(np.uint16).reshape(height, width, samples)
    return scan_of(greys_of(levels, source.name, options), Page(Metadata(), "ppm"), source)
