"""JPEG to JPEG: the result carries the scan's own luma coefficients, bit for bit."""

import io
import struct
from typing import Any

import cv2
import jpeglib
import numpy as np
import pytest
import simplejpeg
from PIL import Image

from tests.pictures.made import MadePainting, grey_picture, opened, saved
from vermilion.errors import OutputError
from vermilion.pictures import (
    ReadOptions,
    SaveOptions,
    encode_picture,
    read_scan,
)
from vermilion.pictures.jpeg.decode import decode, eighths_for, open_jpeg
from vermilion.pictures.jpeg.segments import parse_jpeg
from vermilion.pictures.read import jpeg as jpeg_reader
from vermilion.pictures.write import jpeg as jpeg_writer
from vermilion.pictures.write import options as save_options

CODINGS: dict[str, dict[str, Any]] = {
    "plain": {"quality": 85},
    "progressive": {"quality": 85, "progressive": True},
    "optimised": {"quality": 60, "optimize": True},
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "restarts": {"quality": 90, "restart_marker_blocks": 3},
    "one table": {"qtables": [list(range(1, 65))]},
}


def luma_coefficients(jpeg, tmp_path):
    path = tmp_path / "read.jpg"
    path.write_bytes(jpeg)
    read = jpeglib.read_dct(str(path))
    return read.Y.copy(), read.qt[read.quant_tbl_no[0]].copy()


