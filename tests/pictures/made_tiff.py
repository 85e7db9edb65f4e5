"""TIFFs of every layout: depths that no library writes, tiles, planes, thumbnails before their picture."""

import lzma
import struct
import zlib
from collections.abc import Callable

import numpy as np

CODINGS: dict[int, Callable[[bytes], bytes]] = {1: bytes, 8: zlib.compress, 34925: lzma.compress}


def tiff(values, bits, **options):
    """A TIFF of one page; see `tiff_of_pages`."""
    return tiff_of_pages([page(values, bits, **options)], options.get("order", "<"))


def page(values, bits, *, order="<", coding=1, tile=None, planar=False, predictor=1, tags=None):
    """Tags and blocks of a page: `values` [H, W] or [H, W, samples] of `bits` bits."""
    values = values if values.ndim == 3 else values[..., None]
    height, width, samples = values.shape
    planes = [values[..., [n]] for n in range(samples)] if planar else [values]
    blocks = [block for plane in planes for block in _blocks(plane, tile)]
    if predictor == 2:
        blocks = [_differences(block, bits) for block in blocks]
    found = {
        256: width, 257: height, 258: [bits] * samples, 259: coding, 262: 1 if samples < 3 else 2,
        277: samples, 284: 1 + planar, 317: predictor,
    }  # fmt: skip
    found |= {322: tile[1], 323: tile[0]} if tile else {278: 16}
    return found | (tags or {}), [CODINGS[coding](_packed(block, bits, order)) for block in blocks]


def tiff_of_pages(pages, order="<"):
    """A classic TIFF of pages as `page` makes them."""
    data = bytearray({"<": b"II*\0", ">": b"MM\0*"}[order] + bytes(4))
    link = 4
    for tags, blocks in pages:
        starts = []
        for block in blocks:
            starts.append(len(data))
            data += block + bytes(len(block) % 2)
        places = (324, 325) if 322 in tags else (273, 279)
        placed = tags | {places[0]: starts, places[1]: [len(block) for block in blocks]}
        data[link : link + 4] = struct.pack(order + "I", len(data))
        link = _add_directory(data, placed, order)
    return bytes(data)


def _add_directory(data, tags, order):
    """Append a directory of LONGs; return where the place of the next one stands."""
    start = len(data)
    end = start + 2 + 12 * len(tags) + 4
    table, tail = struct.pack(order + "H", len(tags)), b""
    for tag, value in sorted(tags.items()):
        numbers = value if isinstance(value, list) else [value]
        content = struct.pack(f"{order}{len(numbers)}I", *numbers)
        table += struct.pack(order + "HHI", tag, 4, len(numbers))
        table += content if len(numbers) == 1 else struct.pack(order + "I", end + len(tail))
        tail += b"" if len(numbers) == 1 else content
    data += table + bytes(4) + tail
    return end - 4


def _blocks(plane, tile):
    if tile is None:
        yield from (plane[top : top + 16] for top in range(0, len(plane), 16))
        return
    high, wide = tile
    height, width = plane.shape[:2]
    padded = np.pad(plane, [(0, -height % high), (0, -width % wide), (0, 0)])
    for top in range(0, height, high):
        yield from (padded[top : top + high, left : left + wide] for left in range(0, width, wide))


def _differences(block, bits):
    differences = block.astype(np.int64)
    differences[:, 1:] -= block[:, :-1].astype(np.int64)
    return differences % (1 << bits)


def _packed(block, bits, order):
    if bits == 16:
        return block.astype(order + "u2").tobytes()
    places = np.arange(bits - 1, -1, -1)
    digits = (block[..., None].astype(np.int64) >> places & 1).astype(np.uint8)
    return np.packbits(digits.reshape(len(block), -1), axis=1).tobytes()
