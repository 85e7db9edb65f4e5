"""TIFF as scanners and microscopes write it: every depth, layout and extra sample; what is no page."""

import warnings

import numpy as np
import pytest
import tifffile

from tests.pictures.made import MadePainting, grey_picture, saved
from tests.pictures.made_tiff import page, tiff, tiff_of_pages
from vermilion.errors import PictureError
from vermilion.pictures import ReadOptions, encode_picture, read_scan

DEEP = grey_picture(45, 67, np.uint16)
GREY = grey_picture(45, 67)
LAYOUTS = [
    {},
    {"order": ">"},
    {"coding": 8},
    {"coding": 34925, "tile": (16, 32)},
    {"tile": (16, 16), "order": ">"},
    {"tile": (8, 24)},
]


def written(samples, **options):
    """The bytes of a TIFF by tifffile."""
    import io

    buffer = io.BytesIO()
    tifffile.imwrite(buffer, samples, **options)
    return buffer.getvalue()


def spread(values, bits):
    full = 255 if bits <= 8 else 65535
    return np.rint(values.astype(np.float64) * full / ((1 << bits) - 1) + 1e-9).astype(int)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bits", [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
def test_every_depth_is_spread_over_all_levels(bits, layout):
    values = DEEP >> (16 - bits)
    scan = read_scan(tiff(values, bits, **layout))
    assert scan.depth == (8 if bits <= 8 else 16)
    np.testing.assert_array_equal(scan.luma, spread(values, bits))


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_the_ends_of_the_scale_are_black_and_white(bits):
    ramp = np.tile(np.linspace(0, (1 << bits) - 1, 40).astype(np.uint16), (20, 1))
    by_another = written(ramp, bitspersample=bits, photometric="minisblack")
    for data in (tiff(ramp, bits), by_another):
        luma = read_scan(data).luma
        assert (luma.min(), luma.max()) == (0, 65535)
        np.testing.assert_array_equal(luma, spread(ramp, bits))


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_white_may_be_zero(bits):
    values = DEEP >> (16 - bits)
    most = (1 << bits) - 1
    for coding in (1, 34925):
        luma = read_scan(tiff(most - values, bits, coding=coding, tags={262: 0})).luma
        np.testing.assert_array_equal(luma, spread(values, bits))


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bits", [4, 8, 12, 16])
def test_grey_stored_as_rgb_in_planes_or_not(bits, layout, planar):
    values = np.repeat((DEEP >> (16 - bits))[..., None], 3, -1)
    scan = read_scan(tiff(values, bits, planar=planar, **layout))
    np.testing.assert_array_equal(scan.luma, spread(values[..., 0], bits))


@pytest.mark.parametrize("coding", [8, 34925])
@pytest.mark.parametrize("tile", [None, (16, 32)])
def test_differences_are_added_up(coding, tile):
    for bits, order in ((8, "<"), (16, "<"), (16, ">")):
        values = np.repeat((DEEP >> (16 - bits))[..., None], 3, -1)
        data = tiff(values, bits, coding=coding, tile=tile, predictor=2, order=order)
        np.testing.assert_array_equal(read_scan(data).luma, values[..., 0])


