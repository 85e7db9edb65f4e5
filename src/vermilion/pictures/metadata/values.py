"""What is kept of a scan besides its samples: EXIF, XMP, IPTC, ICC, density, comments."""

from dataclasses import dataclass
from enum import Enum


class DensityUnit(Enum):
    """What a density counts; the values are JFIF's codes."""

    ASPECT = 0
    INCH = 1
    CENTIMETRE = 2


_PER_METRE = {DensityUnit.ASPECT: 1.0, DensityUnit.INCH: 1.0 / 0.0254, DensityUnit.CENTIMETRE: 100.0}
_MOST_PER_METRE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Density:
    """Pixels a unit, across and down; with `ASPECT` only their ratio means anything."""

    across: float
    down: float
    unit: DensityUnit

    def says_nothing(self) -> bool:
        """Whether it is but square pixels."""
        return self.unit is DensityUnit.ASPECT and self.across == self.down

    def per_metre(self) -> tuple[int, int] | None:
        """Pixels a metre, as PNG wants them; None for a mere aspect ratio."""
        if self.unit is DensityUnit.ASPECT:
            return None
        factor = _PER_METRE[self.unit]
        return round(self.across * factor), round(self.down * factor)

    def within_limits(self) -> "Density":
        """The same, but at most what a PNG can tell: 54,546,084 pixels an inch."""
        most = int(_MOST_PER_METRE / _PER_METRE[self.unit])
        if max(self.across, self.down) <= most:
            return self
        return Density(min(self.across, most), min(self.down, most), self.unit)


@dataclass(frozen=True, slots=True)
class Metadata:
    r"""Blobs as bytes, in the form that fits every container.

    Attributes:
        exif: A TIFF structure ("II*\0..." or "MM\0*..."), without thumbnail.
        xmp: The XMP packet.
        iptc: Photoshop image resources ("8BIM..."), IPTC-IIM being resource 0x0404; no thumbnail.
        icc: The profile that the *result* carries (an RGB one), or None for sRGB.
        icc_of_png: Whether `icc` only says what `png_colors` say; a PNG then carries these alone.
        density: Pixels a unit.
        comments: Plain comments, as bytes of unknown encoding.
        png_texts: Other texts of a PNG (keyword, text): kept from PNG to PNG.
        png_colors: A PNG's chunks (name, body) on what its codes mean: kept from PNG to PNG.
        jpeg_segments: Other application segments (marker, payload): kept from JPEG to JPEG.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    icc: bytes | None = None
    icc_of_png: bool = False
    density: Density | None = None
    comments: tuple[bytes, ...] = ()
    png_texts: tuple[tuple[str, str], ...] = ()
    png_colors: tuple[tuple[bytes, bytes], ...] = ()
    jpeg_segments: tuple[tuple[int, bytes], ...] = ()
