"""JPEG 2000 (ISO/IEC 15444-1) as a scan: by Pillow where it keeps every bit, else by imagecodecs."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.codecs import extra
from vermilion.pictures.codecs.pillow import levels_by_pillow
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.levels import Samples, levels_of_bits
from vermilion.pictures.metadata.exif import density_of_exif, without_thumbnail
from vermilion.pictures.metadata.photoshop import wrap_iptc
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.read.kinds import JPEG_2000
from vermilion.pictures.read.rare.boxes import boxes_of, content_of
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size, damaged

_CODESTREAM = b"\xff\x4f\xff\x51"
_XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_EXIF_ID = b"JpgTiffExif->JP2"
_IPTC_ID = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
_RESTRICTED, _ANY = 2, 3  # methods of a colr box that hold an ICC profile


@dataclass(frozen=True, slots=True)
class _Size:
    """What the segment SIZ says; `bits` are the most of any component."""

    height: int
    width: int
    components: int
    bits: int


def read_jpeg2000(source: Source, options: ReadOptions) -> Scan:
    """The picture as a scan, its levels spread over all of 8 or 16 bits.

    Raises:
        PictureError: It is damaged, too large, in real colour, or deep colour and imagecodecs is missing.
    """
    data = source.read()
    try:
        size = _size_of(data)
    except (struct.error, ValueError) as error:
        raise damaged(source.name, error) from error
    check_size(source.name, size.height, size.width, options.max_pixels)
    only_page(options.page, 1, source.name)
    if size.bits > 16:
        raise PictureError(f"{source.name} has {size.bits} bits per sample; save it as TIFF with 16 bits")
    # Pillow would make 8 bits of more, but for grey alone.
    by_pillow = size.bits <= 8 or size.components == 1
    levels = _by_pillow(source, size) if by_pillow else _by_imagecodecs(data, size, source.name)
    page = Page(_metadata(data), JPEG_2000)
    return scan_of(greys_of(levels, source.name, options), page, source)


def _size_of(data: bytes) -> _Size:
    start = 0 if data.startswith(_CODESTREAM) else next((a for n, a, _ in boxes_of(data) if n == b"jp2c"), 0)
    if not data.startswith(_CODESTREAM, start):
        raise ValueError("there is not a picture in it")
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    (components,) = struct.unpack_from(">H", data, start + 40)
    if not 1 <= components <= 64:
        raise ValueError(f"{components} components")
    bits = [1 + (data[start + 42 + 3 * number] & 0x7F) for number in range(components)]
    return _Size(bottom - top, right - left, components, max(bits))


def _by_pillow(source: Source, size: _Size) -> Samples:
    """Pillow shifts depths between 8 and 16 bits, and below 8, up, so that white is not quite white."""
    levels, mode = levels_by_pillow(source, "JPEG2000", (size.height, size.width))
    depth = 8 * levels.dtype.itemsize
    if size.bits in (8, 16) or mode in ("P", "PA"):
        return levels
    return levels_of_bits(levels.astype(np.uint16) >> np.uint16(depth - size.bits), size.bits)


def _by_imagecodecs(data: bytes, size: _Size, name: str) -> Samples:
    called = f"JPEG 2000 in colour with {size.bits} bits per sample"
    codecs = extra.load(extra.IMAGECODECS, name, called)
    try:
        values: NDArray[np.uint16] = codecs.jpeg2k_decode(data)
    except (RuntimeError, ValueError, OSError) as error:
        raise damaged(name, error) from error
    if values.ndim != 3 or values.shape[2] not in (2, 3, 4) or values.dtype != np.uint16:
        raise PictureError(f"{name} is {called} of a kind that vermilion cannot read; save it as TIFF")
    return levels_of_bits(np.minimum(values, (1 << size.bits) - 1), size.bits)


def _metadata(data: bytes) -> Metadata:
    identified = {data[a : a + 16]: data[a + 16 : b] for n, a, b in boxes_of(data) if n == b"uuid"}
    exif = (identified.get(_EXIF_ID) or b"").removeprefix(b"Exif\0\0")
    return Metadata(
        exif=without_thumbnail(exif) or None,
        xmp=identified.get(_XMP_ID) or None,
        iptc=wrap_iptc(identified[_IPTC_ID]) if identified.get(_IPTC_ID) else None,
        icc=_profile(content_of(data, b"jp2h") or b""),
        density=density_of_exif(exif),
    )


def _profile(header: bytes) -> bytes | None:
    for name, start, end in boxes_of(header):
        if name == b"colr" and header[start : start + 1] in (bytes([_RESTRICTED]), bytes([_ANY])):
            return header[start + 3 : end] or None
    return None
