"""Which decoders see bytes from outside: the same few for scans, references, palettes and masks."""

import os
import struct
import sys
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
from vermilion.guidance import Mask
from vermilion.guidance.canvas import draw_hints
from vermilion.pictures import ReadOptions, read_colors, read_mark, read_scan
from vermilion.pictures.codecs.vips import HEAD, decoder_of, load_vips
from vermilion.session import mask_reader, read_mask

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


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there, not bytes")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "AVIF", "BMP"])
def test_a_name_need_not_be_utf8(kind, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Gro\xdfmutter." + kind.lower().encode()))
    path.write_bytes(saved(color_picture(), kind))
    assert read_scan(path, ReadOptions(recolor=True)).luma.shape == (120, 160)
    if kind != "BMP":
        assert read_colors(path, 40).shape == (30, 40, 3)


def test_a_reference_of_which_a_part_is_missing_is_refused(tmp_path):
    path = tmp_path / "torn.tif"
    whole = saved(grey_picture(600, 800), "TIFF", compression="tiff_deflate")
    path.write_bytes(whole[:200_000] + bytes(range(256)) * 4 + whole[201_024:])
    with pytest.raises(PictureError, match="not a picture that can be read"):
        read_colors(path, 100)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_reference_that_lost_its_place_is_refused(mode):
    """libvips passes over bytes that are left behind the last block; a scan of that kind is refused, too."""
    whole = saved(Image.fromarray(color_picture(200, 300)).convert(mode), "JPEG", quality=90)
    middle = len(whole) * 3 // 4
    for damaged in (
        whole[:middle] + whole[600:1600] + whole[middle:],
        whole[: middle - 300] + whole[middle:],
    ):
        with pytest.raises(PictureError, match=r"is a damaged JPEG|is cut off"):
            read_scan(damaged, ReadOptions(recolor=True)).luma  # noqa: B018
        with pytest.raises(PictureError, match=r"is a damaged JPEG|is cut off"):
            read_colors(damaged, 100)
    assert max(read_colors(whole, 100).shape) == 100


def test_a_gif_of_too_few_samples_is_no_reference():
    """libvips leaves the rest of the picture black."""
    whole = saved(grey_picture(300, 300), "GIF")
    samples = whole.index(b",\0\0\0\0") + 10
    nothing = b"\x08\x03\0\x03\x02\0;"  # clears its table, and ends
    assert read_colors(whole, 100).shape == (100, 100, 3)
    with pytest.raises(PictureError, match="damaged or cut off"):
        read_colors(whole[:samples] + nothing, 100)


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(color_picture(1600, 2000)).save(path, quality=95)
    small = read_colors(path, 100)
    plain = np.asarray(Image.fromarray(color_picture(1600, 2000)).resize((100, 80), Image.Resampling.BOX))
    assert small.shape == (80, 100, 3)
    assert np.abs(small.astype(int)[2:38, 2:48] - plain.astype(int)[2:38, 2:48]).max() <= 3
