"""Metadata in a JPEG's segments: reads them from one file, writes them into another."""

import struct
from collections.abc import Iterator

from vermilion.pictures.jpeg.multi import MULTI_PICTURE
from vermilion.pictures.jpeg.segments import APP0, APP1, APP2, APP11, APP13, APP14, COM, JpegFile, Segment
from vermilion.pictures.jpeg.xmp import XMP, xmp_segments
from vermilion.pictures.metadata.exif import density_of_exif, without_thumbnail
from vermilion.pictures.metadata.photoshop import HEAD as PHOTOSHOP_HEAD
from vermilion.pictures.metadata.photoshop import without_thumbnails
from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata

_JFIF, _JFXX = b"JFIF\0", b"JFXX\0"
_EXIF = b"Exif\0\0"
_ICC = b"ICC_PROFILE\0"
_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"  # says that such a map follows the picture
# A C2PA manifest signs the bytes of the scan's file, so it would be invalid in the result.
_BOXES = b"JP"  # then two bytes that number the box, which may span several segments
_BOX_ID = 2
_MANIFEST = b"jumdc2pa"
_ROOM = 65533  # bytes of payload that a segment can hold
_ICC_PART = _ROOM - len(_ICC) - 2
# What cannot be split over several segments, or only over 255 of them.
EXIF_ROOM = _ROOM - len(_EXIF)
ICC_ROOM = 255 * _ICC_PART
LARGEST_DENSITY = 65_535  # pixels a unit
# What is taken apart above, describes the old coding (Adobe) or is a thumbnail (JFXX).
_NOT_COPIED = (
    (APP0, _JFIF),
    (APP0, _JFXX),
    (APP1, _EXIF),
    (APP1, XMP),
    (APP2, _ICC),
    (APP2, MULTI_PICTURE),  # points by position at pictures that the result does not carry
    (APP2, _GAIN_MAP),
    (APP13, PHOTOSHOP_HEAD),
    (APP14, b"Adobe"),
)


def read_metadata(file: JpegFile) -> Metadata:
    """Everything that must survive; `icc` is the scan's own profile."""
    exif = next(file.payloads(APP1, _EXIF), None)
    resources = b"".join(file.payloads(APP13, PHOTOSHOP_HEAD))
    return Metadata(
        exif=(without_thumbnail(exif) if exif else b"") or None,
        xmp=next(file.payloads(APP1, XMP), None),
        iptc=without_thumbnails(resources) or None,
        icc=_joined_icc(file),
        density=_density(file) or (density_of_exif(exif) if exif else None),
        comments=tuple(file.payloads(COM)),
        jpeg_segments=tuple(_others(file)),
    )


def _others(file: JpegFile) -> Iterator[tuple[int, bytes]]:
    manifests = {payload[:_BOX_ID] for payload in file.payloads(APP11, _BOXES) if _MANIFEST in payload}
    for segment in file.segments:
        marker, payload = segment.marker, segment.payload
        known = any(marker == number and payload.startswith(start) for number, start in _NOT_COPIED)
        box = payload[len(_BOXES) : len(_BOXES) + _BOX_ID] if payload.startswith(_BOXES) else b""
        vouches = marker == APP11 and box in manifests
        if APP0 <= marker <= 0xEF and not known and not vouches:
            yield marker, payload


def _joined_icc(file: JpegFile) -> bytes | None:
    """Profile parts carry their number and the count; they may stand in any order."""
    parts = sorted((p[0], p[2:]) for p in file.payloads(APP2, _ICC) if len(p) > 2)
    return None if damaged_profile(file) else b"".join(body for _, body in parts) or None


def damaged_profile(file: JpegFile) -> bool:
    """Whether the parts of the profile are not numbered from 1 to their count, each once."""
    heads = [tuple(payload[:2]) for payload in file.payloads(APP2, _ICC)]
    return sorted(heads) != [(number, len(heads)) for number in range(1, len(heads) + 1)]


def _density(file: JpegFile) -> Density | None:
    jfif = next(file.payloads(APP0, _JFIF), b"")
    if len(jfif) < 7:
        return None
    unit, across, down = struct.unpack_from(">BHH", jfif, 2)
    if unit > 2 or not across or not down:
        return None
    return Density(across, down, DensityUnit(unit))


def metadata_segments(metadata: Metadata) -> Iterator[Segment]:
    """The segments of a new file that carry `metadata`, JFIF's first.

    EXIF and profile must fit into `EXIF_ROOM` and `ICC_ROOM`; anything else may have any length.
    """
    density = metadata.density or Density(1, 1, DensityUnit.ASPECT)
    across, down = (min(LARGEST_DENSITY, max(1, round(n))) for n in (density.across, density.down))
    head = struct.pack(">HBHHBB", 0x0102, density.unit.value, across, down, 0, 0)
    yield Segment(APP0, _JFIF + head)
    if metadata.exif:
        yield Segment(APP1, _EXIF + metadata.exif)
    if metadata.xmp:
        yield from xmp_segments(metadata.xmp, metadata.jpeg_segments)
    else:
        yield from (Segment(marker, payload) for marker, payload in metadata.jpeg_segments)
    if metadata.icc:
        yield from _icc_segments(metadata.icc)
    if metadata.iptc:
        for part in _parts(metadata.iptc, _ROOM - len(PHOTOSHOP_HEAD)):
            yield Segment(APP13, PHOTOSHOP_HEAD + part)
    for comment in metadata.comments:
        for part in _text_parts(comment):
            yield Segment(COM, part)


def _icc_segments(icc: bytes) -> Iterator[Segment]:
    parts = _parts(icc, _ICC_PART)
    for number, part in enumerate(parts, 1):
        yield Segment(APP2, _ICC + bytes((number, len(parts))) + part)


def _parts(blob: bytes, length: int) -> list[bytes]:
    return [blob[start : start + length] for start in range(0, len(blob), length)]


def _text_parts(text: bytes) -> Iterator[bytes]:
    """A text of unknown encoding in parts for segments; a character of UTF-8 is not cut in two."""
    while len(text) > _ROOM:
        length = next((n for n in range(_ROOM, _ROOM - 4, -1) if text[n] & 0xC0 != 0x80), _ROOM)
        yield text[:length]
        text = text[length:]
    yield text