def colored(jpeg, **options):
    scan = read_scan(jpeg)
    return encode_picture(scan, MadePainting(scan), "jpg", SaveOptions(**options))


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [(203, 151), (16, 16), (7, 9), (1, 1)])
def test_luma_coefficients_and_table_come_back_bit_for_bit(size, mode, coding, tmp_path):
    scan = saved(Image.fromarray(grey_picture(*size)).convert(mode), "JPEG", **CODINGS[coding])
    result = colored(scan)
    for found, wanted in zip(
        luma_coefficients(result, tmp_path), luma_coefficients(scan, tmp_path), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(
        simplejpeg.decode_jpeg(result, "GRAY"), simplejpeg.decode_jpeg(scan, "GRAY")
    )


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_decoder_reads_the_result_alike_and_sees_the_colors(mode, coding):
    image = Image.fromarray(grey_picture(203, 151)).convert(mode)
    result = colored(saved(image, "JPEG", **CODINGS[coding]))
    seen = np.asarray(opened(result))
    by_opencv = cv2.imdecode(np.frombuffer(result, np.uint8), cv2.IMREAD_COLOR)
    assert by_opencv is not None
    np.testing.assert_array_equal(cv2.cvtColor(by_opencv, cv2.COLOR_BGR2RGB), seen)
    np.testing.assert_array_equal(simplejpeg.decode_jpeg(result), seen)
    scan = read_scan(result, ReadOptions(recolor=True))
    blue, red = MadePainting(scan).chroma_planes(subsampled=False)
    planes = np.asarray(Image.open(io.BytesIO(result)).convert("YCbCr")).astype(int)
    assert np.median(abs(planes[..., 1] - blue)) <= 2
    assert np.median(abs(planes[..., 2] - red)) <= 2


@pytest.mark.parametrize(("subsampling", "wanted"), [(None, (2, 2)), (0, (1, 1)), (1, (2, 2)), (2, (2, 2))])
def test_chroma_is_halved_unless_the_scan_had_it_in_full(subsampling, wanted):
    mode, options = ("L", {}) if subsampling is None else ("RGB", {"subsampling": subsampling})
    result = colored(saved(Image.fromarray(grey_picture()).convert(mode), "JPEG", **options))
    first = parse_jpeg(result).frame.components[0]
    assert (first.across, first.down) == wanted


def test_without_jpeglib_a_scan_in_color_is_refused_unless_inexact_greys_are_allowed(tmp_path, monkeypatch):
    image = Image.fromarray(grey_picture(1500, 1500)).convert("RGB")
    scan = saved(image, "JPEG", quality=88)
    monkeypatch.setattr(jpeg_writer, "can_carry_luma", lambda: False)
    with pytest.raises(OutputError, match=r"this machine has none; save as PNG, or allow inexact greys"):
        colored(scan)
    found, table = luma_coefficients(colored(scan, allow_inexact=True), tmp_path)
    wanted, own_table = luma_coefficients(scan, tmp_path)
    np.testing.assert_array_equal(table, own_table)
    assert (found == wanted).mean() >= 0.995


def test_a_grey_jpeg_needs_no_jpeglib_and_nothing_else_is_inexact_for_being_allowed(tmp_path, monkeypatch):
    for mode, there in (("L", False), ("RGB", True)):
        scan = saved(Image.fromarray(grey_picture()).convert(mode), "JPEG", quality=88)
        monkeypatch.setattr(jpeg_writer, "can_carry_luma", lambda there=there: there)
        found, _ = luma_coefficients(colored(scan, allow_inexact=True), tmp_path)
        np.testing.assert_array_equal(found, luma_coefficients(scan, tmp_path)[0])


@pytest.mark.parametrize(
    ("there", "allowed", "stays"), [(True, False, True), (False, False, False), (False, True, True)]
)
def test_a_jpeg_stays_one_where_it_can_be_exact_or_need_not_be(there, allowed, stays, monkeypatch):
    monkeypatch.setattr(save_options, "can_carry_luma", lambda: there)
    assert SaveOptions(allow_inexact=allowed).jpeg_stays == stays


def test_a_jpeg_stored_as_rgb_is_encoded_again():
    data = saved(Image.fromarray(grey_picture()).convert("RGB"), "JPEG", keep_rgb=True, quality=95)
    scan = read_scan(data)
    result = encode_picture(scan, MadePainting(scan), "jpg")
    luma = simplejpeg.decode_jpeg(result, "GRAY")[..., 0].astype(int)
    assert abs(luma - scan.luma).max() <= 6


def test_cmyk_is_read_as_pillow_reads_it():
    image = Image.fromarray(grey_picture()).convert("CMYK")
    data = saved(image, "JPEG", quality=95)
    scan = read_scan(data)
    wanted = np.asarray(opened(data).convert("L")).astype(int)
    assert abs(scan.luma.astype(int) - wanted).max() <= 1
    assert encode_picture(scan, MadePainting(scan), "jpg")[:2] == b"\xff\xd8"


def test_luma_of_other_scans_is_nearly_exact():
    scan = read_scan(grey_picture())
    result = encode_picture(scan, MadePainting(scan), "jpg")
    luma = simplejpeg.decode_jpeg(result, "GRAY")[..., 0].astype(int)
    assert abs(luma - scan.luma).mean() <= 1


def test_rubbish_after_the_picture_and_fill_bytes_do_no_harm(tmp_path):
    plain = saved(grey_picture(), "JPEG")
    padded = plain[:2] + b"\xff\xff" + plain[2:] + b"rubbish"
    found, _ = luma_coefficients(colored(padded), tmp_path)
    np.testing.assert_array_equal(found, luma_coefficients(plain, tmp_path)[0])


def test_a_wide_quantisation_table_survives(tmp_path):
    plain = saved(grey_picture(), "JPEG", quality=75)
    start = plain.index(b"\xff\xdb")
    table = plain[start + 5 : start + 69]
    wide = b"\xff\xdb" + struct.pack(">HB", 2 + 129, 0x10) + struct.pack(">64H", *table)
    scan = plain[:start] + wide + plain[start + 69 :]
    found, found_table = luma_coefficients(colored(scan), tmp_path)
    wanted, wanted_table = luma_coefficients(scan, tmp_path)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(found_table, wanted_table)


@pytest.mark.parametrize("size", [(203, 151), (64, 333), (7, 9)])
@pytest.mark.parametrize("wanted", [(1, 1), (12, 19), (25, 20), (40, 60), (400, 400)])
def test_the_size_of_a_reduced_decode_is_known_before(size, wanted):
    data = saved(Image.fromarray(grey_picture(*size)), "JPEG")
    jpeg = open_jpeg(data, parse_jpeg(data), "a.jpg")
    full = jpeg.frame.height, jpeg.frame.width
    decoded = decode(jpeg, "GRAY", wanted)
    assert decoded.shape[:2] == tuple(-(-side * eighths_for(jpeg, wanted) // 8) for side in full)


def test_sizes_that_take_the_same_reduced_decode_are_decoded_once(monkeypatch):
    jpeg = saved(Image.fromarray(grey_picture(203, 151)), "JPEG")
    alone = [read_scan(jpeg).preview(size) for size in ((40, 30), (150, 110))] + [read_scan(jpeg).luma]
    sizes = []

    def counted(*arguments: Any) -> Any:
        sizes.append(arguments[2:])
        return decode(*arguments)

    monkeypatch.setattr(jpeg_reader, "decode", counted)
    scan = read_scan(jpeg)
    together = [scan.preview(size) for size in ((40, 30), (41, 31), (150, 110))] + [scan.luma]
    assert sizes == [((40, 30),), ((150, 110),)]
    for one, other in zip(alone, (together[0], *together[2:]), strict=True):
        np.testing.assert_array_equal(one, other)
