"""Options for saving: which losses are allowed, which are refused, and which are reported."""

from collections.abc import Iterator
from dataclasses import dataclass

from vermilion.errors import OutputError
from vermilion.pictures.formats import FORMATS
from vermilion.pictures.jpeg.coefficients import can_carry_luma
from vermilion.pictures.jpeg.metadata import LARGEST_DENSITY
from vermilion.pictures.metadata.exif import density_of_exif, first_directory
from vermilion.pictures.metadata.photoshop import iptc_of
from vermilion.pictures.metadata.values import DensityUnit, Metadata
from vermilion.pictures.provenance.credentials import Signature
from vermilion.pictures.read.head import Head
from vermilion.pictures.scan import Scan

_DESCRIPTION = 270


@dataclass(frozen=True, slots=True)
class SaveOptions:
    """How to save a picture, and which losses are allowed.

    Attributes:
        overwrite: Replace a file that is there already.
        allow_inexact: Where jpeglib is missing, which carries over the luma coefficients of a JPEG scan
            that is stored in colour, encode that luma again with the scan's own table.
        drop_depth: Allow 16 bits to become 8 in a format that holds only 8.
        drop_alpha: Allow transparency to be left out in a format without it.
        mark: State in the file's XMP that a network made the colours, and by which recipe; with a
            ``Signature`` also in a signed C2PA manifest.
    """

    overwrite: bool = False
    allow_inexact: bool = False
    drop_depth: bool = False
    drop_alpha: bool = False
    mark: bool | Signature = True

    @property
    def jpeg_stays(self) -> bool:
        """Whether a JPEG may become a JPEG on this machine, exactly or with leave to be inexact."""
        return self.allow_inexact or can_carry_luma()

    @property
    def may_differ(self) -> frozenset[str]:
        """The checks of a comparison (see `compare`) that these options give up."""
        given_up = {"depth": self.drop_depth, "alpha": self.drop_alpha, "mark": not self.mark}
        return frozenset(check for check, given in given_up.items() if given)

    def refuse_depth(self, scan: Scan | Head, kind: str) -> None:
        """Refuse to drop bits that the format does not hold, unless that is allowed.

        Args:
            scan: What is saved.
            kind: The name of the format.

        Raises:
            OutputError: It would lose bits.
        """
        if scan.depth == 16 and not FORMATS[kind].has_sixteen_bits and not self.drop_depth:
            raise OutputError(
                f"{scan.source_name} has 16 bits per sample and {kind.upper()} holds 8;"
                " save it as PNG or TIFF, or allow drop_depth (--drop-depth)"
            )

    def refuse_losses(self, scan: Scan, kind: str) -> None:
        """Refuse to drop depth or transparency that the format does not hold, unless that is allowed.

        Raises:
            OutputError: It would lose one of them.
        """
        self.refuse_depth(scan, kind)
        if not FORMATS[kind].has_alpha and not self.drop_alpha and scan.alpha is not None:
            raise OutputError(
                f"{scan.source_name} has transparency and {kind.upper()} holds none;"
                " save it as PNG, TIFF or WebP, or allow drop_alpha (--drop-alpha)"
            )


def metadata_left_out(metadata: Metadata, kind: str) -> tuple[str, ...]:
    """Describe the metadata that a result cannot hold.

    Args:
        metadata: Of the scan.
        kind: "jpeg", "png", "tiff" or "webp".
    """
    lost = list(_without_a_place(metadata, kind))
    notes = [f"left out, as {FORMATS[kind].title} has no place for it: {', '.join(lost)}"] if lost else []
    density = metadata.density
    if kind == "jpeg" and density is not None and max(density.across, density.down) > LARGEST_DENSITY:
        notes.append(f"its resolution is more than a JPEG can hold, so it was limited to {LARGEST_DENSITY:,}")
    return tuple(notes)


def _without_a_place(metadata: Metadata, kind: str) -> Iterator[str]:
    if kind == "webp":
        if metadata.iptc and iptc_of(metadata.iptc):
            yield "captions in IPTC"
        density = metadata.density
        nothing = density is None or density.unit is DensityUnit.ASPECT
        if not nothing and not (metadata.exif and density_of_exif(metadata.exif)):
            yield "resolution"
    if metadata.comments and (kind == "webp" or (kind == "tiff" and _is_described(metadata.exif))):
        yield "comments"
    if metadata.png_texts and kind != "png":
        yield "texts of a PNG"


def _is_described(exif: bytes | None) -> bool:
    """Whether EXIF takes the place where a TIFF would have a comment."""
    found = first_directory(exif) if exif else None
    return found is not None and _DESCRIPTION in found[1].entries
