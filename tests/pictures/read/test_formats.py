"""Formats that are rare among photographs: read with the right levels, or refused by their names."""

import struct
import sys
import warnings

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from tests.pictures.heic_files import DEEP as DEEP_HEIC
from tests.pictures.heic_files import TURNED as TURNED_HEIC
from tests.pictures.made import MadePainting, grey_picture, opened, saved
from tests.pictures.made_profiles import gamma, grey_profile
from vermilion.errors import AlreadyColoredError, OutputError, PictureError
from vermilion.pictures import ReadOptions, encode_picture, is_deep_jpeg, read_scan
from vermilion.pictures.metadata.exif import orientation_of

DEEP = grey_picture(90, 120, np.uint16)
GREY = grey_picture(90, 120)
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def rgb(grey):
    return np.repeat(grey[..., None], 3, -1)


def of_bits(bits):
    values = DEEP >> (16 - bits)
    return values.astype(np.uint8) if bits <= 8 else values


def spread(values, bits):
    full = 255 if bits <= 8 else 65535
    return np.rint(values.astype(np.float64) * full / ((1 << bits) - 1)).astype(int)


def encoded(codec, samples, **options):
    return bytes(getattr(imagecodecs, f"{codec}_encode")(samples, **options))


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def exif(orientation):
    tags = Image.Exif()
    tags[271], tags[274] = "Acme", orientation
    return tags.tobytes().removeprefix(b"Exif\0\0")


# --- read ---


@pytest.mark.parametrize("kind", ["jp2", "j2k"])
@pytest.mark.parametrize("bits", [2, 4, 8, 10, 12, 14, 16])
def test_jpeg_2000_has_the_right_levels_at_every_depth(bits, kind):
    values = of_bits(bits)
    for samples in (values, rgb(values)):
        scan = read_scan(encoded("jpeg2k", samples, level=0, bitspersample=bits, codecformat=kind))
        assert scan.depth == (8 if bits <= 8 else 16)
        np.testing.assert_array_equal(scan.luma, spread(values, bits))


def test_a_jpeg_2000_tells_its_profile_and_its_metadata():
    data = encoded("jpeg2k", GREY, level=0, codecformat="jp2")
    start = data.index(b"jp2h") - 4
    (length,) = struct.unpack_from(">I", data, start)
    profile = grey_profile(gamma(1.0))
    header = data[start + 8 : start + length] + box(b"colr", b"\2\0\0" + profile)
    told = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + XMP)
    told += box(b"uuid", b"JpgTiffExif->JP2" + exif(1))
    scan = read_scan(data[:start] + box(b"jp2h", header) + told + data[start + length :])
    assert scan.metadata.xmp == XMP
    assert b"Acme" in (scan.metadata.exif or b"")
    assert scan.colors.space is not None, "the network sees the tone of the profile"
    assert scan.preview((30, 40)).mean() > read_scan(GREY).preview((30, 40)).mean() + 0.1


@pytest.mark.parametrize("bits", [4, 8, 10, 12, 16])
def test_jpeg_xl_has_the_right_levels_at_every_depth(bits):
    values = of_bits(bits)
    for samples in (values, rgb(values)):
        data = encoded("jpegxl", samples, bitspersample=bits, lossless=True)
        scan = read_scan(data)
        assert (scan.format, scan.depth) == ("jxl", 8 if bits <= 8 else 16)
        np.testing.assert_array_equal(scan.luma, spread(values, bits))


@pytest.mark.parametrize(
    "size", [(8, 8), (64, 48), (90, 120), (256, 256), (257, 300), (600, 1025), (9000, 8), (8, 9000)]
)
def test_the_head_of_a_jpeg_xl_tells_its_size(size):
    data = encoded("jpegxl", np.full(size, 99, np.uint8))
    assert read_scan(data).size == size
    with pytest.raises(PictureError, match=rf"claims {size[1]:,} x {size[0]:,} pixels, more than"):
        read_scan(data, ReadOptions(max_pixels=63))


