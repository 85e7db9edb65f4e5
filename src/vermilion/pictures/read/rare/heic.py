"""HEIC, as telephones write it, as a scan, by pi-heif."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.codecs import extra
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.levels import Samples, levels_of_bits
from vermilion.pictures.metadata.exif import density_of_exif, upright, without_thumbnail
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.read.kinds import HEIC
from vermilion.pictures.read.rare.boxes import boxes_of
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size, damaged

_SHOWN_OTHERWISE = frozenset({4, 5, 8, 16, 17, 18})  # transfer functions (ITU-T H.273) far from sRGB's


def read_heic(source: Source, options: ReadOptions) -> Scan:
    """One picture of the file as a scan, upright; the first is the one that the file shows.

    Raises:
        PictureError: It is damaged, too large, in real colour, or pi-heif is missing.
    """
    codec = extra.load(extra.PI_HEIF, source.name, "a HEIC picture")
    data = source.read()
    try:
        _check_texts(data)
        file = codec.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        only_page(options.page, len(file), source.name)
        order = [file.primary_index, *(n for n in range(len(file)) if n != file.primary_index)]
        image = file[order[options.page - 1]]
        check_size(source.name, image.size[1], image.size[0], options.max_pixels)
        levels = _levels(np.asarray(image), int(image.info.get("bit_depth") or 8))
    except (RuntimeError, ValueError, OSError, EOFError, SyntaxError) as error:
        raise damaged(source.name, " ".join(str(error).split())) from error
    page = Page(_metadata(image.info), HEIC, pages=len(file), number=options.page)
    return scan_of(greys_of(levels, source.name, options), page, source)


def _check_texts(data: bytes) -> None:
    """Refuse names of things that are no text: pi-heif 1.4 would end the process over them.

    Raises:
        UnicodeDecodeError: There are some; it is a ValueError.
    """
    meta = next(((a + 4, b) for name, a, b in boxes_of(data) if name == b"meta"), (0, 0))
    for name, start, end in boxes_of(data, *meta):
        if name == b"iinf":
            count = 4 if data[start : start + 1] == b"\0" else 6
            for _, a, b in boxes_of(data, start + 2 + count, end):
                ids = 8 if data[a : a + 1] != b"\3" else 10  # version, number and protection of an item
                data[a + ids : b].decode()
        if name == b"iprp":
            _check_properties(data, start, end)


def _check_properties(data: bytes, start: int, end: int) -> None:
    for name, a, b in boxes_of(data, start, end):
        if name == b"ipco":
            for kind, first, last in boxes_of(data, a, b):
                if kind == b"auxC":
                    data[first + 4 : last].partition(b"\0")[0].decode()


def _levels(values: NDArray[Any], bits: int) -> Samples:
    """Samples of more than 8 bits are shifted up to 16, so that white is not quite white."""
    values = values[..., None] if values.ndim == 2 else values
    if values.dtype == np.uint8 or bits >= 16:
        return values.copy()
    return levels_of_bits(values.astype(np.uint16) >> np.uint16(16 - bits), bits)


def _metadata(info: dict[str, Any]) -> Metadata:
    exif = bytes(info.get("exif") or b"").removeprefix(b"Exif\0\0")
    xmp = info.get("xmp")
    return Metadata(
        exif=upright(without_thumbnail(exif)) or None,
        xmp=bytes(xmp) if xmp else None,
        icc=info.get("icc_profile") or None,
        density=density_of_exif(exif),
        png_colors=_coding(info.get("nclx_profile") or {}),
    )


def _coding(nclx: dict[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """What codes mean, as a PNG would say it; telephones say sRGB or add a profile, which counts then."""
    primaries, transfer = (int(nclx.get(k, 2)) for k in ("color_primaries", "transfer_characteristics"))
    if transfer not in _SHOWN_OTHERWISE or not 0 <= primaries <= 255:
        return ()
    return ((b"cICP", bytes([primaries, transfer, 0, 1])),)
