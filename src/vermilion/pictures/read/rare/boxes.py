"""The boxes of JPEG 2000, JPEG XL and HEIF files (ISO/IEC 14496-12): a length, four letters, a content."""

import struct
from collections.abc import Iterator

_MOST = 4096


def boxes_of(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the content of each box, as far as they can be followed."""
    end = len(data) if end is None else min(end, len(data))
    for _ in range(_MOST):
        if start + 8 > end:
            return
        length, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1 and start + 16 <= end:
            (length,), head = struct.unpack_from(">Q", data, start + 8), 16
        stop = end if length == 0 else start + length
        if stop < start + head:
            return
        yield name, start + head, min(stop, end)
        start = stop


def content_of(data: bytes, wanted: bytes, start: int = 0, end: int | None = None) -> bytes | None:
    """The content of the first box of a name."""
    return next((data[a:b] for name, a, b in boxes_of(data, start, end) if name == wanted), None)
