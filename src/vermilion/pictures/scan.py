"""A scan: the input, with its luma at full size and everything that must be kept."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.levels import Samples
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.profiles.output_colors import OutputColors
from vermilion.pictures.source import Source
from vermilion.tone import reduce_finely, reduce_to_bytes

_KEPT_SIZES = 8  # of reduced luma: the levels of a picture that is zoomed

__all__ = ["ArrayPixels", "Pixels", "Samples", "Scan"]


_NO_GREYS = "only black and white, where no colour can be seen; scan it in greys"


class Pixels(Protocol):
    """Where a scan's samples come from; nothing is decoded before it is asked for."""

    def luma(self) -> Samples:
        """Luma at full size."""
        ...

    def alpha(self) -> Samples | None:
        """Transparency of the same size and dtype, or None."""
        ...

    def preview(self, size: tuple[int, int], like: tuple[int, int] | None = None) -> NDArray[np.float32]:
        """Luma reduced to `size` (h, w): code values float32 [h, w] in 0..1.

        Args:
            size: What is wanted.
            like: A size of at least half of it, whose reduced decode will do: it need not be another.
        """
        ...

    def rough(self, size: tuple[int, int], like: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """The same as `preview` in whole levels of 8 bits, for what looks at shapes: it takes less time."""
        ...

    def means(self, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """Exact means over areas, at least twice `size` (h, w) each way, if they are quicker than `luma`."""
        ...


@dataclass(frozen=True, slots=True)
class Crop:
    """How a scan was taken out of a larger picture, and what of it is painted; outside that all stays grey.

    Attributes:
        corners: (x, y) of the convex part that is painted, in pixels of the scan as stored, clockwise.
        origin: Row and column of the larger picture at which the scan begins.
    """

    corners: tuple[tuple[float, float], ...]
    origin: tuple[int, int]

    def scaled(self, across: float, down: float) -> list[tuple[float, float]]:
        """The corners in a scan of another size."""
        return [(across * x, down * y) for x, y in self.corners]


@dataclass(frozen=True)
class Scan:
    """One page of a scan, in the orientation in which the file stores it.

    Attributes:
        size: Height and width in pixels.
        depth: Bits a sample, 8 or 16.
        orientation: EXIF orientation, 1..8; the samples are *not* turned by it.
        page: The page that was read, counted from 1.
        pages: How many pages the file has.
        metadata: Everything that must survive in the result.
        source_name: The name for messages: a path, that of `NamedBytes`, "<bytes>", "<array>" or "<image>".
        format: "jpeg", "png", "tiff", "webp", "array" or another libvips format name.
        colors: How chroma must be converted for the profile of the result.
        jpeg: If the scan is a JPEG, the file, from the page's first byte on; else None.
        source: Where the file is; None if it is all in `jpeg`, or the scan never was one.
        crop: How it was taken out of a larger picture; None for a whole one.
        left_out: What the file holds and the result will not, in words for a person.
    """

    size: tuple[int, int]
    depth: int
    orientation: int
    page: int
    pages: int
    metadata: Metadata
    source_name: str
    format: str
    colors: OutputColors
    pixels: Pixels = field(repr=False)
    jpeg: bytes | None = field(default=None, repr=False)
    source: Source | None = field(default=None, repr=False)
    crop: Crop | None = None
    left_out: tuple[str, ...] = ()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the scan: what is left out, and that it has no greys."""
        if isinstance(self.pixels, ArrayPixels) and _is_black_and_white(self.luma):
            return (*self.left_out, _NO_GREYS)
        return self.left_out

    @cached_property
    def luma(self) -> Samples:
        """Luma, uint8 or uint16 [H, W], at full size; decoded at the first use, then kept."""
        luma = self.pixels.luma()
        luma.flags.writeable = False
        return luma

    @cached_property
    def alpha(self) -> Samples | None:
        """Transparency, of the luma's dtype and size, or None."""
        return self.pixels.alpha()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file in hexadecimal; of an array or an image, of its luma and alpha."""
        if self.source is not None:
            return self.source.sha256()
        if self.jpeg is not None:
            return hashlib.sha256(self.jpeg).hexdigest()
        digest = hashlib.sha256(f"{self.size} {self.depth}".encode())
        for samples in (self.luma, self.alpha):
            if samples is not None:
                digest.update(np.ascontiguousarray(samples).data)
        return digest.hexdigest()

    @cached_property
    def _kept_sizes(self) -> dict[tuple[int, int], NDArray[np.uint8]]:
        return {}

    def reduced(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Code values reduced by area to `size` (h, w), 8 bits; the last few sizes are kept.

        Taken from the full luma: a reduced decode of a JPEG has other fine textures. Only its eighth will do,
        if that is twice as large, as it holds the means of blocks.
        """
        kept = self._kept_sizes
        if size not in kept:
            small = None if "luma" in self.__dict__ else self.pixels.means(size)
            while len(kept) >= _KEPT_SIZES:
                kept.pop(next(iter(kept)), None)
            kept[size] = reduce_to_bytes(self.luma if small is None else small, size)
        return kept[size]

    def preview(self, size: tuple[int, int]) -> NDArray[np.float32]:
        """Luma as the network should see it.

        Args:
            size: Height and width wanted, in the stored orientation.

        Returns:
            A new float32 [h, w] in 0..1: area-reduced and converted to sRGB's tone curve.
        """
        return self.colors.to_srgb_tone(self.pixels.preview(size))


@dataclass(frozen=True, slots=True)
class ArrayPixels:
    """Samples that are in memory already."""

    kept_luma: Samples
    kept_alpha: Samples | None = None

    def luma(self) -> Samples:
        """Luma at full size."""
        return self.kept_luma

    def alpha(self) -> Samples | None:
        """Transparency of the same size and dtype, or None."""
        return self.kept_alpha

    def preview(self, size: tuple[int, int], like: tuple[int, int] | None = None) -> NDArray[np.float32]:
        """Luma reduced to `size` (h, w), whatever `like` is: code values float32 [h, w] in 0..1."""
        del like
        return reduce_finely(self.kept_luma, size)

    def rough(self, size: tuple[int, int], like: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Luma reduced to `size` (h, w), whatever `like` is, in whole levels of 8 bits."""
        del like
        return reduce_to_bytes(self.kept_luma, size)

    def means(self, size: tuple[int, int]) -> None:
        """None: nothing is quicker than the samples themselves."""
        del size


def _is_black_and_white(luma: Samples) -> bool:
    """Whether there are two levels only, and both lie within 3 % of an end of the scale."""
    for some in (luma[::16, ::16], luma):  # a few pixels decide for most pictures
        least, most = some.min(), some.max()
        if not ((some == least) | (some == most)).all():
            return False
    full = np.iinfo(luma.dtype).max
    return bool(least < 0.03 * full and most > 0.97 * full)
