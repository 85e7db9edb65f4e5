"""Metadata in a PNG's chunks (W3C PNG, third edition)."""

import struct
import zlib
from collections.abc import Iterator

from vermilion.pictures.buffers import Buffer
from vermilion.pictures.metadata import Metadata

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = len(SIGNATURE) + 25  # IHDR comes first and always takes 25 bytes
_XMP_KEYWORD = b"XML:com.adobe.xmp"
# ImageMagick's and ExifTool's place for IPTC, as PNG has none of its own.
_IPTC_KEYWORD = b"Raw profile type iptc"


def png_with_metadata(data: bytes, metadata: Metadata) -> list[Buffer]:
    """A naked PNG with chunks for all that `metadata` holds, as parts to be written in order."""
    view = memoryview(data)
    return [view[:_HEAD], b"".join(_chunks(metadata)), *_without_density(view)]


def _without_density(view: memoryview) -> list[memoryview]:
    """The chunks after IHDR less the pHYs that libvips always writes."""
    position = _HEAD
    kept = []
    while position < len(view):
        length = int(struct.unpack_from(">I", view, position)[0])
        name = bytes(view[position + 4 : position + 8])
        if name == b"IDAT":
            kept.append(view[position:])
            break
        if name != b"pHYs":
            kept.append(view[position : position + length + 12])
        position += length + 12
    return kept


def _chunks(metadata: Metadata) -> Iterator[bytes]:
    if metadata.icc:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc))
    density = metadata.density
    if density:
        per_metre = density.per_metre()
        across, down = per_metre or (round(density.across), round(density.down))
        yield _chunk(b"pHYs", struct.pack(">IIB", across, down, per_metre is not None))
    if metadata.exif:
        yield _chunk(b"eXIf", metadata.exif)
    if metadata.xmp:
        yield _chunk(b"iTXt", _XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp)
    if metadata.iptc:
        yield _chunk(b"zTXt", _IPTC_KEYWORD + b"\0\0" + zlib.compress(_as_hex(metadata.iptc)))
    for comment in metadata.comments:
        text = comment.decode("utf-8", "replace").replace("\0", " ").encode()
        yield _chunk(b"iTXt", b"Comment\0\0\0\0\0" + text)


def _chunk(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(name))
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def _as_hex(blob: bytes) -> bytes:
    digits = blob.hex().encode()
    lines = b"\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    return b"\niptc\n%8d\n" % len(blob) + lines + b"\n"


def bytes_of_raw_profile(text: str) -> bytes | None:
    """What such a text chunk holds: a name, a length, and hexadecimal digits."""
    try:
        _, length, digits = text.strip().split(None, 2)
        return bytes.fromhex("".join(digits.split()))[: int(length)]
    except ValueError:
        return None
