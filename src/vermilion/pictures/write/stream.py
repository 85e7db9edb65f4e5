"""Rows given to libvips as they are made, and what it encodes taken as it comes: no copy of the picture.

libvips asks a source for bytes and takes them for a file. An uncompressed TIFF is the plainest one of which
it reads row after row.
"""

import io
import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from vermilion.pictures.codecs.vips import VipsImage, load_vips_with_threads
from vermilion.pictures.levels import Samples
from vermilion.pictures.metadata.directory import Entry, Layout, pack_directory

Strips = Generator[Samples, None, None]

_ROWS = 64
"""Rows that libvips reads at a time."""

_BEGINNING = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16)  # of a BigTIFF whose directory follows
_LAYOUT = Layout("<", big=True)


@contextmanager
def rows_as_image(strips: Strips, size: tuple[int, int], dtype: DTypeLike) -> Iterator[VipsImage]:
    """An RGB image of libvips, whose rows are made when it reads them: once, from the top.

    Args:
        strips: RGB [h,W,3], one below the other; closed after the last row.
        size: height and width of the picture.
        dtype: of the strips, uint8 or uint16.

    Raises:
        Exception: whatever ``strips`` raised, of which libvips learns only that reading failed.
    """
    pyvips = load_vips_with_threads()
    rows = _Rows(strips, size, np.dtype(dtype))
    source = pyvips.SourceCustom()  # which calls us for as long as it lives
    source.on_read(rows.read)
    source.on_seek(rows.seek)
    try:
        yield pyvips.Image.tiffload_source(source, access="sequential", fail_on="warning")
    finally:
        if rows.failed is not None:
            raise rows.failed


class _Rows:
    """The TIFF of rows that are made when they are read. It does not know its source, which would keep it."""

    def __init__(self, strips: Strips, size: tuple[int, int], dtype: np.dtype[Any]) -> None:
        self._strips = strips
        self._dtype = dtype.newbyteorder("<")
        self._part = memoryview(_head(*size, dtype.itemsize))
        self._made = len(self._part)  # bytes up to the end of the part
        self._length = self._made + size[0] * size[1] * 3 * dtype.itemsize
        self._position = 0
        self.failed: BaseException | None = None

    def seek(self, offset: int, whence: int) -> int:
        """As that of a file."""
        self._position = (0, self._position, self._length)[whence] + offset
        return self._position

    def read(self, length: int) -> memoryview:
        """At most so many of the next bytes; none at the end, or where they cannot be made."""
        try:
            while self._made <= self._position < self._length:
                self._make()
        except BaseException as error:  # noqa: BLE001 - kept for the thread that waits for libvips
            self.failed = error
            return memoryview(b"")
        start = self._position - self._made + len(self._part)
        some = self._part[start : start + length] if start >= 0 else self._part[:0]
        self._position += len(some)
        return some

    def _make(self) -> None:
        strip = np.ascontiguousarray(next(self._strips), self._dtype)
        self._part = strip.reshape(-1).view(np.uint8).data
        self._made += strip.nbytes
        if self._made == self._length:
            self._strips.close()  # frees what the rows are made of before libvips goes on


def _head(height: int, width: int, bytes_each: int) -> bytes:
    """Of a TIFF whose rows follow, all in one piece: what comes before them."""
    strips = -(-height // _ROWS)
    counts = np.full(strips, _ROWS * width * 3 * bytes_each, "<u8")
    counts[-1] -= (strips * _ROWS - height) * width * 3 * bytes_each
    values = {
        256: [width],
        257: [height],
        258: [8 * bytes_each] * 3,
        259: [1],
        262: [2],
        277: [3],
        278: [_ROWS],
    }
    entries = {tag: _numbers(value) for tag, value in values.items()}
    entries |= {273: _numbers(counts), 279: _numbers(counts)}
    length = len(_BEGINNING) + len(pack_directory(entries, {}, _LAYOUT, len(_BEGINNING)))
    entries[273] = _numbers(length + np.cumsum(counts) - counts)
    return _BEGINNING + pack_directory(entries, {}, _LAYOUT, len(_BEGINNING))


def _numbers(values: object) -> Entry:
    content = np.asarray(values, "<u8")
    return Entry(16, content.size, content.tobytes())


def encoded(image: VipsImage, format: str, **options: int | str | bool) -> memoryview:  # noqa: A002
    """The file of an image that libvips's saver of the format makes."""
    pyvips = load_vips_with_threads()
    file = io.BytesIO()
    target = pyvips.TargetCustom()
    target.on_write(file.write)
    target.on_read(file.read)
    target.on_seek(file.seek)
    getattr(image, f"{format}save_target")(target, **options)
    return file.getbuffer()
