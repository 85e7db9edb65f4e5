"""Samples of a TIFF page that libvips cannot read, unpacked here: 1 to 16 bits, in planes or not.

libtiff (by way of Pillow) undoes the compression: it is shown a page of plain bytes, which is the same page
with other tags. Bits, planes and differences become samples here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures import tiff_pages as tags
from vermilion.pictures.luma import Samples, levels_of_bits
from vermilion.pictures.pillow_open import open_with_pillow
from vermilion.pictures.source import Source
from vermilion.pictures.tiff_bare import reach
from vermilion.pictures.tiff_directory import LONG, Entry, Layout, pack_directory
from vermilion.pictures.tiff_pages import TiffPage

LOSSLESS = frozenset({1, 5, 8, 32773, 32946, 34925, 50000})
"""Compressions that give bytes back: none, LZW, Deflate, PackBits, LZMA, Zstandard."""

_ROWS = 256  # unpacked at a time


def can_unpack(page: TiffPage) -> bool:
    """Whether a page holds whole numbers of one depth up to 16 bits, grey or RGB, without loss."""
    bits, formats = page.bits, page.numbers(tags.SAMPLE_FORMAT) or (1,)
    return (
        page.number(tags.COMPRESSION, 1) in LOSSLESS
        and page.number(tags.PHOTOMETRIC, 1) in (0, 1, 2)
        and len(set(bits)) == 1
        and 1 <= bits[0] <= 16
        and set(formats) <= {1, 4}
        and page.number(tags.PREDICTOR, 1) in ((1, 2) if bits[0] in (8, 16) else (1,))
    )


def unpack(source: Source, page: TiffPage) -> Samples:
    """The page's samples, spread over all levels: uint8 or uint16 [H, W, grey or RGB and perhaps alpha].

    Raises:
        PictureError: The page is damaged.
    """
    wanted = [*range(page.colors), *([] if page.alpha is None else [page.alpha])]
    data = source.read()
    if page.number(tags.PLANAR, 1) == 2:
        planes = [_plane(data, page, source.name, plane)[..., 0] for plane in wanted]
        values = np.stack(planes, -1)
    else:
        values = _plane(data, page, source.name, None)[..., wanted]
    bits = page.bits[0]
    if page.number(tags.PHOTOMETRIC, 1) == 0:
        values[..., 0] = (1 << bits) - 1 - values[..., 0]
    levels = levels_of_bits(values, bits)
    if page.alpha is not None and page.is_multiplied:
        levels = _undone(levels)
    return levels


def _undone(levels: Samples) -> Samples:
    """Colours that are multiplied by their transparency, divided by it again, as libvips does for others."""
    alpha = levels[..., -1:].astype(np.float32)
    full = np.iinfo(levels.dtype).max
    colors = np.where(alpha > 0, np.rint(levels[..., :-1] * (full / np.maximum(alpha, 1))), 0)
    return np.concatenate([np.minimum(colors, full).astype(levels.dtype), levels[..., -1:]], -1)


@dataclass(frozen=True, slots=True)
class _Grid:
    """How the bytes of a page, or of one of its planes, lie in the file: in tiles or strips."""

    size: tuple[int, int]
    samples: int
    bits: int
    tile: tuple[int, int] | None  # height and width in pixels; None for strips

    @property
    def tile_width(self) -> int:
        return self.tile[1] if self.tile else self.size[1]

    @property
    def across(self) -> int:
        return -(-self.size[1] // self.tile_width)

    @property
    def tile_bytes(self) -> int:
        """Of a row of one tile."""
        return -(-self.tile_width * self.samples * self.bits // 8)


def _grid_of(page: TiffPage, samples: int) -> _Grid:
    size = page.number(tags.LENGTH, 0), page.number(tags.WIDTH, 0)
    tile = None
    if tags.TILE_WIDTH in page.directory.entries:
        tile = page.number(tags.TILE_LENGTH, 0), page.number(tags.TILE_WIDTH, 0)
    if min(*size, *(tile or size)) < 1:
        raise ValueError("a picture or a tile without pixels")
    return _Grid(size, samples, page.bits[0], tile)


def _plane(data: bytes, page: TiffPage, name: str, plane: int | None) -> NDArray[np.uint16]:
    """Values [H, W, samples] of one plane, or of all samples where they stand together."""
    try:
        grid = _grid_of(page, page.samples if plane is None else 1)
        rows = _decoded(_as_bytes(data, page, grid, plane))
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError) as error:
        raise PictureError(f"{name} is damaged or cut off ({error}); copy or scan it again") from error
    values = np.empty((*grid.size, grid.samples), np.uint16)
    for top in range(0, grid.size[0], _ROWS):
        values[top : top + _ROWS] = _values(rows[top : top + _ROWS], page, grid)
    return values


def _decoded(data: bytes) -> NDArray[np.uint8]:
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
    return _decoded(b"".join([head[:4], start.to_bytes(4, "little"), data, padding, directory]))


def _as_bytes(data: bytes, page: TiffPage, grid: _Grid, plane: int | None) -> bytes:
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


def _byte_tags(page: TiffPage, grid: _Grid) -> dict[int, int]:
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


def _rows_per_strip(page: TiffPage, grid: _Grid) -> int:
    return max(1, min(page.number(tags.ROWS_PER_STRIP, grid.size[0]), grid.size[0]))


def _places(page: TiffPage, grid: _Grid, plane: int | None) -> dict[int, Entry]:
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


def _values(rows: NDArray[np.uint8], page: TiffPage, grid: _Grid) -> NDArray[np.uint16]:
    """Values [rows, W, samples] of rows of bytes."""
    tiles = rows.reshape(len(rows), grid.across, grid.tile_bytes)
    count = grid.tile_width * grid.samples
    if grid.bits == 8:
        numbers = tiles.astype(np.uint16)
    elif grid.bits == 16:
        numbers = np.ascontiguousarray(tiles).view(page.layout.order + "u2").astype(np.uint16)
    else:
        numbers = _bits(tiles, grid.bits, count)
    values = numbers[..., :count].reshape(len(rows), grid.across, grid.tile_width, grid.samples)
    if page.number(tags.PREDICTOR, 1) == 2:
        wrapped = np.uint8 if grid.bits == 8 else np.uint16
        values = np.cumsum(values.astype(wrapped), 2, dtype=wrapped).astype(np.uint16)
    return values.reshape(len(rows), -1, grid.samples)[:, : grid.size[1]]


def _bits(rows: NDArray[np.uint8], bits: int, count: int) -> NDArray[np.uint16]:
    """Numbers of `bits` bits, the highest bit first, out of bytes [..., N]: uint16 [..., count]."""
    first = np.arange(count) * bits  # of each number, the place of its highest bit
    padded = np.pad(rows, [(0, 0)] * (rows.ndim - 1) + [(0, 2)])
    window = np.zeros((*rows.shape[:-1], count), np.uint32)
    for step in range(3):  # three bytes hold any sixteen bits
        window = (window << np.uint32(8)) | padded[..., (first >> 3) + step]
    shift = (24 - bits - (first & 7)).astype(np.uint32)
    return np.asarray((window >> shift) & np.uint32((1 << bits) - 1), np.uint16)
