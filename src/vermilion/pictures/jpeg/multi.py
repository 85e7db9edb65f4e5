"""Several pictures in one JPEG file (Multi-Picture Format, CIPA DC-007).

Stereo pairs, panoramas and series hold pictures of one size, and each is a page. Cameras also use the
format for smaller companions of a picture: previews, maps of depth, of brightness. They are no pages.
"""

import struct
from collections.abc import Iterator

from vermilion.pictures.jpeg.segments import APP2, JpegFile, MalformedJpegError, is_jpeg, parse_jpeg
from vermilion.pictures.metadata.directory import DirectoryReader, MalformedDirectoryError, parse_layout

MULTI_PICTURE = b"MPF\0"
_LIST = 0xB002
_ENTRY = "IIIHH"  # kind, length and position of a picture, and the numbers of two that depend on it


def pictures_of(data: bytes, file: JpegFile) -> list[bytes]:
    """The pictures of a file; the first is all its data, which begin with that picture."""
    kind = _size_of(file)
    return [data, *(part for part in _later_parts(data, file) if _size_of_part(part) == kind)]


def _later_parts(data: bytes, file: JpegFile) -> Iterator[bytes]:
    index = next(file.payloads(APP2, MULTI_PICTURE), None)
    if index is None:
        return
    start = data.index(MULTI_PICTURE + index) + len(MULTI_PICTURE)  # positions count from here
    try:
        layout = parse_layout(index)
        entries = DirectoryReader(index, layout).read(layout.first).entries
    except MalformedDirectoryError:
        return
    listed = entries[_LIST].value if _LIST in entries else b""
    entry = struct.Struct(layout.order + _ENTRY)
    whole = listed[: len(listed) // entry.size * entry.size]
    lengths = {position: length for _, length, position, _, _ in entry.iter_unpack(whole)}
    for position, length in lengths.items():
        if position:  # that of the first is 0
            yield data[start + position : start + position + length]


def _size_of_part(data: bytes) -> tuple[int, int, int] | None:
    try:
        return _size_of(parse_jpeg(data)) if is_jpeg(data) else None
    except MalformedJpegError:
        return None


def _size_of(file: JpegFile) -> tuple[int, int, int]:
    frame = file.frame
    return frame.height, frame.width, len(frame.components)
