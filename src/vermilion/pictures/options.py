"""Options for reading."""

from dataclasses import dataclass

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
