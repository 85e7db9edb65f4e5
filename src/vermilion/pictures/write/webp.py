"""Metadata in a WebP's chunks (RFC 9649)."""

import struct
from collections.abc import Iterator

from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.source import Buffer

_ICC_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _XMP_FLAG = 0x20, 0x10, 0x08, 0x04


def webp_with_metadata(
    data: Buffer, metadata: Metadata, size: tuple[int, int], *, has_alpha: bool
) -> list[Buffer]:
    """A naked WebP with chunks for ICC, EXIF and XMP; it has no place for the rest."""
    picture = b"".join(body for name, body in _chunks(data) if name == b"VP8L")
    flags = _ALPHA_FLAG if has_alpha else 0
    before, after = [], []
    if metadata.icc:
        flags |= _ICC_FLAG
        before.append(_chunk(b"ICCP", metadata.icc))
    if metadata.exif:
        flags |= _EXIF_FLAG
        after.append(_chunk(b"EXIF", metadata.exif))
    if metadata.xmp:
        flags |= _XMP_FLAG
        after.append(_chunk(b"XMP ", metadata.xmp))
    if not before and not after:
        return [data]
    height, width = size
    extent = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    header = _chunk(b"VP8X", bytes((flags, 0, 0, 0)) + extent)
    parts: list[bytes] = [header, *before, _chunk(b"VP8L", picture), *after]
    total = 4 + sum(len(part) for part in parts)
    return [b"RIFF" + struct.pack("<I", total) + b"WEBP", *parts]


def _chunks(data: Buffer) -> Iterator[tuple[bytes, memoryview]]:
    view, position = memoryview(data), 12
    while position + 8 <= len(view):
        name, length = struct.unpack_from("<4sI", view, position)
        yield name, view[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
