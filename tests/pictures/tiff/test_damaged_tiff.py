"""TIFFs and GIFs: damage of samples is refused, oddities of what is said about them are not."""

import struct

import numpy as np
import pytest
import pyvips

from tests.pictures.made import MadePainting, grey_picture, saved
from tests.pictures.made_tiff import tiff
from vermilion.errors import PictureError
from vermilion.pictures import ReadOptions, encode_picture, read_scan
from vermilion.pictures.metadata.values import Density, DensityUnit

GREY = grey_picture(200, 300)
WIDTH, STRIPS, LENGTHS, UNIT = 256, 273, 279, 296


def refused(data):
    with pytest.raises(PictureError) as caught:
        read_scan(data, ReadOptions(recolor=True)).luma  # noqa: B018
    assert "\n" not in str(caught.value)
    return str(caught.value)


def entries_of(data):
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    return [data[start + 2 + 12 * n : start + 14 + 12 * n] for n in range(count)]


def tag_of(entry):
    return struct.unpack_from("<H", entry)[0]


def with_entries(data, entries):
    """A little-endian TIFF with another directory, at its end."""
    data += bytes(len(data) % 2)
    table = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + table


def entry(tag, kind, count, value):
    return struct.pack("<HHI", tag, kind, count) + (
        value if isinstance(value, bytes) else struct.pack("<I", value)
    )


ODDITIES = {
    "tags not in order": lambda old: old[::-1],
    "a tag twice": lambda old: [old[0], *old],
    "a text without an end": lambda old: [*old, entry(305, 2, 4, b"abcd")],
    "an unknown unit": lambda old: [*old, entry(UNIT, 3, 1, 9)],
    "an unknown tag of an unknown type": lambda old: [*old, entry(65000, 20, 1, 5)],
    "no length of its strip": lambda old: [e for e in old if tag_of(e) != LENGTHS],
    "a length of nothing": lambda old: [e if tag_of(e) != LENGTHS else entry(LENGTHS, 4, 1, 0) for e in old],
}


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("coding", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_odd_tags_are_no_damage(oddity, coding):
    if oddity == "a length of nothing" and coding != "raw":
        return  # only samples as they are have a length that need not be told
    plain = saved(GREY, "TIFF", compression=coding)
    odd = with_entries(plain, ODDITIES[oddity](entries_of(plain)))
    np.testing.assert_array_equal(read_scan(odd).luma, read_scan(plain).luma)
    assert read_scan(odd).metadata.density == read_scan(plain).metadata.density or "unit" in oddity


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_samples_that_are_cut_off_are_not_taken_from_elsewhere(bits):
    """What is written behind a file to read it again must not be taken for its samples."""
    values = np.random.default_rng(0).integers(0, 1 << bits, (64, 48))
    whole = tiff(values, bits)
    length = 16 * 48 * bits // 8  # of a strip; there are four
    start = 8 + 3 * length
    place = whole.rindex(struct.pack("<I", start))
    moved = whole[:place] + struct.pack("<I", len(whole)) + whole[place + 4 :] + whole[start : start + length]
    np.testing.assert_array_equal(read_scan(moved).luma, read_scan(whole).luma)
    for missing in (1, 20, 100):
        assert "damaged or cut off" in refused(moved[:-missing])


@pytest.mark.parametrize("compression", ["none", "deflate", "lzw", "jpeg"])
def test_damaged_tiles_are_refused(compression):
    image = pyvips.Image.new_from_array(GREY)
    data = image.tiffsave_buffer(tile=True, tile_width=64, tile_height=64, compression=compression)
    assert read_scan(data).size == GREY.shape
    assert "cut off" in refused(data[: len(data) * 6 // 10])
    if compression == "none":
        return
    for place in (len(data) // 3, len(data) // 2):
        damaged = data[:place] + bytes(b ^ 0x5A for b in data[place : place + 24]) + data[place + 24 :]
        assert "damaged" in refused(damaged) or "cut off" in refused(damaged)


def test_a_few_bytes_that_claim_to_be_enormous():
    image = pyvips.Image.new_from_array(np.full((64, 64), 200, np.uint8))
    data = bytearray(image.tiffsave_buffer(tile=True, tile_width=64, tile_height=64, compression="deflate"))
    (start,) = struct.unpack_from("<I", data, 4)
    for n in range(struct.unpack_from("<H", data, start)[0]):
        place = start + 2 + 12 * n
        if tag_of(data[place:]) in (256, 257, 322, 323):  # its only tile is as large as the picture
            data[place : place + 12] = entry(tag_of(data[place:]), 4, 1, 8192)
    assert "damaged or cut off" in refused(bytes(data))


@pytest.mark.parametrize("interlace", [0, 1])
def test_a_gif_with_too_few_samples_is_refused(interlace):
    data = saved(GREY, "GIF", interlace=interlace)
    assert read_scan(data).size == GREY.shape
    place = len(data) * 2 // 3
    for damaged in (data[:place], data[:place] + bytes(60) + data[place + 60 :], data[:place] + b"\0;"):
        assert "damaged" in refused(damaged)


def test_a_resolution_that_no_file_can_tell_is_limited_and_said():
    fine = struct.pack("<II", 4_000_000_000, 1)
    plain = saved(GREY, "TIFF")
    at = len(plain)
    odd = with_entries(plain + fine, [*entries_of(plain), entry(282, 5, 1, at), entry(283, 5, 1, at)])
    scan = read_scan(odd)
    assert scan.metadata.density == Density(54_546_084, 54_546_084, DensityUnit.INCH)
    assert "resolution" in scan.notes[0]
    for kind in ("png", "jpg", "tif", "webp"):
        assert encode_picture(scan, MadePainting(scan), kind)


def in_strips(data, change):
    """A TIFF of strips of 64 rows, whose starts, lengths and width are changed."""
    old = {tag_of(e): e for e in entries_of(data)}
    starts, lengths = (
        list(struct.unpack_from("<4I", data, struct.unpack_from("<I", old[tag], 8)[0]))
        for tag in (STRIPS, LENGTHS)
    )
    width = change(starts, lengths) or 300
    end = len(data) + len(data) % 2
    data += bytes(len(data) % 2) + struct.pack("<8I", *starts, *lengths)
    new = {
        WIDTH: entry(WIDTH, 4, 1, width),
        STRIPS: entry(STRIPS, 4, 4, end),
        LENGTHS: entry(LENGTHS, 4, 4, end + 16),
    }
    return with_entries(data, [(old | new)[tag] for tag in sorted(old)])


def without_one(starts, lengths):
    starts[1] = lengths[1] = 0


@pytest.mark.parametrize("coding", ["raw", "tiff_deflate"])
def test_a_strip_that_is_missing_is_not_made_black(coding):
    whole = saved(GREY, "TIFF", compression=coding, tiffinfo={278: 64})
    np.testing.assert_array_equal(read_scan(in_strips(whole, lambda *_: None)).luma, GREY)
    assert "lacks 1 of the 4 parts" in refused(in_strips(whole, without_one))
    if coding != "raw":  # whose lengths follow from its rows
        assert "damaged" in refused(in_strips(whole, lambda _, lengths: lengths.__setitem__(1, 0)))


def test_a_wrong_width_of_plain_samples_is_damage():
    whole = saved(GREY, "TIFF", compression="raw", tiffinfo={278: 64})
    assert "do not fit its width" in refused(in_strips(whole, lambda *_: 301))
