"""The composite of a Photoshop file (PSD and PSB): what it shows of all its layers, its only page.

After Adobe's "Photoshop File Formats Specification" (2019): a header, four sections with their lengths, and
the composite in planes, raw or in PackBits row by row. Grey and RGB of 8 and 16 bits are read here, the other
kinds of 8 bits by Pillow.
"""

import struct
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.metadata.exif import without_thumbnail
from vermilion.pictures.metadata.photoshop import resource_of, wrap_iptc
from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.read.kinds import PHOTOSHOP
from vermilion.pictures.read.pillow import read_with_pillow
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size, damaged
from vermilion.pictures.tiff.plain import decode_packbits

_HEAD = 26
_BITMAP, _GREY, _RGB, _DUOTONE = 0, 1, 3, 8
_COLORS = {_BITMAP: 1, _GREY: 1, _RGB: 3, _DUOTONE: 1}
_IPTC, _RESOLUTION, _ICC, _VERSION, _EXIF, _XMP = 0x0404, 0x03ED, 0x040F, 0x0421, 0x0422, 0x0424
_RAW, _PACKBITS = 0, 1


@dataclass(frozen=True, slots=True)
class _Psd:
    """What the head and the sections of a file say; `composite` is where the samples begin."""

    big: bool
    channels: int
    size: tuple[int, int]
    bits: int
    mode: int
    resources: bytes
    has_transparency: bool
    composite: int


def read_psd(source: Source, options: ReadOptions) -> Scan:
    """The composite as a scan.

    Raises:
        PictureError: It is damaged, too large, missing, of a kind that nothing here reads, or in real colour.
    """
    data = source.read()
    try:
        psd = _parse(data)
        check_size(source.name, *psd.size, options.max_pixels)
        only_page(options.page, 1, source.name)
        _refuse_unread(psd, source.name)
        if psd.mode not in _COLORS:
            return _by_pillow(source, psd, options)
        levels = _levels(data, psd)
    except (struct.error, ValueError, OSError, SyntaxError, EOFError) as error:
        raise damaged(source.name, error) from error
    extra = psd.channels - levels.shape[2]
    left_out = (f"{extra} further channel{'s' * (extra > 1)} of the file left out",) if extra > 0 else ()
    page = Page(_metadata(psd), PHOTOSHOP, left_out=left_out)
    return scan_of(greys_of(levels, source.name, options), page, source)


def _parse(data: bytes) -> _Psd:
    version, channels, height, width, bits, mode = struct.unpack_from(">4xH6xHIIHH", data)
    big = version == 2
    after_colors = _after(data, _HEAD, ">I")
    after_resources = _after(data, after_colors, ">I")
    after_layers = _after(data, after_resources, ">Q" if big else ">I")
    resources = data[after_colors + 4 : after_resources]
    return _Psd(
        big=big,
        channels=channels,
        size=(height, width),
        bits=bits,
        mode=mode,
        resources=resources,
        has_transparency=_layer_count(data, after_resources, after_layers, big=big) < 0,
        composite=after_layers,
    )


def _after(data: bytes, position: int, code: str) -> int:
    """Where a section ends that begins with its length."""
    (length,) = struct.unpack_from(code, data, position)
    end = position + struct.calcsize(code) + int(length)
    if end > len(data):
        raise ValueError("a section is cut off")
    return end


def _layer_count(data: bytes, start: int, end: int, *, big: bool) -> int:
    """How many layers there are; negative if the first further channel of the composite is transparency."""
    place = start + (16 if big else 8)  # the lengths of the section and of the part on layers
    if place + 2 > end:
        return 0
    return int(struct.unpack_from(">h", data, place)[0])


def _refuse_unread(psd: _Psd, name: str) -> None:
    if psd.bits not in (1, 8, 16) or (psd.bits == 16 and psd.mode not in _COLORS):
        kind = "" if psd.bits == 32 else " in CMYK, Lab or several inks"
        raise PictureError(
            f"{name} is a Photoshop file{kind} with {psd.bits} bits per sample, which vermilion cannot read;"
            " save it as TIFF with 16 bits in grey or RGB"
        )
    version = resource_of(psd.resources, _VERSION) or b""
    if version[4:5] == b"\0":  # "has real merged data"
        raise PictureError(
            f"{name} holds layers and no composite; save it from Photoshop with Maximize Compatibility, or as"
            " TIFF"
        )


def _levels(data: bytes, psd: _Psd) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Levels [H, W, grey or RGB and perhaps alpha]."""
    colors = _COLORS[psd.mode]
    wanted = min(psd.channels, colors + psd.has_transparency)
    if wanted < colors:
        raise ValueError("channels are missing")
    planes = [_plane(data, psd, number) for number in range(wanted)]
    if psd.bits == 1:
        digits = [np.unpackbits(plane, axis=1)[:, : psd.size[1]] for plane in planes]
        return np.stack([(1 - plane) * np.uint8(255) for plane in digits], -1)  # a 1 is black
    if psd.bits == 16:
        return np.stack([plane.view(">u2").astype(np.uint16) for plane in planes], -1)
    return np.stack(planes, -1)


def _plane(data: bytes, psd: _Psd, number: int) -> NDArray[np.uint8]:
    """The bytes [H, bytes a row] of a channel."""
    height, row = psd.size[0], -(-psd.size[1] * psd.bits // 8)
    (coding,) = struct.unpack_from(">H", data, psd.composite)
    start = psd.composite + 2
    if coding == _RAW:
        plane = np.frombuffer(data, np.uint8, height * row, start + number * height * row)
        return plane.reshape(height, row)
    if coding != _PACKBITS:
        raise ValueError(f"an unknown compression, {coding}")
    code = np.dtype(">u4" if psd.big else ">u2")
    lengths = np.frombuffer(data, code, psd.channels * height, start).astype(np.int64)
    ends = start + code.itemsize * len(lengths) + np.cumsum(lengths)
    rows = slice(number * height, (number + 1) * height)
    return decode_packbits(data, ends[rows] - lengths[rows], lengths[rows], row)


def _metadata(psd: _Psd) -> Metadata:
    found = {n: resource_of(psd.resources, n) for n in (_IPTC, _ICC, _EXIF, _XMP, _RESOLUTION)}
    iptc, exif = found[_IPTC], found[_EXIF]
    return Metadata(
        exif=without_thumbnail(exif) or None if exif else None,
        xmp=found[_XMP] or None,
        iptc=wrap_iptc(iptc) if iptc else None,
        icc=(found[_ICC] or None) if psd.mode in _COLORS else None,
        density=_density(found[_RESOLUTION] or b""),
    )


def _density(resolution: bytes) -> Density | None:
    """Pixels an inch, 16.16 bits, whatever unit they are shown in."""
    if len(resolution) < 16:
        return None
    across, down = (struct.unpack_from(">I", resolution, place)[0] / 65536 for place in (0, 8))
    return Density(round(across, 3), round(down, 3), DensityUnit.INCH) if across and down else None


def _by_pillow(source: Source, psd: _Psd, options: ReadOptions) -> Scan:
    scan = read_with_pillow(source, options)
    if scan is None:
        raise ValueError("an unknown kind of samples")
    return replace(scan, metadata=replace(_metadata(psd), icc=scan.metadata.icc), pages=1)
