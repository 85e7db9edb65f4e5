"""Photoshop files: the composite is the one page, of 1, 8 and 16 bits, raw and packed."""

import struct

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import MadePainting, color_picture, grey_picture, opened
from tests.pictures.made_profiles import gamma, grey_profile
from vermilion.errors import AlreadyColoredError, PictureError
from vermilion.pictures import ReadOptions, encode_picture, read_scan

GREY, DEEP = grey_picture(45, 67), grey_picture(45, 67, np.uint16)
MODES = {1: 1, 3: 3}


def packed(row):
    """PackBits without any packing: runs of at most 128 bytes as they are."""
    return b"".join(
        bytes([len(part) - 1]) + part for part in (row[i : i + 128] for i in range(0, len(row), 128))
    )


def resource(number, content):
    return b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + bytes(len(content) % 2)


def psd(planes, mode, *, coding=0, version=1, layers=0, resources=b"", bits=None):
    """A file of planes [C, H, W]; `layers` is the count that stands in the part on layers."""
    planes = np.asarray(planes)
    bits = bits or 8 * planes.dtype.itemsize
    head = b"8BPS" + struct.pack(">H6xHIIHH", version, len(planes), *planes.shape[1:], bits, mode)
    word = ">Q" if version == 2 else ">I"
    told = struct.pack(word, 4) + struct.pack(">hH", layers, 0) if layers else b""
    sections = bytes(4) + struct.pack(">I", len(resources)) + resources + struct.pack(word, len(told)) + told
    if bits == 1:
        rows = [np.packbits(row == 0).tobytes() for plane in planes for row in plane]
    else:
        rows = [row.astype(row.dtype.newbyteorder(">")).tobytes() for plane in planes for row in plane]
    if coding:
        rows = [packed(row) for row in rows]
        rows.insert(0, struct.pack(f">{len(rows)}{'I' if version == 2 else 'H'}", *map(len, rows)))
    return head + sections + struct.pack(">H", coding) + b"".join(rows)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("coding", [0, 1])
@pytest.mark.parametrize("grey", [GREY, DEEP], ids=["8", "16"])
@pytest.mark.parametrize("mode", [1, 3])
def test_the_composite_is_the_only_page(mode, grey, coding, version, tmp_path):
    path = tmp_path / "a.psd"
    path.write_bytes(psd([grey] * MODES[mode], mode, coding=coding, version=version, layers=3))
    for source in (path, path.read_bytes()):
        scan = read_scan(source)
        np.testing.assert_array_equal(scan.luma, grey)
        assert (scan.page, scan.pages, scan.format, scan.alpha) == (1, 1, "psd", None)
        assert scan.notes == ()
        with pytest.raises(PictureError, match="has 1 page, so there is no page 2"):
            read_scan(source, ReadOptions(page=2))


def test_pillow_reads_the_same(tmp_path):
    path = tmp_path / "a.psd"
    for mode in (1, 3):
        path.write_bytes(psd([GREY] * MODES[mode], mode, coding=1))
        with Image.open(path) as image:
            np.testing.assert_array_equal(read_scan(path).luma, np.asarray(image.convert("L")))


def test_black_and_white():
    scan = read_scan(psd([(GREY > 99).astype(np.uint8)], 0, bits=1))
    np.testing.assert_array_equal(scan.luma, (GREY > 99) * np.uint8(255))


def test_only_what_the_layers_say_is_transparency():
    planes = [DEEP, DEEP[::-1]]
    scan = read_scan(psd(planes, 1, layers=-2))
    np.testing.assert_array_equal(scan.alpha, DEEP[::-1])
    scan = read_scan(psd(planes, 1, layers=2))
    assert scan.alpha is None
    assert scan.notes == ("1 further channel of the file left out",)


def test_what_the_file_says_of_itself_is_kept():
    iptc = b"\x1c\x02\x78\x00\x03abc"
    found = {0x0404: iptc, 0x040F: grey_profile(gamma(1.8)), 0x0424: b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"}
    found[0x03ED] = struct.pack(">IHHIHH", 300 << 16, 1, 1, 300 << 16, 1, 1)
    scan = read_scan(psd([GREY], 1, resources=b"".join(resource(n, c) for n, c in found.items())))
    assert scan.metadata.xmp == found[0x0424]
    assert iptc in (scan.metadata.iptc or b"")
    assert scan.metadata.density is not None
    assert scan.metadata.density.across == 300
    assert scan.colors.space is not None
    result = opened(encode_picture(scan, MadePainting(scan, 0), "tif"))
    assert result.info["dpi"] == (300, 300)
    assert result.info["icc_profile"]


def test_real_color_is_refused_unless_welcome():
    data = psd(np.moveaxis(color_picture(45, 67), -1, 0), 3)
    with pytest.raises(AlreadyColoredError):
        read_scan(data)
    assert read_scan(data, ReadOptions(recolor=True)).size == (45, 67)


def test_other_kinds_of_eight_bits_go_through_pillow():
    inks = psd([GREY, GREY, GREY, np.full_like(GREY, 255)], 4)
    assert abs(read_scan(inks).luma.astype(int) - GREY).max() <= 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (psd([DEEP] * 4, 4), "in CMYK, Lab or several inks with 16 bits per sample"),
        (psd([DEEP.astype(np.float32)], 1), "with 32 bits per sample"),
        (psd([GREY], 1, resources=resource(0x0421, bytes(5))), "holds layers and no composite"),
    ],
)
def test_what_is_not_read_is_refused_with_its_reason(data, reason):
    with pytest.raises(PictureError, match=reason) as caught:
        read_scan(data)
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("coding", [0, 1])
def test_a_file_that_is_cut_off_is_damaged(coding):
    data = psd([DEEP], 1, coding=coding)
    for length in (20, 40, len(data) // 2, len(data) - 9):
        with pytest.raises(PictureError, match=r"damaged|cut off"):
            read_scan(data[:length])


def test_more_pixels_than_allowed_are_refused_before_they_are_decoded():
    with pytest.raises(PictureError, match="more than the allowed 1,000"):
        read_scan(psd([GREY], 1), ReadOptions(max_pixels=1000))
