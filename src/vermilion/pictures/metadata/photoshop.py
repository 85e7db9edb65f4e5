"""Photoshop image resources: the box in which JPEG and TIFF carry IPTC captions."""

import hashlib
import struct
from collections.abc import Iterator

HEAD = b"Photoshop 3.0\0"
"""What stands before the resources in JPEG and TIFF files."""

IPTC_RESOURCE = 0x0404
_DIGEST = 0x0425  # MD5 of the IPTC, by which programs see whether others have changed it
_THUMBNAILS = frozenset({0x0409, 0x040C})
_SIGNATURE = b"8BIM"


def without_thumbnails(resources: bytes) -> bytes:
    """The same resources, in order, less embedded thumbnails; unreadable rests are kept."""
    kept, end = [], 0
    for number, start, end in _resources(resources):
        if number not in _THUMBNAILS:
            kept.append(resources[start:end])
    return b"".join([*kept, resources[end:]])


def iptc_of(resources: bytes) -> bytes | None:
    """The raw IPTC-IIM records among the resources."""
    return resource_of(resources, IPTC_RESOURCE)


def resource_of(resources: bytes, wanted: int) -> bytes | None:
    """What the first resource of a number holds; None where there is none."""
    for number, start, end in _resources(resources):
        if number == wanted:
            head = _head_length(resources, start)
            (length,) = struct.unpack_from(">I", resources, start + head - 4)
            return resources[start + head : min(end, start + head + length)]
    return None


def wrap_iptc(records: bytes) -> bytes:
    """Raw IPTC-IIM records as one resource."""
    return _resource(IPTC_RESOURCE, records)


def with_iptc(resources: bytes, records: bytes) -> bytes:
    """The resources with further raw IPTC-IIM records added after their own."""
    from vermilion.pictures.metadata.iptc import merged_records  # noqa: PLC0415 - few files need it

    own = iptc_of(resources)
    merged = records if own is None else merged_records(own, records)
    if merged == own:
        return resources
    parts, end, digest = [], 0, _resource(_DIGEST, hashlib.md5(own or b"", usedforsecurity=False).digest())
    for number, start, end in _resources(resources):
        if resources[start:end] == digest:
            parts.append(_resource(_DIGEST, hashlib.md5(merged, usedforsecurity=False).digest()))
        elif number != IPTC_RESOURCE:
            parts.append(resources[start:end])
    return b"".join([*parts, wrap_iptc(merged), resources[end:]])


def _resource(number: int, content: bytes) -> bytes:
    head = _SIGNATURE + struct.pack(">HHI", number, 0, len(content))
    return head + content + b"\0" * (len(content) % 2)


def _resources(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(number, start, end) of each resource, as far as they can be read."""
    position = 0
    while data[position : position + 4] == _SIGNATURE and position + 12 <= len(data):
        head = _head_length(data, position)
        if position + head > len(data):
            return
        (number,) = struct.unpack_from(">H", data, position + 4)
        (length,) = struct.unpack_from(">I", data, position + head - 4)
        end = min(position + head + length + length % 2, len(data))
        yield number, position, end
        position = end


def _head_length(data: bytes, position: int) -> int:
    """Signature, number, a Pascal string padded to even length, and the size."""
    name = 1 + data[position + 6]
    return 4 + 2 + name + name % 2 + 4
