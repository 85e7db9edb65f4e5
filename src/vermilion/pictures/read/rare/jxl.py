"""JPEG XL as a scan, by imagecodecs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.codecs import extra
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.levels import Samples, from_unit_floats, levels_of_bits
from vermilion.pictures.metadata.exif import density_of_exif, upright, without_thumbnail
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.read.kinds import JPEG_XL
from vermilion.pictures.read.rare.boxes import boxes_of
from vermilion.pictures.read.rare.jxl_head import HEAD, JxlHead, MalformedJxlError, parse_head
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size, damaged

_CODESTREAM = b"\xff\x0a"


def read_jpeg_xl(source: Source, options: ReadOptions) -> Scan:
    """The first frame as a scan, upright, its levels spread over all of 8 or 16 bits.

    Raises:
        PictureError: It is damaged, too large, in real colour, or imagecodecs is missing.
    """
    codecs = extra.load(extra.IMAGECODECS, source.name, "a JPEG XL picture")
    data = source.read()
    try:
        head = parse_head(_codestream(data))
        check_size(source.name, head.height, head.width, options.max_pixels)
        only_page(options.page, 1, source.name)
        levels = _levels(codecs.jpegxl_decode(data, index=0), head, source.name)
    except (RuntimeError, ValueError, OSError, IndexError, MalformedJxlError) as error:
        raise damaged(source.name, error) from error
    page = Page(_metadata(data), JPEG_XL)
    return scan_of(greys_of(levels, source.name, options), page, source)


def _codestream(data: bytes) -> bytes:
    """The first bytes of the codestream, which may lie in a box or in several."""
    if data.startswith(_CODESTREAM):
        return data
    found = b""
    for name, start, end in boxes_of(data):
        if name == b"jxlc":
            return found or data[start:end]
        if name == b"jxlp":  # a part, behind its number
            found += data[start + 4 : min(end, start + 4 + HEAD)]
    return found


def _levels(values: NDArray[Any], head: JxlHead, name: str) -> Samples:
    values = values[..., None] if values.ndim == 2 else values
    if values.ndim != 3 or values.shape[2] > 4:
        raise PictureError(f"{name} is a JPEG XL picture of {values.shape[-1]} channels; save it as TIFF")
    if values.dtype.kind == "f":
        if values.min() < -0.001 or values.max() > 1.001:
            raise PictureError(f"{name} holds numbers beyond 0..1; save it as TIFF with 16 bits")
        return from_unit_floats(values)
    if not 1 <= head.bits <= 16:
        raise PictureError(f"{name} has {head.bits} bits per sample; save it as TIFF with 16 bits")
    return levels_of_bits(np.minimum(values, (1 << head.bits) - 1).astype(np.uint16), head.bits)


def _metadata(data: bytes) -> Metadata:
    """From the boxes around the codestream; what is packed (by Brotli) is left out."""
    if data.startswith(_CODESTREAM):
        return Metadata()
    found = {name: data[start:end] for name, start, end in boxes_of(data) if name in (b"Exif", b"xml ")}
    exif = found.get(b"Exif", b"")
    exif = exif[4 + int.from_bytes(exif[:4]) :]  # where the TIFF structure begins
    return Metadata(
        exif=upright(without_thumbnail(exif)) or None,
        xmp=found.get(b"xml ") or None,
        density=density_of_exif(exif),
    )