@pytest.mark.parametrize("coding", ["zstd", "lzma", "lzw", "packbits", "webp"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_codings_that_libvips_lacks_are_read(coding, bigtiff):
    grey = np.repeat(GREY[..., None], 3, -1) if coding == "webp" else GREY
    kind = "rgb" if coding == "webp" else "minisblack"
    options = {"compressionargs": {"level": None}} if coding == "webp" else {}
    data = written(grey, compression=coding, bigtiff=bigtiff, photometric=kind, **options)
    luma = read_scan(data).luma.astype(int)
    assert abs(luma - GREY).max() <= (3 if coding == "webp" else 0)
    if coding in {"zstd", "lzma"}:
        data = written(
            np.repeat(DEEP[..., None], 3, -1), compression=coding, photometric="rgb", predictor=True
        )
        np.testing.assert_array_equal(read_scan(data).luma, DEEP)


def test_jpeg_of_the_old_kind_is_read():
    """TIFF 6.0's own JPEG (compression 6), of which the file holds a whole stream."""
    stream = saved(np.repeat(GREY[..., None], 3, -1), "JPEG", quality=95, subsampling=2)
    tags = {
        256: 67, 257: 45, 258: [8, 8, 8], 259: 6, 262: 6, 277: 3, 278: 45, 512: 1, 513: 8,
        514: len(stream),
    }  # fmt: skip
    data = tiff_of_pages([(tags, [stream])])
    assert abs(read_scan(data).luma.astype(int) - GREY).mean() < 4


@pytest.mark.parametrize(
    ("coding", "called"), [(34712, "JPEG 2000"), (50002, "JPEG XL"), (34887, "LERC"), (9999, "9999")]
)
def test_other_codings_are_refused_by_name(coding, called):
    with pytest.raises(PictureError, match=rf"compressed by .*{called}.*save it as TIFF with LZW") as caught:
        read_scan(tiff(GREY, 8, tags={259: coding}))
    assert "damaged" not in str(caught.value)


def test_a_deep_jpeg_in_a_tiff_is_refused_by_its_depth():
    with pytest.raises(PictureError, match="JPEG compression of 12 bits per sample"):
        read_scan(tiff(GREY, 8, tags={259: 7, 258: 12}))


CMYK = np.repeat((DEEP >> 4)[..., None], 4, -1)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (tiff(CMYK, 12, tags={262: 5}), "with 12 bits per sample"),
        (tiff(DEEP.astype(np.int64) << 8, 24), "with 24 bits per sample"),
        (tiff(np.repeat(DEEP[..., None] >> 11, 3, -1), 5, tags={258: [5, 6, 5]}), "have 5 and 6 bits"),
        (written(DEEP / 65535.0), "with 64 bits per sample in floating point"),
        (written(DEEP.astype(np.int16), compression="zstd"), "of signed numbers"),
        (written(DEEP.astype(np.uint32) << 16, compression="lzma"), "32 bits per sample, of which only 16"),
        (
            written(CMYK, compression="zstd", photometric="separated"),
            "16 bits per sample, of which only 8 could be read",
        ),
        (written((DEEP / 65535).astype(np.float16), compression="zstd"), "16-bit floating point"),
        (tiff(np.repeat(GREY[..., None], 3, -1), 8, tags={262: 6, 530: [2, 2]}), "with reduced chroma"),
    ],
)
def test_samples_of_other_kinds_are_refused_by_what_they_are(data, what):
    with pytest.raises(PictureError, match=what) as caught:
        read_scan(data)
    assert "damaged" not in str(caught.value)
    assert "save it as TIFF with LZW compression and 8 or 16 bits" in str(caught.value)


@pytest.mark.parametrize("coding", ["zstd", "lzma"])
def test_other_kinds_in_these_codings_go_through_pillow(coding):
    palette = np.stack([np.arange(256) * 257] * 3).astype(np.uint16)
    data = written(GREY, photometric="palette", colormap=palette, compression=coding)
    np.testing.assert_array_equal(read_scan(data).luma, GREY)
    np.testing.assert_array_equal(
        read_scan(written((DEEP / 65535).astype(np.float32), compression=coding)).luma, DEEP
    )


def test_what_zero_means_must_be_said():
    data = page(GREY, 8)
    del data[0][262]
    with pytest.raises(PictureError, match="whether 0 is black or white"):
        read_scan(tiff_of_pages([data]))


