"""Metadata that a format has no place for, to be reported before anybody misses them."""

from collections.abc import Iterator

from vermilion.pictures.exif import density_of_exif, first_directory
from vermilion.pictures.jpeg_metadata import LARGEST_DENSITY
from vermilion.pictures.metadata import DensityUnit, Metadata
from vermilion.pictures.photoshop import iptc_of

_DESCRIPTION = 270
_NAMES = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WebP"}


def metadata_left_out(metadata: Metadata, kind: str) -> tuple[str, ...]:
    """What is not written to a result, in words for people.

    Args:
        metadata: Of the scan.
        kind: "jpeg", "png", "tiff" or "webp".
    """
    lost = list(_without_a_place(metadata, kind))
    notes = [f"left out, as {_NAMES[kind]} has no place for it: {', '.join(lost)}"] if lost else []
    density = metadata.density
    if kind == "jpeg" and density is not None and max(density.across, density.down) > LARGEST_DENSITY:
        notes.append(f"its resolution is beyond what a JPEG can tell and was limited to {LARGEST_DENSITY:,}")
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
