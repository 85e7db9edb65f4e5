"""What a PNG says of its codes: the network sees the tone that is shown, and every result shows it, too."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.pictures.made import MadePainting, grey_picture, opened, saved
from tests.pictures.made_profiles import gamma, grey_profile
from vermilion.pictures import encode_picture, read_scan

GREY, DEEP = grey_picture(61, 83), grey_picture(61, 83, np.uint16)
RAMP = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
P3 = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def gama(value):
    return (b"gAMA", struct.pack(">I", round(value * 100_000)))


def chrm(points):
    return (b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points)))


def cicp(primaries, transfer, full=1):
    return (b"cICP", bytes([primaries, transfer, 0, full]))


def png(grey, *chunks, **options):
    data = saved(grey, "PNG", **options)
    return data[:33] + b"".join(chunk(*each) for each in chunks) + data[33:]


def to_srgb(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def chunks_of(data):
    position, found = 8, dict[bytes, bytes]()
    while position < len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        found.setdefault(name, data[position + 8 : position + 8 + length])
        position += length + 12
    return found


def as_shown(codes, transfer):
    """sRGB of codes 0..1 by a transfer function, straight from its definition."""
    if transfer == "pq":
        root = codes ** (1 / 78.84375)
        light = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
        return to_srgb(np.minimum(light ** (1 / 0.1593017578125) * 10_000 / 203, 1))
    if transfer == "709":
        return to_srgb(np.where(codes < 0.081, codes / 4.5, ((codes + 0.099) / 1.099) ** (1 / 0.45)))
    return to_srgb(codes**transfer)


CASES = {
    "gamma 1.0": ([gama(1)], 1.0),
    "gamma 1.8": ([gama(1 / 1.8)], 1.8),
    "gamma 1.8 of P3": ([gama(1 / 1.8), chrm(P3)], 1.8),
    "cICP linear": ([cicp(1, 8)], 1.0),
    "cICP linear before a gamma": ([cicp(1, 8), gama(1 / 1.8)], 1.0),
    "cICP of P3, gamma 2.8": ([cicp(12, 5)], 2.8),
    "cICP BT.709": ([cicp(1, 1)], "709"),
    "cICP PQ": ([cicp(9, 16)], "pq"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("grey", [GREY, DEEP], ids=["8", "16"])
def test_the_network_sees_the_tone_that_is_shown(case, grey):
    chunks, transfer = CASES[case]
    plain, scan = read_scan(png(grey)), read_scan(png(grey, *chunks))
    np.testing.assert_array_equal(scan.luma, grey)
    codes = plain.preview(grey.shape)
    assert abs(scan.preview(grey.shape) - as_shown(codes.astype(np.float64), transfer)).max() < 0.002
    assert abs(scan.preview(grey.shape) - codes).max() > 0.02


@pytest.mark.parametrize("case", CASES)
def test_a_png_carries_the_chunks_and_no_profile_beside_them(case):
    scan = read_scan(png(GREY, *CASES[case][0]))
    found = chunks_of(encode_picture(scan, MadePainting(scan, 0), "png"))
    assert b"iCCP" not in found
    for name, body in CASES[case][0]:
        assert found[name] == body


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["tif", "jpg", "webp"])
def test_other_formats_get_a_profile_that_shows_the_same_greys(kind, case):
    chunks, transfer = CASES[case]
    scan = read_scan(png(GREY, *chunks))
    icc = opened(encode_picture(scan, MadePainting(scan, 0), kind)).info["icc_profile"]
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    ramp = Image.fromarray(np.repeat(RAMP[..., None], 3, -1))
    shown = np.asarray(ImageCms.profileToProfile(ramp, profile, ImageCms.createProfile("sRGB")))
    wanted = as_shown(RAMP / 255, transfer) * 255
    assert abs(shown - wanted[..., None]).max() < 2.5


def test_black_and_white_of_the_narrow_range_lie_at_16_and_235():
    scan = read_scan(png(RAMP, cicp(1, 13, full=0)))
    shown = scan.preview(RAMP.shape)[0]
    wanted = np.clip((np.arange(256) - 16) / 219, 0, 1)
    assert abs(shown - wanted).max() < 0.002


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0.45455)],
        [gama(0.45455), chrm((0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06))],
        [(b"sRGB", b"\0"), gama(1 / 1.8)],
        [cicp(1, 13)],
    ],
)
def test_what_is_srgb_needs_no_profile_and_stays_said(chunks):
    scan = read_scan(png(GREY, *chunks))
    assert scan.colors.space is None
    assert scan.metadata.icc is None
    found = chunks_of(encode_picture(scan, MadePainting(scan, 0), "png"))
    assert {name: found.get(name) for name, _ in chunks} == dict(chunks)


def test_a_profile_counts_more_than_a_gamma_and_less_than_cicp():
    icc = grey_profile(gamma(2.8))
    with_gamma = read_scan(png(GREY, gama(1), icc_profile=icc))
    alone = read_scan(png(GREY, icc_profile=icc))
    np.testing.assert_array_equal(with_gamma.preview((20, 30)), alone.preview((20, 30)))
    found = chunks_of(encode_picture(with_gamma, MadePainting(with_gamma, 0), "png"))
    assert found[b"gAMA"] == gama(1)[1]
    assert b"iCCP" in found
    linear = read_scan(png(GREY, cicp(1, 8), icc_profile=icc))
    np.testing.assert_array_equal(
        linear.preview((20, 30)), read_scan(png(GREY, cicp(1, 8))).preview((20, 30))
    )


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(0)],
        [(b"gAMA", b"\0")],
        [gama(1 / 1.8), chrm((0.3, 0) * 4)],
        [cicp(2, 8)],
        [cicp(1, 200)],
        [(b"cICP", bytes([1, 8, 1, 1]))],
    ],
)
def test_what_cannot_be_followed_changes_nothing(chunks):
    scan = read_scan(png(GREY, *chunks))
    np.testing.assert_array_equal(scan.preview((20, 30)), read_scan(png(GREY)).preview((20, 30)))


def test_an_image_of_pillows_is_seen_as_its_file_is():
    for chunks in ([gama(1)], [gama(1 / 1.8), chrm(P3)], [(b"sRGB", b"\0"), gama(1)]):
        data = png(GREY, *chunks)
        from_file, from_image = read_scan(data), read_scan(opened(data))
        np.testing.assert_array_equal(from_file.preview((20, 30)), from_image.preview((20, 30)))
