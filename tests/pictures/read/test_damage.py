"""Damage is always reported, and what only looks like damage is read."""

import io
import struct
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import MadePainting, grey_picture, saved
from tests.pictures.made_jpegs import ODD_CHROMA, lossless_jpeg
from vermilion.errors import PictureError
from vermilion.pictures import ReadOptions, encode_picture, read_scan
from vermilion.pictures.jpeg.segments import APP2, DHT, DQT, SOS, Segment, join_jpeg, parse_jpeg
from vermilion.tone import reduce_finely

ANY = ReadOptions(recolor=True)


def refused(data):
    """The sentence that refuses it, wherever in reading it is met."""
    with pytest.raises(PictureError) as caught:
        read_scan(data, ANY).luma  # noqa: B018
    message = str(caught.value)
    assert "\n" not in message
    return message


def luma(data):
    scan = read_scan(data, ANY)
    scan.preview((20, 30))
    return scan.luma


def rgb_picture():
    grey = grey_picture(200, 300)
    return Image.fromarray(np.stack([grey, np.roll(grey, 3, 0), np.roll(grey, 5, 1)], -1))


def with_coded(data, change):
    """A JPEG whose last scan's coded data are changed."""
    file = parse_jpeg(data)
    *others, last = file.segments
    return join_jpeg([*others, replace(last, coded=change(last.coded))])


GREY = saved(grey_picture(200, 300), "JPEG", quality=85)
HEAD = parse_jpeg(GREY).segments[0].to_bytes()  # JFIF's


@pytest.mark.parametrize("shape", [(300, 420), (300, 420, 3)])
def test_a_lossless_jpeg_is_decoded_whole(shape, tmp_path):
    """libjpeg ignores that a smaller picture is wanted, and would write beyond the array for it."""
    grey = grey_picture(*shape[:2])
    picture = grey if len(shape) == 2 else np.repeat(grey[..., None], 3, 2)
    path = tmp_path / "lossless.jpg"
    path.write_bytes(lossless_jpeg(picture))
    code = (
        "import sys; from vermilion.pictures import read_scan; s = read_scan(sys.argv[1]);"
        " p = s.preview((16, 24)); print(p.mean(), s.luma.mean())"
    )
    told = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    np.testing.assert_allclose([float(n) for n in told.stdout.split()][1], grey.mean())
    scan = read_scan(path)
    np.testing.assert_array_equal(scan.luma, grey)
    np.testing.assert_allclose(scan.preview((16, 24)), reduce_finely(grey, (16, 24)), atol=1e-6)
    result = encode_picture(scan, MadePainting(scan, 0.1), "jpg")
    assert Image.open(io.BytesIO(result)).size == (420, 300)


def test_a_jpeg_in_a_coding_that_is_not_read_says_so():
    start = GREY.index(b"\xff\xc0")
    for change, what in (
        (GREY[: start + 4] + b"\x0c" + GREY[start + 5 :], "12 bits per sample"),
        (GREY[: start + 1] + b"\xc5" + GREY[start + 2 :], "hierarchical"),
        (GREY[: start + 1] + b"\xf7" + GREY[start + 2 :], "JPEG-LS"),
    ):
        assert what in refused(change)
        assert "damaged" not in refused(change)
        assert "which vermilion cannot read" in refused(change)


def test_what_looks_like_markers_in_a_jpeg_ls_is_no_damage():
    """It stuffs a bit behind 0xFF, not a byte."""
    start = GREY.index(b"\xff\xc0")
    coded = b"\xff\x12\0\4\1\2\3\4\xff\x7f\0\2\5"
    whole = GREY[: start + 1] + b"\xf7" + GREY[start + 2 : -2] + coded + b"\xff\xd9"
    assert "JPEG-LS" in refused(whole)
    assert "damaged" not in refused(whole)


