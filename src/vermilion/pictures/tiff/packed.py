"""Samples of a TIFF page that libvips cannot read, unpacked here: 1 to 16 bits, in planes or not.

libtiff undoes the compression (see `plain`). Bits, planes and differences become samples here.
"""

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.levels import Samples, levels_of_bits
from vermilion.pictures.source import Source, damaged
from vermilion.pictures.tiff import pages as tags
from vermilion.pictures.tiff.pages import TiffPage
from vermilion.pictures.tiff.plain import Grid, as_bytes, decoded, grid_of

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


def _plane(data: bytes, page: TiffPage, name: str, plane: int | None) -> NDArray[np.uint16]:
    """Values [H, W, samples] of one plane, or of all samples where they stand together."""
    try:
        grid = grid_of(page, page.samples if plane is None else 1)
        rows = decoded(as_bytes(data, page, grid, plane))
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError) as error:
        raise damaged(name, error) from error
    values = np.empty((*grid.size, grid.samples), np.uint16)
    for top in range(0, grid.size[0], _ROWS):
        values[top : top + _ROWS] = _values(rows[top : top + _ROWS], page, grid)
    return values


def _values(rows: NDArray[np.uint8], page: TiffPage, grid: Grid) -> NDArray[np.uint16]:
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
