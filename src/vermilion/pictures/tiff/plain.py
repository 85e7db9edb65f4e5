"""A TIFF's compression undone by libtiff, by way of Pillow, which is shown a page of plain bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.codecs.pillow import open_with_pillow
from vermilion.pictures.metadata.directory import LONG, Entry, Layout, pack_directory
from vermilion.pictures.source import Source
from vermilion.pictures.tiff import pages as tags
from vermilion.pictures.tiff.bare import reach
from vermilion.pictures.tiff.pages import TiffPage


@dataclass(frozen=True, slots=True)
class Grid:
    """How the bytes of a page, or of one of its planes, lie in the file: in tiles or strips."""

    size: tuple[int, int]
    samples: int
    bits: int
    tile: tuple[int, int] | None  # height and width in pixels; None for strips

    @property
    def tile_width(self) -> int:
        """In pixels; that of the page for strips."""
        return self.tile[1] if self.tile else self.size[1]

    @property
    def across(self) -> int:
        """How many tiles stand side by side."""
        return -(-self.size[1] // self.tile_width)

    @property
    def tile_bytes(self) -> int:
        """Of a row of one tile."""
        return -(-self.tile_width * self.samples * self.bits // 8)


def grid_of(page: TiffPage, samples: int) -> Grid:
    """How a page lies in the file, or one of its planes, by the samples that stand together.

    Raises:
        ValueError: It has no pixels.
    """
    size = page.number(tags.LENGTH, 0), page.number(tags.WIDTH, 0)
    tile = None
    if tags.TILE_WIDTH in page.directory.entries:
        tile = page.number(tags.TILE_LENGTH, 0), page.number(tags.TILE_WIDTH, 0)
    if min(*size, *(tile or size)) < 1:
        raise ValueError("a picture or a tile without pixels")
    return Grid(size, samples, page.bits[0], tile)


def decoded(data: bytes) -> NDArray[np.uint8]:
    """The bytes [H, bytes a row] of a TIFF of plain 8-bit grey; the picture's own size is checked before."""
    with open_with_pillow(Source("", given=data), ("TIFF",)) as image:
        if image.mode != "L":
            raise ValueError(f"unexpected samples, {image.mode}")
        return np.asarray(image)


def decode_packbits(
    data: bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64], row: int
) -> NDArray[np.uint8]:
    """Rows of `row` bytes each that are coded by PackBits on their own, as strips of a TIFF are.

    Args:
        data: What holds them.
        starts: Where each row begins in `data`, int64 [H].
        lengths: How many bytes each takes there, int64 [H].
        row: Bytes of a row.

    Returns:
        uint8 [H, row].

    Raises:
        OSError, SyntaxError, ValueError: A row is cut off or damaged.
    """
    head, layout = b"II*\0" + bytes(4), Layout("<", False)
    found = {
        tags.WIDTH: row, tags.LENGTH: len(starts), tags.BITS: 8, tags.COMPRESSION: 32773,
        tags.PHOTOMETRIC: 1, tags.SAMPLES: 1, tags.ROWS_PER_STRIP: 1,
    }  # fmt: skip
    entries = {tag: Entry(LONG, 1, value.to_bytes(4, "little")) for tag, value in found.items()}
    for tag, numbers in ((tags.STRIP_STARTS, starts + len(head)), (tags.STRIP_LENGTHS, lengths)):
        entries[tag] = Entry(LONG, len(numbers), numbers.astype("<u4").tobytes())
    padding = bytes(-len(data) % 8)
    start = len(head) + len(data) + len(padding)
    directory = pack_directory(entries, {}, layout, start)
    return decoded(b"".join([head[:4], start.to_bytes(4, "little"), data, padding, directory]))


def as_bytes(data: bytes, page: TiffPage, grid: Grid, plane: int | None) -> bytes:
    """The file with one more directory, which is its first: the page, or a plane of it, as 8-bit grey."""
    layout = page.layout
    entries = {
        tag: Entry(LONG, 1, value.to_bytes(4, "little" if layout.order == "<" else "big"))
        for tag, value in _byte_tags(page, grid).items()
    }
    entries |= _places(page, grid, plane)
    if reach(page, len(data)) > len(data):
        raise ValueError("the file ends before its samples")  # the new directory would be taken for some
    padding = b"\0" * (-len(data) % 8)
    start = len(data) + len(padding)
    pointer = start.to_bytes(8 if layout.big else 4, "little" if layout.order == "<" else "big")
    head = (16 if layout.big else 8) - len(pointer)
    directory = pack_directory(entries, {}, layout, start)
    return b"".join([data[:head], pointer, memoryview(data)[head + len(pointer) :], padding, directory])


def _byte_tags(page: TiffPage, grid: Grid) -> dict[int, int]:
    found = {
        tags.WIDTH: grid.across * grid.tile_bytes,
        tags.LENGTH: grid.size[0],
        tags.BITS: 8,
        tags.COMPRESSION: page.number(tags.COMPRESSION, 1),
        tags.PHOTOMETRIC: 1,
        tags.FILL_ORDER: page.number(tags.FILL_ORDER, 1),
        tags.SAMPLES: 1,
        tags.PLANAR: 1,
    }
    if grid.tile:
        return found | {tags.TILE_WIDTH: grid.tile_bytes, tags.TILE_LENGTH: grid.tile[0]}
    return found | {tags.ROWS_PER_STRIP: _rows_per_strip(page, grid)}


def _rows_per_strip(page: TiffPage, grid: Grid) -> int:
    return max(1, min(page.number(tags.ROWS_PER_STRIP, grid.size[0]), grid.size[0]))


def _places(page: TiffPage, grid: Grid, plane: int | None) -> dict[int, Entry]:
    """Where the strips or tiles lie, and how long they are."""
    entries: Mapping[int, Entry] = page.directory.entries
    names = (tags.TILE_STARTS, tags.TILE_LENGTHS) if grid.tile else (tags.STRIP_STARTS, tags.STRIP_LENGTHS)
    found = {tag: entries[tag] for tag in names}
    if plane is None:
        return found
    rows = grid.tile[0] if grid.tile else _rows_per_strip(page, grid)
    count = -(-grid.size[0] // rows) * grid.across
    return {tag: _slice(entry, plane * count, count) for tag, entry in found.items()}


def _slice(entry: Entry, start: int, count: int) -> Entry:
    if start + count > entry.count:
        raise ValueError("fewer strips or tiles than the picture needs")
    size = len(entry.value) // entry.count
    return Entry(entry.type, count, entry.value[start * size : (start + count) * size])