JUNK = {
    "five bytes": HEAD + b"\1\2\3\4\5",
    "stuffed bytes": HEAD + b"\xff\0\xff\0",
    "stuffed and more": HEAD + b"\xff\0\0\2",
    "a length too short": HEAD[:2] + struct.pack(">H", 13) + HEAD[4:],
    "a length of nothing": HEAD + b"\xff\xfe\0\0",
    "behind the first marker": b"\0\0" + HEAD,
    "fill bytes": b"\xff\xff" + HEAD,
}


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("junk", JUNK)
def test_junk_between_segments_is_skipped(junk, mode):
    plain = GREY if mode == "L" else saved(rgb_picture().convert(mode), "JPEG")
    file = parse_jpeg(plain)
    first, rest = file.segments[0].to_bytes(), file.segments[1:]
    inside = JUNK[junk] if mode != "CMYK" else JUNK[junk].replace(HEAD, first)
    odd = b"\xff\xd8" + inside + join_jpeg(rest)[2:]
    np.testing.assert_array_equal(luma(odd), luma(plain))
    assert read_scan(odd, ANY).sha256 == read_scan(io.BytesIO(odd).getvalue(), ANY).sha256


def test_junk_is_not_carried_into_the_result():
    odd = b"\xff\xd8" + JUNK["five bytes"] + join_jpeg(parse_jpeg(GREY).segments[1:])[2:]
    odd = odd[:-2] + b"\0" * 30 + odd[-2:]
    scan = read_scan(odd)
    result = encode_picture(scan, MadePainting(scan, 0.1), "jpg")
    np.testing.assert_array_equal(luma(result), scan.luma)


@pytest.mark.parametrize("numbers", [[(0, 1)], [(2, 1)], [(1, 2)], [(1, 2), (1, 2)], [(1, 3), (2, 3)]])
def test_a_profile_with_wrong_numbers_is_left_out_and_said(numbers):
    file = parse_jpeg(GREY)
    parts = [Segment(APP2, b"ICC_PROFILE\0" + bytes(pair) + b"profile" * 9) for pair in numbers]
    odd = join_jpeg([file.segments[0], *parts, *file.segments[1:]])
    np.testing.assert_array_equal(luma(odd), luma(GREY))
    scan = read_scan(odd)
    assert scan.metadata.icc is None
    assert "profile" in scan.notes[0]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"progressive": True},
        {"optimize": True},
        {"restart_marker_blocks": 3},
        {"restart_marker_rows": 1, "progressive": True},
        {"subsampling": 0},
        {"subsampling": 1},
        {"quality": 100},
        {"quality": 1},
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_sound_jpegs_are_read(options, mode):
    picture = rgb_picture().convert(mode)
    data = saved(picture, "JPEG", **options)
    image = Image.open(io.BytesIO(data))
    image.draft("L" if mode == "RGB" else mode, image.size)  # libjpeg's own luma
    expected = image.convert("RGB").convert("L")
    for sound in (data, data + b"trailing" * 100, data + data, data[:-2] + b"\0" * 64 + data[-2:]):
        if {"optimize", "progressive"} & options.keys() and sound[-3] == 0:
            continue  # there zeros may be blocks
        assert np.abs(luma(sound).astype(int) - np.asarray(expected)).max() <= 4


def test_unknown_versions_and_transforms_are_forgiven():
    newer = GREY.replace(b"JFIF\0\1", b"JFIF\0\3", 1)
    start = GREY.index(b"\xff\xda")
    end_of_scan = start + 10  # length, 1 component, its number and tables, then 0, 63, 0
    assert GREY[end_of_scan - 3 : end_of_scan] == bytes((0, 63, 0))
    parameters = GREY[: end_of_scan - 3] + bytes((0, 0, 0)) + GREY[end_of_scan:]
    adobe = saved(rgb_picture().convert("CMYK"), "JPEG")
    place = adobe.index(b"Adobe") + 11
    for odd, plain in ((newer, GREY), (parameters, GREY), (adobe[:place] + b"\7" + adobe[place + 1 :], None)):
        got = luma(odd)
        if plain is not None:
            np.testing.assert_array_equal(got, luma(plain))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("oddity", ["", "junk", "newer"])
