"""The promise of the whole program: the luma of the result is the luma of the scan, to the last bit."""

import cv2
import numpy as np
import pytest
from PIL import Image

from vermilion.color import ExactJoiner, cbcr_to_rgb, enlarge_chroma, join, join_enlarged
from vermilion.tone import luma_of_rgb

DEPTHS = [np.uint8, np.uint16]

# name: weights of R, G, B; divisor; what is added before the division
DEFINITIONS = {
    "exact, ties down": (299, 587, 114, 1000, 499),
    "exact, ties up": (299, 587, 114, 1000, 500),
    "pillow": (19595, 38470, 7471, 1 << 16, 1 << 15),
    "opencv": (9798, 19235, 3735, 1 << 15, 1 << 14),
    "older opencv": (4899, 9617, 1868, 1 << 14, 1 << 13),
}


def luma_by(definition, rgb):
    red, green, blue, divisor, half = DEFINITIONS[definition]
    wide = rgb.astype(np.int64)
    return (wide[..., 0] * red + wide[..., 1] * green + wide[..., 2] * blue + half) // divisor


def random_scan(dtype, reach, side=1000):
    rng = np.random.default_rng(7)
    luma = rng.integers(0, np.iinfo(dtype).max, (side, side), dtype, endpoint=True)
    cbcr = rng.uniform(-reach, reach, (side, side, 2)).astype(np.float32)
    return luma, cbcr


@pytest.mark.parametrize("reach", [0.02, 0.15, 0.5])
def test_luma_is_exact_for_every_definition_at_8_bit(reach):
    luma, cbcr = random_scan(np.uint8, reach)
    rgb = join(luma, cbcr)
    for definition in DEFINITIONS:
        np.testing.assert_array_equal(luma_by(definition, rgb), luma, definition)


@pytest.mark.parametrize("reach", [0.02, 0.1])
def test_luma_is_exact_for_every_definition_at_16_bit(reach):
    luma, cbcr = random_scan(np.uint16, reach, side=600)
    rgb = join(luma, cbcr)
    for definition in DEFINITIONS:
        np.testing.assert_array_equal(luma_by(definition, rgb), luma, definition)


def test_strong_colors_at_16_bit_keep_exact_and_pillow_luma_and_opencv_within_two_levels():
    luma, cbcr = random_scan(np.uint16, 0.5, side=500)
    rgb = join(luma, cbcr)
    for definition in list(DEFINITIONS)[:3]:
        np.testing.assert_array_equal(luma_by(definition, rgb), luma, definition)
    for definition in list(DEFINITIONS)[3:]:
        assert np.abs(luma_by(definition, rgb) - luma).max() <= 2


def test_the_programs_themselves_give_the_luma_back():
    luma, cbcr = random_scan(np.uint8, 0.5, side=300)
    rgb = join(luma, cbcr)
    np.testing.assert_array_equal(np.asarray(Image.fromarray(rgb).convert("L")), luma)
    np.testing.assert_array_equal(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), luma)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_luma_of_rgb_gives_the_luma_back(dtype):
    luma, cbcr = random_scan(dtype, 0.3, side=300)
    np.testing.assert_array_equal(luma_of_rgb(join(luma, cbcr)), luma)


def test_every_grey_level_keeps_its_luma_at_every_hue_and_strength():
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    hues = np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)
    luma = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 360, axis=1)
    for strength in (0.01, 0.1, 0.5):
        rgb = join(luma, np.broadcast_to(hues * np.float32(strength), (256, 360, 2)))
        for definition in DEFINITIONS:
            np.testing.assert_array_equal(luma_by(definition, rgb), luma, definition)


@pytest.mark.parametrize("dtype", DEPTHS)
def test_neutral_stays_neutral(dtype):
    luma, _ = random_scan(dtype, 0.1, side=300)
    rgb = join(luma, np.zeros((300, 300, 2), np.float32))
    for channel in range(3):
        np.testing.assert_array_equal(rgb[..., channel], luma)


def test_colors_in_gamut_are_rounded_and_nothing_more():
    rng = np.random.default_rng(1)
    luma = rng.integers(90, 160, (200, 200), np.uint8)
    cbcr = rng.uniform(-0.1, 0.1, (200, 200, 2)).astype(np.float32)
    wanted = cbcr_to_rgb(luma / np.float32(255), cbcr) * 255
    assert np.abs(join(luma, cbcr) - wanted).max() <= 1.5


def test_hue_is_kept_where_the_gamut_ends():
    luma = np.full((64, 64), 200, np.uint8)
    rng = np.random.default_rng(2)
    cbcr = rng.uniform(-0.5, 0.5, (64, 64, 2)).astype(np.float32)
    rgb = join(luma, cbcr).astype(np.float32)
    blue = (rgb[..., 2] - 200) / 1.772
    red = (rgb[..., 0] - 200) / 1.402
    sine = (blue * cbcr[..., 1] - red * cbcr[..., 0]) / np.hypot(*np.moveaxis(cbcr, -1, 0))
    assert np.abs(sine).max() <= 1.5  # in levels: the distance from the wanted hue, rounding alone


def test_join_enlarged_equals_join_of_the_enlarged_chroma():
    luma, _ = random_scan(np.uint8, 0.1, side=501)
    small = np.random.default_rng(3).uniform(-0.2, 0.2, (20, 24, 2)).astype(np.float32)
    whole = join(luma, enlarge_chroma(small, luma))
    difference = np.abs(join_enlarged(luma, small).astype(int) - whole)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 1e-3


def test_rows_of_a_joiner_are_rows_of_the_whole():
    luma, _ = random_scan(np.uint16, 0.1, side=300)
    small = np.random.default_rng(3).uniform(-0.2, 0.2, (20, 24, 2)).astype(np.float32)
    joiner = ExactJoiner(luma, small)
    strips = np.concatenate([joiner.rows(start, min(start + 70, 300)) for start in range(0, 300, 70)])
    np.testing.assert_array_equal(strips, join_enlarged(luma, small))
    np.testing.assert_array_equal(luma_of_rgb(strips), luma)


def test_arguments_are_left_alone():
    luma, cbcr = random_scan(np.uint8, 0.5, side=50)
    luma.setflags(write=False)
    cbcr.setflags(write=False)
    join(luma, cbcr)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1)])
def test_tiny_pictures(size):
    luma = np.full(size, 100, np.uint8)
    rgb = join_enlarged(luma, np.full((2, 3, 2), 0.1, np.float32))
    assert rgb.shape == (*size, 3)
    np.testing.assert_array_equal(luma_of_rgb(rgb), luma)


def half_where_bright(luma, chroma):
    """Made up: another space in which bright colours are half as strong."""
    assert chroma.shape == (2, *luma.shape)
    return np.where(luma > 99, chroma / 2, chroma).astype(np.float32)


def test_chroma_is_converted_for_the_luma_that_it_is_joined_to():
    luma, cbcr = random_scan(np.uint8, 0.05, 300)
    rgb = ExactJoiner(luma, cbcr, half_where_bright).rows(10, 200)
    wanted = join(luma, np.moveaxis(half_where_bright(luma, np.moveaxis(cbcr, -1, 0)), 0, -1))[10:200]
    assert np.abs(rgb.astype(int) - wanted).max() <= 1
    part = ExactJoiner(luma, cbcr, half_where_bright).window(slice(10, 40), slice(60, 90))
    assert np.abs(part.astype(int) - wanted[:30, 60:90]).max() <= 1
    assert np.abs(join(luma, cbcr)[10:200].astype(int) - wanted).max() > 3
