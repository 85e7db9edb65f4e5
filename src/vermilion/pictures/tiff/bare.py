"""Strips a TIFF to its samples, for a decoder that warns of samples and tags alike.

libtiff warns of damaged samples, and also of tags that are unordered, duplicated, or ended in another
way than it thinks right. So a file that it warns of is decoded again with a directory of the few tags that
samples need: what it still warns of is damage.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vermilion.pictures.jpeg.decode import JpegData, check_coding, decode, refused
from vermilion.pictures.jpeg.segments import MalformedJpegError, parse_jpeg
from vermilion.pictures.metadata.directory import LONG, Entry, pack_directory
from vermilion.pictures.source import Source
from vermilion.pictures.tiff import pages as tags
from vermilion.pictures.tiff.pages import TiffPage

_RAW, _JPEG = 1, 7
_JPEG_TABLES = 347
_NEEDED = frozenset(
    {
        *(tags.WIDTH, tags.LENGTH, tags.BITS, tags.COMPRESSION, tags.PHOTOMETRIC, tags.FILL_ORDER),
        *(tags.STRIP_STARTS, tags.SAMPLES, tags.ROWS_PER_STRIP, tags.STRIP_LENGTHS, tags.PLANAR),
        *(tags.PREDICTOR, tags.TILE_WIDTH, tags.TILE_LENGTH, tags.TILE_STARTS, tags.TILE_LENGTHS),
        *(tags.EXTRA_SAMPLES, tags.SAMPLE_FORMAT, _JPEG_TABLES),
        *(292, 293, 320, 332, 334),  # options of the two facsimile codings, a palette, inks
        *(529, 530, 531, 532),  # how YCbCr is meant
    }
)


@dataclass(frozen=True, slots=True)
class BareTiff:
    """A file of one page, and that page with all tags of the original."""

    source: Source
    page: TiffPage


def bare_tiff(source: Source, page: TiffPage) -> BareTiff | None:
    """The file with a directory of the tags that samples need, behind everything else.

    None if its strips or tiles do not lie within the file.
    """
    data, layout = source.read(), page.layout
    entries = {tag: entry for tag, entry in page.directory.entries.items() if tag in _NEEDED}
    if reach(page, len(data)) > len(data):
        return None  # else the new directory would be taken for samples
    if page.numbers(tags.STRIP_STARTS):
        lengths = _lengths(page, len(data))
        packed = struct.pack(f"{layout.order}{len(lengths)}I", *(min(n, 2**32 - 1) for n in lengths))
        entries[tags.STRIP_LENGTHS] = Entry(LONG, len(lengths), packed)
    padding = bytes(-len(data) % 8)
    start = len(data) + len(padding)
    head = 16 if layout.big else 8
    pointer = struct.pack(layout.order + layout.word, start)
    directory = pack_directory(entries, {}, layout, start)
    bare = b"".join([data[: head - len(pointer)], pointer, memoryview(data)[head:], padding, directory])
    return BareTiff(Source(source.name, given=bare), replace(page, index=0))


def reach(page: TiffPage, end: int) -> int:
    """The position behind the last byte of a page's samples, in a file of `end` bytes."""
    starts = page.numbers(tags.STRIP_STARTS) or page.numbers(tags.TILE_STARTS)
    return max(
        (start + length for start, length in zip(starts, _lengths(page, end), strict=False)), default=0
    )


def _lengths(page: TiffPage, end: int) -> list[int]:
    """Bytes of each strip or tile; where the file may not tell them rightly, as libtiff reckons them."""
    starts = page.numbers(tags.STRIP_STARTS) or page.numbers(tags.TILE_STARTS)
    if page.number(tags.COMPRESSION, _RAW) == _RAW:
        return _raw_lengths(page, len(starts))
    given = page.numbers(tags.STRIP_LENGTHS) or page.numbers(tags.TILE_LENGTHS)
    if given:
        return list(given)
    after = sorted({*starts, end})
    return [after[after.index(start) + 1] - start if start < end else 0 for start in starts]


def _raw_lengths(page: TiffPage, count: int) -> list[int]:
    height, width = page.number(tags.LENGTH, 0), page.number(tags.WIDTH, 0)
    bits = page.bits[0] if page.number(tags.PLANAR, 1) == 2 else sum(page.bits)
    if page.numbers(tags.TILE_STARTS):
        row = (page.number(tags.TILE_WIDTH, 0) * bits + 7) // 8
        return [row * page.number(tags.TILE_LENGTH, 0)] * count
    rows = max(1, min(page.number(tags.ROWS_PER_STRIP, height), height))
    strips = max(1, -(-height // rows))  # of a plane
    return [max(0, min(rows, height - n % strips * rows)) * ((width * bits + 7) // 8) for n in range(count)]


def check_jpegs(source: Source, page: TiffPage) -> None:
    """Refuse damaged tiles in JPEG coding, of which libvips passes on no warning.

    Raises:
        PictureError: One is damaged.
    """
    if page.number(tags.COMPRESSION, _RAW) != _JPEG or not page.numbers(tags.TILE_STARTS):
        return
    for data in _tiles(source, page):
        try:
            frame = parse_jpeg(data).frame
        except MalformedJpegError as error:
            raise refused(source.name, str(error)) from error
        check_coding(frame, source.name)
        space = "CMYK" if len(frame.components) == 4 else "GRAY"
        decode(JpegData(data, frame, source.name), space, (1, 1))


def _tiles(source: Source, page: TiffPage) -> Iterator[bytes]:
    """Each tile as a JPEG, the tables that all have in common included."""
    tables = page.directory.entries.get(_JPEG_TABLES)
    common = tables.value.removesuffix(b"\xff\xd9") if tables else b"\xff\xd8"
    data = memoryview(source.read())
    for start, length in zip(page.numbers(tags.TILE_STARTS), page.numbers(tags.TILE_LENGTHS), strict=False):
        yield common + bytes(data[start : start + length]).removeprefix(b"\xff\xd8")
