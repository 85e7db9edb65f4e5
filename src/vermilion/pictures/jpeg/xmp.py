"""XMP in a JPEG: one segment of 64 KB, and an extension in further ones for what does not fit."""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence

from vermilion.pictures.jpeg.segments import APP1, Segment
from vermilion.pictures.xmp.names import EXTENSION_NOTE
from vermilion.pictures.xmp.packet import XmpPacket
from vermilion.pictures.xmp.walk import MalformedXmpError

XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_ROOM = 65533 - len(XMP)
_HEAD = struct.Struct(">32sII")  # MD5 of the whole in hexadecimal, its length, this part's offset
_PART = 65_000
_WRAPPER = b"<?xpacket"
_MARK = b"\xef\xbb\xbf"


def xmp_segments(xmp: bytes, others: Sequence[tuple[int, bytes]]) -> Iterator[Segment]:
    """The segments for a packet of any length, and further application segments (marker, payload).

    An extension that the scan had stays as it is, unless its packet no longer fits: then both are
    divided again. Padding is given up before that.
    """
    if len(xmp) > _ROOM:
        xmp = _without_padding(xmp)
    if len(xmp) <= _ROOM:
        yield Segment(APP1, XMP + xmp)
    else:
        yield from _divided(whole_xmp(xmp, others) or xmp)
        others = [segment for segment in others if not is_extension(segment)]
    for marker, payload in others:
        yield Segment(marker, payload)


def _divided(xmp: bytes) -> Iterator[Segment]:
    """A packet that only points to its extension, and the extension."""
    rest = _without_wrapper(xmp)
    digest = hashlib.md5(rest, usedforsecurity=False).hexdigest().upper()
    yield Segment(APP1, XMP + XmpPacket.parse(None).with_properties({EXTENSION_NOTE: digest}))
    for start in range(0, len(rest), _PART):
        head = _HEAD.pack(digest.encode(), len(rest), start)
        yield Segment(APP1, _EXTENSION + head + rest[start : start + _PART])


def _without_padding(xmp: bytes) -> bytes:
    """The packet without the blanks before the end of its wrapper."""
    end = xmp.rfind(_WRAPPER)
    return xmp[:end].rstrip() + b"\n" + xmp[end:] if end > 0 else xmp


def _without_wrapper(xmp: bytes) -> bytes:
    """The packet without the processing instructions around it."""
    inner = xmp.strip().removeprefix(_MARK)
    if inner.startswith(_WRAPPER):
        inner = inner[inner.find(b"?>") + 2 :].lstrip()
    end = inner.rfind(_WRAPPER)
    return inner[:end].rstrip() if end >= 0 and inner.endswith(b"?>") else inner


def is_extension(segment: tuple[int, bytes]) -> bool:
    """Whether a segment (marker, payload) is a part of a packet's extension."""
    return segment[0] == APP1 and segment[1].startswith(_EXTENSION)


def whole_xmp(xmp: bytes | None, segments: Iterable[tuple[int, bytes]]) -> bytes | None:
    """A packet with its extension from further segments; the packet alone where that is not whole."""
    parts = [payload.removeprefix(_EXTENSION) for _, payload in filter(is_extension, segments)]
    if not parts:
        return xmp
    try:
        packet = XmpPacket.parse(xmp)
        rest = _joined(parts, packet.properties.get(EXTENSION_NOTE, "").encode())
        return packet.joined_with(XmpPacket.parse(rest)) if rest else xmp
    except MalformedXmpError:
        return xmp


def _joined(parts: Iterable[bytes], digest: bytes) -> bytes:
    """The parts of the extension with this digest, in order; nothing if some are missing or changed."""
    found = {}
    for part in parts:
        if len(part) >= _HEAD.size:
            name, _, offset = _HEAD.unpack_from(part)
            if name == digest:
                found[offset] = part[_HEAD.size :]
    whole = b"".join(found[offset] for offset in sorted(found))
    made = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()
    return whole if made.encode() == digest.upper() else b""
