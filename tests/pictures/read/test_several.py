"""Several pictures in one file: animated PNG, and JPEG's Multi-Picture Format. TIFF is in test_modes.py."""

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import MadePainting, color_picture, grey_picture, saved
from vermilion.errors import AlreadyColoredError, PictureError
from vermilion.pictures import ReadOptions, encode_picture, read_scan
from vermilion.pictures.jpeg.segments import APP2, parse_jpeg
from vermilion.pictures.metadata.values import Density, DensityUnit

GREYS = [grey_picture(61, 83, seed=seed) for seed in range(4)]
CHUNK = 12  # bytes of a PNG's chunk around its body


def animation(pictures=GREYS, **options):
    images = [Image.fromarray(picture) for picture in pictures]
    return saved(images[0], "PNG", save_all=True, append_images=images[1:], **options)


def stereo(second=GREYS[1]):
    images = [Image.fromarray(picture) for picture in (GREYS[0], second)]
    return saved(images[0], "MPO", save_all=True, append_images=images[1:], quality=95)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def announcing(data, frames):
    start = data.index(b"acTL") - 4
    return data[:start] + chunk(b"acTL", struct.pack(">II", frames, 0)) + data[start + CHUNK + 8 :]


def page(source, number, **options):
    return read_scan(source, ReadOptions(page=number, **options))


@pytest.mark.parametrize("options", [{}, {"default_image": True}, {"blend": 1}])
def test_every_picture_of_an_animation_is_a_page(options, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(animation(**options))
    for source in (path, path.read_bytes()):
        for number, grey in enumerate(GREYS, 1):
            scan = page(source, number)
            assert (scan.page, scan.pages, scan.depth) == (number, 4, 8)
            np.testing.assert_array_equal(scan.luma, grey)
            assert scan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(PictureError, match="has 4 pages, so there is no page 5"):
        page(path, 5)


def test_a_picture_that_changes_in_part_is_laid_over_those_before_it():
    changed = GREYS[0].copy()
    changed[20:30, 40:60] = 7
    scan = page(animation([GREYS[0], changed]), 2)
    np.testing.assert_array_equal(scan.luma, changed)


def test_what_an_animation_tells_of_itself_is_told_of_each_picture():
    scan = page(animation(dpi=(300, 300)), 2)
    assert scan.metadata.density == Density(300, 300, DensityUnit.INCH)
    assert read_scan(encode_picture(scan, MadePainting(scan, 0), "png"), ReadOptions(recolor=True)).pages == 1


def test_transparency_of_a_later_picture_is_kept():
    levels = [np.dstack([grey, grey[::-1]]) for grey in GREYS[:2]]
    scan = page(animation(levels, blend=0), 2)
    np.testing.assert_array_equal(scan.luma, GREYS[1])
    np.testing.assert_array_equal(scan.alpha, GREYS[1][::-1])


def test_a_later_picture_in_real_color_is_refused_unless_welcome():
    data = animation([np.dstack([GREYS[0]] * 3), color_picture(61, 83)])
    assert page(data, 1).pages == 2
    with pytest.raises(AlreadyColoredError):
        page(data, 2)
    assert page(data, 2, recolor=True).size == (61, 83)


@pytest.mark.parametrize(("announced", "pages"), [(2, 2), (4, 4), (1_000_000, 4), (0, 1)])
def test_announced_pictures_count_as_far_as_they_are_there(announced, pages):
    assert read_scan(announcing(animation(), announced)).pages == pages


def test_a_still_picture_may_stand_before_the_animation():
    data = animation(GREYS[:2], default_image=True)
    assert read_scan(data).pages == 2
    assert read_scan(announcing(data, 0)).pages == 1


def test_a_torn_picture_of_an_animation_is_refused():
    data = animation()
    torn = data[: data.rindex(b"fdAT") + 40]
    assert read_scan(torn).pages == 4
    with pytest.raises(PictureError, match="damaged or cut off"):
        page(torn, 4)


@pytest.mark.parametrize("blend", [0, 1])
def test_later_pictures_of_sixteen_bits_are_refused_and_the_first_is_not(blend):
    deep = [grey_picture(61, 83, np.uint16, seed) for seed in (0, 1)]
    data = animation(deep, blend=blend)
    np.testing.assert_array_equal(page(data, 1).luma, deep[0])
    with pytest.raises(PictureError, match="16 bits per sample, of which only page 1 can be read"):
        page(data, 2)


def test_both_pictures_of_a_stereo_pair_are_pages(tmp_path):
    data = stereo()
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    pair = Image.open(io.BytesIO(data))
    for number in (1, 2):
        pair.seek(number - 1)
        for source in (data, path):
            scan = page(source, number)
            assert (scan.page, scan.pages, scan.format) == (number, 2, "jpeg")
            np.testing.assert_array_equal(scan.luma, np.asarray(pair))
            assert scan.sha256 == hashlib.sha256(data).hexdigest()
        result = encode_picture(scan, MadePainting(scan), "jpg")
        assert not any(parse_jpeg(result).payloads(APP2, b"MPF\0"))
        found = read_scan(result, ReadOptions(recolor=True))
        assert found.pages == 1
        np.testing.assert_array_equal(found.luma, scan.luma)


def test_a_smaller_companion_is_no_page():
    assert read_scan(stereo(GREYS[1][::2, ::2].copy())).pages == 1


@pytest.mark.parametrize("cut", [1, 100])
def test_a_companion_that_is_not_there_is_no_page(cut):
    data = stereo()
    second = data.rindex(b"\xff\xd8\xff")
    assert read_scan(data[: second + cut]).pages == 1


def test_a_second_picture_that_is_cut_off_is_refused_and_the_first_is_not():
    torn = stereo()[:-200]
    np.testing.assert_array_equal(page(torn, 1).luma, page(stereo(), 1).luma)
    with pytest.raises(PictureError, match="is cut off"):
        _ = page(torn, 2).luma


@pytest.mark.parametrize("changed", [4, 8, 12, 20, 30, 44, 62])
def test_a_damaged_list_of_pictures_does_no_harm(changed):
    data = bytearray(stereo())
    place = data.index(b"MPF\0") + changed
    data[place : place + 2] = b"\xff\xff"
    assert read_scan(bytes(data)).pages in (1, 2)
