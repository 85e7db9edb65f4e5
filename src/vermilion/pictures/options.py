"""What a caller may say about reading and saving."""

from dataclasses import dataclass

from vermilion.pictures.credentials import Signature
from vermilion.pictures.mark import Mark

# 400 million pixels is a 20,000 x 20,000 scan: beyond any print, and 0.4 GB of 8-bit luma.
DEFAULT_MAX_PIXELS = 400_000_000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a scan.

    Attributes:
        page: The page of a multi-page file, counted from 1.
        recolor: Accept a picture that is in real colour already (its luma is taken).
        max_pixels: The most pixels that a file may claim before it is decoded.
        crop_print: Take a grey print that lies on a coloured background out of its photo.
    """

    page: int = 1
    recolor: bool = False
    max_pixels: int = DEFAULT_MAX_PIXELS
    crop_print: bool = False

    @property
    def looks_at_color(self) -> bool:
        """Whether the colours of a picture matter."""
        return self.crop_print or not self.recolor


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """How to save a picture, and which losses are allowed.

    Attributes:
        overwrite: Replace a file that is there already.
        allow_inexact: Where jpeglib is missing, which carries over the luma coefficients of a JPEG scan
            that is stored in colour, encode that luma again with the scan's own table.
        drop_depth: Allow 16 bits to become 8 in a format that holds only 8.
        drop_alpha: Allow transparency to be left out in a format without it.
        mark: What the file's XMP is to tell of the colours; None leaves the XMP as it is.
        signature: With what to sign a C2PA manifest that says the same as the mark; None for none.
    """

    overwrite: bool = False
    allow_inexact: bool = False
    drop_depth: bool = False
    drop_alpha: bool = False
    mark: Mark | None = None
    signature: Signature | None = None
