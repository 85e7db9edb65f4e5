"""Whatever the mode, luma is Pillow's "L" of it; pages, alpha, depth and arrays."""

import numpy as np
import pytest
import pyvips
from PIL import Image

from tests.pictures.made import grey_picture, saved, sepia
from vermilion.pictures import ReadOptions, read_scan

GREY = grey_picture(61, 83)
MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"]
FORMATS = ["PNG", "TIFF", "WEBP", "BMP", "GIF"]


def image_of(mode):
    image = Image.fromarray(GREY).convert(mode)
    if mode.endswith("A"):
        image.putalpha(Image.fromarray(255 - GREY))
    return image


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_luma_is_pillows(mode, kind):
    image = image_of(mode)
    if (mode, kind) in {("CMYK", "PNG"), ("CMYK", "BMP"), ("CMYK", "GIF"), ("LA", "BMP"), ("LA", "GIF")}:
        pytest.skip("no such file")
    if (mode, kind) == ("RGBA", "GIF"):
        pytest.skip("a GIF's palette changes the levels")
    scan = read_scan(saved(image, kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {})))
    np.testing.assert_array_equal(scan.luma, np.asarray(image.convert("L")))
    assert scan.size == GREY.shape
    assert scan.depth == 8
    if mode.endswith("A") and kind != "BMP":
        np.testing.assert_array_equal(scan.alpha, 255 - GREY)
    else:
        assert scan.alpha is None


@pytest.mark.parametrize("mode", MODES)
def test_luma_of_images_in_memory_is_pillows(mode):
    image = image_of(mode)
    scan = read_scan(image)
    np.testing.assert_array_equal(scan.luma, np.asarray(image.convert("L")))
    assert (scan.alpha is None) == (not mode.endswith("A"))


def test_luma_of_a_toned_scan_is_pillows():
    toned = sepia(GREY)
    for source in (toned, Image.fromarray(toned), saved(toned, "PNG"), saved(toned, "TIFF")):
        np.testing.assert_array_equal(read_scan(source).luma, np.asarray(Image.fromarray(toned).convert("L")))


@pytest.mark.parametrize("compression", [None, "jpeg", "tiff_lzw"])
def test_a_tiff_may_hold_ycbcr(compression):
    image = Image.fromarray(GREY).convert("YCbCr")
    found = read_scan(saved(image, "TIFF", compression=compression)).luma.astype(int)
    assert abs(found - GREY).mean() <= (4 if compression == "jpeg" else 0)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_stay(kind):
    deep = grey_picture(61, 83, np.uint16)
    scan = read_scan(saved(Image.fromarray(deep), kind))
    np.testing.assert_array_equal(scan.luma, deep)
    assert scan.depth == 16
    assert scan.luma.dtype == np.uint16


def test_sixteen_bit_rgb_has_luma_by_the_same_weights():
    deep = sepia(GREY).astype(np.uint16) * 257 + 3
    scan = read_scan(deep)
    exact = deep.astype(np.int64) @ np.array([19595, 38470, 7471])
    np.testing.assert_array_equal(scan.luma, (exact + 32768) >> 16)
    image = pyvips.Image.new_from_memory(deep.tobytes(), 83, 61, 3, "ushort").copy(interpretation="rgb16")
    np.testing.assert_array_equal(read_scan(image.pngsave_buffer()).luma, scan.luma)
    np.testing.assert_array_equal(read_scan(image.tiffsave_buffer()).luma, scan.luma)


def test_floats_become_sixteen_bits():
    floats = GREY / 255
    wanted = GREY.astype(np.uint16) * 257
    for source in (floats, floats.astype(np.float32), Image.fromarray(floats.astype(np.float32))):
        np.testing.assert_array_equal(read_scan(source).luma, wanted)
    halves = np.linspace(0, 1, 12, dtype=np.float16).reshape(3, 4)
    np.testing.assert_array_equal(read_scan(halves).luma, np.rint(halves.astype(np.float64) * 65535))
    tiff = saved(Image.fromarray(floats.astype(np.float32)), "TIFF")
    np.testing.assert_array_equal(read_scan(tiff).luma, wanted)


def test_arrays_with_channels_and_their_alpha():
    grey_alpha = np.dstack([GREY, 255 - GREY])
    rgba = np.dstack([GREY, GREY, GREY, 255 - GREY])
    for array in (grey_alpha, rgba):
        scan = read_scan(array)
        np.testing.assert_array_equal(scan.luma, GREY)
        np.testing.assert_array_equal(scan.alpha, 255 - GREY)
    np.testing.assert_array_equal(read_scan(GREY[..., None]).luma, GREY)
    np.testing.assert_array_equal(read_scan(GREY > 99).luma, (GREY > 99) * np.uint8(255))


def test_a_callers_array_is_neither_kept_nor_changed():
    mine = GREY.copy()
    scan = read_scan(mine)
    mine[:] = 0
    np.testing.assert_array_equal(scan.luma, GREY)
    mine[:] = 1


def test_alpha_that_says_nothing_is_left_out():
    opaque = np.dstack([GREY, np.full_like(GREY, 255)])
    assert read_scan(opaque).alpha is None
    assert read_scan(saved(opaque, "PNG")).alpha is None


@pytest.mark.parametrize("kind", ["TIFF", "GIF"])
def test_pages(kind, tmp_path):
    others = [Image.fromarray(grey_picture(61, 83, seed=n)) for n in (1, 2)]
    path = tmp_path / f"three.{kind.lower()}"
    path.write_bytes(saved(GREY, kind, save_all=True, append_images=others))
    for source in (path, path.read_bytes()):
        first, third = read_scan(source), read_scan(source, ReadOptions(page=3))
        assert (first.page, first.pages, third.page, third.pages) == (1, 3, 3, 3)
        np.testing.assert_array_equal(first.luma, GREY)
        np.testing.assert_array_equal(third.luma, np.asarray(others[1]))


def test_formats_and_names(tmp_path):
    path = tmp_path / "a.scan"
    for kind, name in (("JPEG", "jpeg"), ("PNG", "png"), ("TIFF", "tiff"), ("WEBP", "webp"), ("BMP", "bmp")):
        path.write_bytes(saved(GREY, kind))
        scan = read_scan(path)
        assert (scan.format, scan.source_name, scan.pages) == (name, str(path), 1)
        assert read_scan(str(path)).size == GREY.shape
    assert read_scan(GREY).source_name == "<array>"
    assert read_scan(saved(GREY, "PNG")).source_name == "<bytes>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(40, 60), (256, 300), (700, 1000)])
def test_preview_is_the_area_mean(kind, size):
    grey = grey_picture(600, 900)
    scan = read_scan(saved(grey, kind, quality=95))
    preview = scan.preview(size)
    assert preview.dtype == np.float32
    assert preview.shape == size
    assert preview.min() >= 0
    assert preview.max() <= 1
    if size == (40, 60):
        mean = grey.reshape(40, 15, 60, 15).mean((1, 3)) / 255
        assert abs(preview - mean).max() < 0.01