def test_lost_synchronisation_is_damage_even_behind_an_oddity(mode, oddity):
    """libjpeg tells its first warning only."""
    data = saved(rgb_picture().convert(mode), "JPEG")
    if mode != "CMYK":
        data = {
            "": data,
            "junk": data[:2] + b"\1\2" + data[2:],
            "newer": data.replace(b"JFIF\0\1", b"JFIF\0\3"),
        }[oddity]
    elif oddity:
        data = data[:2] + b"\1\2" + data[2:]
    middle = len(data) * 2 // 3
    shorter = data[:middle] + data[middle + 40 :]
    longer = data[:middle] + data[middle - 60 : middle] + data[middle:]
    for damaged in (shorter, longer):
        assert "damaged" in refused(damaged) or "cut off" in refused(damaged)


def test_zeros_behind_the_last_block_are_damage_where_they_may_be_blocks():
    flat = grey_picture(200, 300)
    flat[100:] = 200
    data = saved(flat, "JPEG", optimize=True)
    assert "extraneous" in refused(with_coded(data, lambda coded: coded + b"\0" * 20))


def test_a_lost_scan_is_damage():
    progressive = saved(rgb_picture(), "JPEG", progressive=True)
    scans = [i for i in range(len(progressive)) if progressive.startswith(b"\xff\xda", i)]
    for place in (scans[0], scans[1], scans[-1]):
        lost = progressive[: place + 1] + b"\xea" + progressive[place + 2 :]
        assert "damaged" in refused(lost) or "cut off" in refused(lost)
    file = parse_jpeg(progressive)
    kept = [s for s in file.segments if s.marker != SOS or 1 in s.payload[1 : 1 + 2 * s.payload[0] : 2]]
    assert kept  # the scans of luma alone
    last_of_all = [s for s in kept if s.marker != SOS or s.payload[0] == 1]
    assert "component" in refused(join_jpeg(last_of_all))


def test_a_jpeg_that_claims_more_than_it_holds_is_refused_before_it_is_decoded(monkeypatch):
    start = GREY.index(b"\xff\xc0") + 5
    claims = GREY[:start] + struct.pack(">HH", 10_000, 10_000) + GREY[start + 4 :]
    monkeypatch.setattr("vermilion.pictures.read.jpeg.decode", None)
    assert "10,000 x 10,000" in refused(claims)


def test_chroma_of_an_odd_size_is_read_and_its_damage_seen():
    image = Image.open(io.BytesIO(ODD_CHROMA))
    image.draft("L", image.size)
    np.testing.assert_array_equal(luma(ODD_CHROMA), np.asarray(image.convert("L")))
    middle = len(ODD_CHROMA) - 90
    for damaged in (
        ODD_CHROMA[:middle] + ODD_CHROMA[middle + 20 :],
        ODD_CHROMA[:middle] + ODD_CHROMA[middle - 40 :],
    ):
        assert "damaged" in refused(damaged) or "cut off" in refused(damaged)


def test_damaged_tables_are_refused():
    file = parse_jpeg(GREY)

    def changed(marker, change):
        at = next(i for i, s in enumerate(file.segments) if s.marker == marker)
        new = replace(file.segments[at], payload=change(file.segments[at].payload))
        return join_jpeg([*file.segments[:at], new, *file.segments[at + 1 :]])

    twice = changed(DHT, lambda table: table[:18] + table[17:18] + table[19:])
    assert "twice" in refused(twice)
    start = GREY.index(b"\xff\xdb") + 4
    shifted = GREY[: start + 20] + GREY[start + 40 : start + 43] + GREY[start + 20 :]  # the length stays
    assert "table" in refused(shifted)
    assert changed(DQT, bytes) == GREY
