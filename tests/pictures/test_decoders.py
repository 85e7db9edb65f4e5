"""Which decoders see bytes from outside: the same few for scans, references, palettes and masks."""

import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import color_picture, grey_picture, saved
from vermilion.assets import Asset
from vermilion.errors import HintError, PictureError
from vermilion.guidance import Mask, draw_hints
from vermilion.masks import mask_reader, read_mask
from vermilion.pictures import ReadOptions, read_colors, read_mark, read_scan
from vermilion.pictures.vips_library import load_vips
from vermilion.pictures.vips_open import HEAD, decoder_of

SLOW = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="18000" height="18000"><filter id="f"><feTurbulence '
    b'baseFrequency=".9" numOctaves="9"/></filter><rect width="18000" height="18000" filter="url(#f)"/></svg>'
)
MATRIX = b"64 64\n" + b"\n".join(b" ".join(b"%d" % (x * y % 255) for x in range(64)) for y in range(64))
TABLE = b"1,2,3\n4,5,6\n"


def write_dump(path: Path) -> None:
    """A picture in libvips's own format."""
    load_vips().Image.black(8, 8).write_to_file(f"{path}.v")
    Path(f"{path}.v").rename(path)


READERS: dict[str, Callable[[Path], object]] = {
    "scan": read_scan,
    "bytes": lambda path: read_scan(path.read_bytes()),
    "mark": read_mark,
    "reference": lambda path: read_colors(path, 64),
    "mask": lambda path: read_mask(Asset.read(path), 1_000_000),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["drawing.png", "matrix.jpg", "table.tif", "dump.webp"])
def test_what_no_photograph_is_stored_as_is_refused_at_once(reader, name, tmp_path):
    contents = {"drawing.png": SLOW, "matrix.jpg": MATRIX, "table.tif": TABLE}
    path = tmp_path / name
    if name in contents:
        path.write_bytes(contents[name])
    else:
        write_dump(path)
    started = time.perf_counter()
    with pytest.raises(PictureError, match="save it as"):
        READERS[reader](path)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}),
        ("PNG", {}),
        ("TIFF", {}),
        ("WEBP", {}),
        ("GIF", {}),
        ("AVIF", {}),
        ("TIFF", {"big_tiff": True}),
    ],
)
def test_what_photographs_are_stored_as_is_decoded(kind, options, tmp_path):
    data = saved(color_picture(), kind, **options)
    assert decoder_of(data[:HEAD]) == {"AVIF": "heif"}.get(kind, kind.lower())
    assert read_scan(data, ReadOptions(recolor=True)).size == (120, 160)
    (tmp_path / "picture").write_bytes(data)
    assert read_colors(tmp_path / "picture", 80).shape == (60, 80, 3)


def test_a_name_with_brackets_is_only_a_name(tmp_path):
    path = tmp_path / "grandma[page=2].png"
    Image.fromarray(color_picture()).save(path)
    assert read_colors(path, 80).shape == (60, 80, 3)
    assert read_scan(path, ReadOptions(recolor=True)).size == (120, 160)


def claiming(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG that claims its size, and holds so many black rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">II5B", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes((1 + width) * rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_one_limit_on_pixels_holds_for_everything(tmp_path):
    path = tmp_path / "claims.png"
    path.write_bytes(claiming(28_800, 30_000))
    readers = {**READERS, "mask": lambda path: read_mask(Asset.read(path), 400_000_000)}
    for read in readers.values():
        with pytest.raises(
            PictureError, match="claims 28,800 x 30,000 pixels, more than the allowed 400,000,000"
        ):
            read(path)
    inside = Asset(path.read_bytes())
    with pytest.raises(HintError, match="claims 28,800 x 30,000 pixels"):
        draw_hints([Mask(inside, "navy")], (100, 96), (25, 24), read_mask=mask_reader(400_000_000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_limit_of_ones_own_holds(kind, tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(saved(color_picture(), kind))
    for read in (
        lambda limit: read_scan(path, ReadOptions(recolor=True, max_pixels=limit)),
        lambda limit: read_colors(path, 64, limit),
        lambda limit: read_mask(Asset.read(path), limit),
    ):
        read(160 * 120)
        with pytest.raises(PictureError, match="more than the allowed 19,199"):
            read(160 * 120 - 1)


def test_a_reference_of_which_a_part_is_missing_is_refused(tmp_path):
    path = tmp_path / "torn.tif"
    whole = saved(grey_picture(600, 800), "TIFF", compression="tiff_deflate")
    path.write_bytes(whole[:200_000] + bytes(range(256)) * 4 + whole[201_024:])
    with pytest.raises(PictureError, match="no picture that can be read"):
        read_colors(path, 100)


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(color_picture(1600, 2000)).save(path, quality=95)
    small = read_colors(path, 100)
    plain = np.asarray(Image.fromarray(color_picture(1600, 2000)).resize((100, 80), Image.Resampling.BOX))
    assert small.shape == (80, 100, 3)
    assert np.abs(small.astype(int)[2:38, 2:48] - plain.astype(int)[2:38, 2:48]).max() <= 3