def test_a_jpeg_xl_with_transparency_and_metadata():
    levels = np.dstack([GREY, 255 - GREY])
    naked = encoded("jpegxl", levels, lossless=True, usecontainer=False)
    head = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    told = box(b"Exif", bytes(4) + exif(6)) + box(b"xml ", XMP)
    for data in (
        head + told + box(b"jxlc", naked),
        head + box(b"jxlp", bytes(4) + naked[:50]) + box(b"jxlp", b"\x80\0\0\1" + naked[50:]) + told,
    ):
        scan = read_scan(data)
        np.testing.assert_array_equal(scan.luma, GREY)
        np.testing.assert_array_equal(scan.alpha, 255 - GREY)
        assert scan.metadata.xmp == XMP
        assert b"Acme" in (scan.metadata.exif or b"")
        assert (scan.orientation, orientation_of(scan.metadata.exif)) == (1, 1)


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("colors", [1, 3])
def test_deep_jpegs_are_read(colors, lossless, tmp_path):
    values = DEEP >> 4
    samples = values if colors == 1 else rgb(values)
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded("jpeg8", samples, bitspersample=12, level=95, lossless=lossless))
    scan = read_scan(path)
    assert (scan.format, scan.depth, scan.pages) == ("jpeg", 16, 1)
    assert abs(scan.luma.astype(int) - spread(values, 12)).mean() <= (0 if lossless else 200)
    assert is_deep_jpeg(path)
    with pytest.raises(OutputError, match="16 bits per sample and JPEG holds 8"):
        encode_picture(scan, MadePainting(scan), "jpg")
    assert opened(encode_picture(scan, MadePainting(scan), "tif")).size == (120, 90)
    path.write_bytes(saved(GREY, "JPEG"))
    assert not is_deep_jpeg(path)


def test_a_heic_is_read_with_all_its_bits():
    scan = read_scan(DEEP_HEIC)
    assert (scan.format, scan.size, scan.depth, scan.pages) == ("heic", (32, 48), 16, 1)
    assert (scan.luma[4:12, 4:12].max(), scan.luma[4:12, 36:44].min()) == (0, 65535)
    y, x = np.mgrid[16:32, :48]
    assert abs(scan.luma[16:] / 65535 - (3 * x + 3 * y + 10) / 255).mean() < 0.02


def test_a_heic_is_turned_as_it_is_shown_and_its_first_picture_is_the_one_shown():
    scan, other = read_scan(TURNED_HEIC), read_scan(TURNED_HEIC, ReadOptions(page=2))
    assert (scan.size, scan.pages, scan.page, other.page) == ((48, 32), 2, 1, 2)
    assert (scan.orientation, orientation_of(scan.metadata.exif)) == (1, 1)
    y, x = np.mgrid[:32, :48]
    wanted = np.rot90(3 * x + 3 * y + 10, -1)
    assert abs(scan.luma - wanted).mean() < 4
    assert (
        abs(
            other.luma.astype(int) - (255 - wanted if other.size == (48, 32) else 255 - wanted.T[::-1])
        ).mean()
        < 9
    )
    assert scan.metadata.xmp == XMP
    assert b"Acme" in (scan.metadata.exif or b"")


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_avif_has_the_right_levels_at_every_depth(bits):
    values = of_bits(bits)
    values[:40, :40], values[:40, 60:] = 0, (1 << bits) - 1
    luma = read_scan(encoded("avif", rgb(values), level=100, bitspersample=bits)).luma
    full = np.iinfo(luma.dtype).max
    assert (luma[8:32, 8:32].max(), luma[8:32, 70:100].min()) == (0, full)
    assert abs(luma / full - spread(values, bits) / full).mean() < 0.01


def test_an_avif_is_turned_only_once():
    image = Image.fromarray(rgb(GREY))
    data = saved(image, "AVIF", exif=b"Exif\0\0" + exif(6))
    scan = read_scan(data)
    assert (scan.size, scan.orientation) == ((120, 90), 1)
    result = opened(encode_picture(scan, MadePainting(scan, 0), "jpg"))
    assert (result.size, result.getexif().get(274, 1), result.getexif()[271]) == ((90, 120), 1, "Acme")


def test_the_first_frame_of_an_animated_avif():
    frames = [Image.fromarray(rgb(grey)) for grey in (GREY, 255 - GREY)]
    scan = read_scan(saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], quality=100))
    assert abs(scan.luma.astype(int) - GREY).mean() < 3