@pytest.mark.parametrize("kind", [0, None])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("colors", [1, 3])
def test_a_sample_that_is_no_transparency_is_left_out_and_said(bits, colors, kind):
    values = np.repeat((DEEP >> (16 - bits))[..., None], colors + 1, -1)
    values[..., -1] = values[::-1, ..., -1] // 3
    for options in ({}, {"coding": 8}, {"planar": True}, {"coding": 34925}):
        tags = {262: 1 if colors == 1 else 2} | ({} if kind is None else {338: kind})
        scan = read_scan(tiff(values, bits, tags=tags, **options))
        assert scan.alpha is None
        np.testing.assert_array_equal(scan.luma, spread(values[..., 0], bits))
        assert len(scan.notes) == 1
        assert "a further sample of each pixel is left out" in scan.notes[0]
        if scan.depth == 8:
            assert encode_picture(scan, MadePainting(scan, 0), "jpg"), "JPEG is not refused"


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_transparency_is_found_among_further_samples(bits, kind):
    values = np.repeat((DEEP >> (16 - bits))[..., None], 5, -1)
    values[..., 3] = 1
    values[..., 4] = values[..., 4] // 2 + (1 << bits) // 2 - 1
    values[..., :3] //= 2
    scan = read_scan(tiff(values, bits, tags={338: [0, kind]}))
    np.testing.assert_array_equal(scan.alpha, spread(values[..., 4], bits))
    shown = spread(values[..., 0], bits)
    if kind == 1:  # stored multiplied by it
        shown = np.rint(shown / spread(values[..., 4], bits) * np.iinfo(scan.luma.dtype).max)
    assert abs(scan.luma - shown).max() <= (1 if kind == 1 else 0)
    assert len(scan.notes) == 1


@pytest.mark.parametrize("tags", [{254: 1}, {254: 4}, {254: 5}, {255: 2}])
@pytest.mark.parametrize("bits", [8, 12])
def test_reduced_pictures_and_masks_are_no_pages(tags, bits, tmp_path):
    small, other = page(GREY[::4, ::4], 8, tags=tags), page(GREY[::-1] >> 4, bits, tags={254: 2})
    whole = page(DEEP >> (16 - bits), bits, tags={254: 0})
    path = tmp_path / "a.tif"
    path.write_bytes(tiff_of_pages([small, whole, small, other, small]))
    for source in (path, path.read_bytes()):
        first, second = read_scan(source), read_scan(source, ReadOptions(page=2))
        assert (first.page, first.pages, second.page, second.pages) == (1, 2, 2, 2)
        np.testing.assert_array_equal(first.luma, spread(DEEP >> (16 - bits), bits))
        assert second.size == GREY.shape
        with pytest.raises(PictureError, match="has 2 pages, so there is no page 3"):
            read_scan(source, ReadOptions(page=3))
    assert read_scan(tiff_of_pages([small])).size == (12, 17), "the only picture there is"


def test_a_raw_camera_file_is_told_from_a_scan():
    preview = page(GREY, 8, tags={254: 1, 330: 8})
    with pytest.raises(PictureError, match="is a raw camera file; develop it"):
        read_scan(tiff_of_pages([preview]))
    with pytest.raises(PictureError, match="is a raw camera file; develop it"):
        read_scan(tiff(GREY, 8, tags={262: 32803}))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_page_that_is_cut_off_is_damaged(layout):
    data = tiff(DEEP >> 4, 12, **layout)
    starts = data[: len(data) // 2]
    with pytest.raises(PictureError, match=r"damaged|cut off|known format"):
        read_scan(starts)
    hurt = bytearray(data)
    hurt[8 : len(hurt) // 3] = bytes(len(hurt) // 3 - 8)
    if layout.get("coding", 1) != 1:
        with pytest.raises(PictureError, match="damaged or cut off"):
            read_scan(bytes(hurt))


def test_pillow_says_nothing_on_stderr():
    palette = np.stack([np.arange(256) * 257] * 3).astype(np.uint16)
    data = bytearray(written(GREY, photometric="palette", colormap=palette, compression="zstd"))
    place = data.index(b"\x1a\x01\x05\x00\x01\x00\x00\x00")  # the resolution across: one number
    data[place + 4] = 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(read_scan(bytes(data)).luma, GREY)