@pytest.mark.parametrize("most", [255, 256, 1023, 4095, 65535])
@pytest.mark.parametrize("colors", [1, 3])
def test_netpbm_has_the_right_levels_at_every_depth(colors, most):
    values = np.rint(DEEP / 65535 * most).astype(np.uint16)
    samples = values if colors == 1 else rgb(values)
    kind = "u1" if most < 256 else ">u2"
    data = b"P%d # a comment\n120 90\n%d\n" % (5 if colors == 1 else 6, most) + samples.astype(kind).tobytes()
    scan = read_scan(data)
    full = 255 if most < 256 else 65535
    assert scan.depth == (8 if most < 256 else 16)
    np.testing.assert_array_equal(scan.luma, np.floor(values.astype(np.float64) * full / most + 0.5))
    with pytest.raises(PictureError, match="cut off"):
        read_scan(data[:-9])


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_windows_bitmaps(mode):
    image = Image.fromarray(GREY).convert(mode)
    np.testing.assert_array_equal(read_scan(saved(image, "BMP")).luma, np.asarray(image.convert("L")))


def bitmap(bits, coding, pixels, extra=b"", height=90):
    """A Windows bitmap of 120 pixels a row; `extra` (masks or a palette) stands before the pixels."""
    head = struct.pack("<IiiHHIIiiII", 40, 120, height, 1, bits, coding, len(pixels), 2835, 2835, 0, 0)
    start = 14 + len(head) + len(extra)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + extra + pixels


PALETTE = b"".join(bytes([level, level, level, 0]) for level in range(256))
RUNS = b"".join(b"".join(bytes([1, level]) for level in row) + b"\0\0" for row in GREY[::-1]) + b"\0\1"


@pytest.mark.parametrize(
    "data",
    [
        bitmap(8, 0, GREY[::-1].tobytes(), PALETTE),
        bitmap(8, 0, GREY.tobytes(), PALETTE, height=-90),
        bitmap(8, 1, RUNS, PALETTE),
        bitmap(24, 0, rgb(GREY)[::-1].tobytes()),
        bitmap(
            32, 3, np.dstack([rgb(GREY), GREY])[::-1].tobytes(), struct.pack("<3I", 0xFF0000, 0xFF00, 0xFF)
        ),
    ],
    ids=["bottom up", "top down", "runs", "24 bits", "32 bits with masks"],
)
def test_variants_of_windows_bitmaps(data):
    np.testing.assert_array_equal(read_scan(data).luma, GREY)


def test_a_bitmap_of_another_kind_is_not_told_as_damage():
    deep = bitmap(32, 3, rgb(GREY).tobytes() + GREY.tobytes(), struct.pack("<3I", 0x3FF00000, 0xFFC00, 0x3FF))
    with pytest.raises(
        PictureError, match=r"of a kind that vermilion cannot read .*save it as TIFF or PNG"
    ) as caught:
        read_scan(deep)
    assert "damaged" not in str(caught.value)


def test_pillow_reads_under_our_limit_on_pixels_and_not_its_own(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for kind in ("BMP", "PPM", "JPEG2000"):
        data = saved(GREY, kind)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read_scan(data).size == GREY.shape
        with pytest.raises(PictureError, match="more than the allowed 9,999"):
            read_scan(data, ReadOptions(max_pixels=9_999))


COLOR = np.rint(np.dstack([DEEP, DEEP[::-1], DEEP[:, ::-1]])).astype(np.uint16)


@pytest.mark.parametrize(
    "data",
    [
        encoded("jpeg2k", COLOR, level=0, codecformat="jp2"),
        encoded("jpegxl", COLOR),
        encoded("jpeg8", COLOR >> 4, bitspersample=12),
        b"P6 120 90 65535\n" + COLOR.astype(">u2").tobytes(),
    ],
    ids=["jp2", "jxl", "jpeg", "ppm"],
)
def test_real_color_is_refused_unless_welcome(data):
    with pytest.raises(AlreadyColoredError):
        read_scan(data)
    assert read_scan(data, ReadOptions(recolor=True)).size == DEEP.shape


DAMAGED = {
    "jp2 of grey": encoded("jpeg2k", DEEP, level=0, codecformat="jp2"),
    "jp2 of colour": encoded("jpeg2k", rgb(DEEP), level=0, codecformat="jp2"),
    "jxl": encoded("jpegxl", DEEP),
    "deep jpeg": encoded("jpeg8", DEEP >> 4, bitspersample=12),
    "deep lossless jpeg": encoded("jpeg8", DEEP >> 4, bitspersample=12, lossless=True),
    "heic": DEEP_HEIC,
}


@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_is_cut_off_is_damaged(case, share):
    data = DAMAGED[case]
    with pytest.raises(PictureError, match=r"damaged|cut off"):
        read_scan(data[: int(share * len(data))])


def test_damage_within_a_deep_jpeg_is_seen():
    data = bytearray(DAMAGED["deep jpeg"])
    middle = len(data) // 2
    data[middle : middle + 200] = np.random.default_rng(1).integers(0, 255, 200, np.uint8).tobytes()
    with pytest.raises(PictureError, match=r"damaged|cut off"):
        read_scan(bytes(data))


def test_a_heic_whose_names_are_no_text_ends_no_process():
    """pi-heif 1.4 dies of a null pointer."""
    for name in (b"mime", b"Exif"):
        start = TURNED_HEIC.index(name, TURNED_HEIC.index(b"infe"))
        with pytest.raises(PictureError, match="damaged or cut off"):
            read_scan(TURNED_HEIC[:start] + b"mim\xe5" + TURNED_HEIC[start + 4 :])


def test_a_jpeg_2000_is_as_large_as_its_codestream_says_wherever_else_it_says_so():
    data = DAMAGED["jp2 of grey"]
    start = data.index(b"ihdr") + 4
    with pytest.raises(PictureError, match="claims 120 x 9000000 pixels as well"):
        read_scan(data[:start] + struct.pack(">I", 9_000_000) + data[start + 4 :])
    decoy = box(b"free", data[data.index(b"\xff\x4f\xff\x51") :][:200])
    place = data.index(b"jp2c") - 4
    huge = bytearray(data[:place] + decoy + data[place:])
    last = huge.rindex(b"\xff\x4f\xff\x51")
    huge[last + 8 : last + 16] = struct.pack(">2I", 100_000, 100_000)
    with pytest.raises(PictureError, match="claims 100,000 x 100,000 pixels"):
        read_scan(bytes(huge))


def test_reasons_take_one_line():
    hurt = bytearray(DEEP_HEIC)
    for place in range(40, len(hurt), 40):
        mutant = bytes(hurt[:place]) + b"\xaa" * 8 + bytes(hurt[place + 8 :])
        try:
            read_scan(mutant)
        except PictureError as error:
            assert "\n" not in str(error)  # noqa: PT017 - some mutants are read


@pytest.mark.parametrize(
    "head", [b"\xff\x0a", b"\xff\x0a\xff\xff", b"BM", b"P6 9", b"8BPS", b"\x0a\1\1", b"\1\xda"]
)
def test_a_head_alone_is_refused(head):
    with pytest.raises(PictureError):
        read_scan(head)


# --- refused ---


@pytest.mark.parametrize(
    ("data", "package", "called"),
    [
        (DAMAGED["jxl"], "imagecodecs", "is a JPEG XL picture"),
        (DAMAGED["jp2 of colour"], "imagecodecs", "is JPEG 2000 in colour with 16 bits per sample"),
        (DAMAGED["deep jpeg"], "imagecodecs", "is a JPEG with 12 bits per sample"),
        (DEEP_HEIC, "pi_heif", "is a HEIC picture"),
    ],
    ids=["jxl", "jp2", "jpeg", "heic"],
)
def test_without_the_extra_the_reason_and_the_cures_are_told(data, package, called, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PictureError, match=called) as caught:
        read_scan(data)
    assert "save it as TIFF or PNG" in str(caught.value)
    assert 'pip install ".[formats]"' in str(caught.value)
    assert "damaged" not in str(caught.value)


def test_grey_jpeg_2000_and_all_others_need_no_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    np.testing.assert_array_equal(read_scan(DAMAGED["jp2 of grey"]).luma, DEEP)
    for kind in ("PNG", "JPEG", "TIFF", "AVIF", "GIF", "BMP"):
        assert read_scan(saved(GREY, kind)).size == GREY.shape


@pytest.mark.parametrize(
    ("head", "called"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<?xml version='1.0'?><svg/>", r"a text \(XML\)"),
        (b"  <svg xmlns='a'/>", r"a drawing \(SVG\)"),
        (b"<!doctype html><html>", "a web page"),
        (b"PK\3\4", "an archive"),
        (b"v/1\x01", "an OpenEXR picture"),
        (b"FUJIFILMCCD-RAW ", "a raw camera file"),
        (b"II*\0\x10\0\0\0CR\2\0", "a raw camera file"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "a raw camera file"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "is a film"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "is a film"),
        (b"RIFF\0\0\0\0AVI LIST", "is a film"),
        (b"\x1aE\xdf\xa3", "a film"),
    ],
)
def test_what_is_no_picture_is_told_by_its_name(head, called):
    with pytest.raises(PictureError, match=called) as caught:
        read_scan(head + bytes(500))
    assert "damaged" not in str(caught.value)
