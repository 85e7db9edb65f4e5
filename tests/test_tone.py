import cv2
import numpy as np
import pytest
from PIL import Image

from vermilion.tone import (
    linear_of_srgb,
    luma_of_rgb,
    reduce_finely,
    reduce_luma,
    reduce_to_bytes,
    shrunk,
    srgb_of_linear,
    to_eight_bits,
    unit_range,
)


def test_luma_equals_pillows():
    rgb = np.random.default_rng(0).integers(0, 256, (601, 499, 3), np.uint8)
    np.testing.assert_array_equal(luma_of_rgb(rgb), np.asarray(Image.fromarray(rgb).convert("L")))


def test_luma_of_16_bit_is_weighed_the_same_way():
    rgb = np.random.default_rng(0).integers(0, 65536, (60, 50, 3), np.uint16)
    rgb[0, 0] = 65535
    wide = rgb.astype(np.int64) @ np.array([19595, 38470, 7471])
    luma = luma_of_rgb(rgb)
    assert luma.dtype == np.uint16
    np.testing.assert_array_equal(luma, (wide + 32768) >> 16)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_reduction_is_the_mean_over_areas(dtype):
    maximum = np.iinfo(dtype).max
    luma = np.random.default_rng(1).integers(0, maximum, (80, 120), dtype, endpoint=True)
    mean = luma.reshape(20, 4, 30, 4).mean(axis=(1, 3)) / maximum
    reduced = reduce_luma(luma, (20, 30))
    assert reduced.dtype == np.float32
    np.testing.assert_allclose(reduced, mean, atol=0.51 / 255)


def test_reduction_of_floats_and_of_nothing():
    luma = np.random.default_rng(1).random((40, 60), dtype=np.float32)
    np.testing.assert_array_equal(reduce_luma(luma, (40, 60)), luma)
    np.testing.assert_allclose(
        reduce_luma(luma, (20, 30)), luma.reshape(20, 2, 30, 2).mean((1, 3)), atol=1e-6
    )


@pytest.mark.parametrize("size", [(7, 9), (64, 2), (1, 50)])
def test_sides_may_grow(size):
    luma = np.random.default_rng(1).integers(0, 256, (3, 5), np.uint8)
    reduced = reduce_luma(luma, size)
    assert reduced.shape == size
    assert reduced.min() >= 0
    assert reduced.max() <= 1


def test_unit_range_copies():
    luma = np.ones((2, 2), np.float32)
    assert unit_range(luma) is not luma
    np.testing.assert_array_equal(unit_range(np.array([[0, 65535]], np.uint16)), [[0, 1]])


def test_luma_takes_pictures_with_alpha_and_of_no_width():
    rgba = np.random.default_rng(0).integers(0, 256, (40, 30, 4), np.uint8)
    np.testing.assert_array_equal(luma_of_rgb(rgba), luma_of_rgb(rgba[..., :3]))
    assert luma_of_rgb(np.zeros((4, 0, 3), np.uint8)).shape == (4, 0)


def test_every_level_of_sixteen_bits_is_rounded_to_the_nearest_of_eight():
    levels = np.arange(65536, dtype=np.uint16)
    np.testing.assert_array_equal(to_eight_bits(levels), np.rint(levels / 257))
    eight = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_eight_bits(eight), eight)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_curves_undo_each_other_in_either_precision(dtype):
    codes = np.linspace(-1.2, 1.2, 1001, dtype=dtype)
    light = linear_of_srgb(codes)
    assert light.dtype == dtype
    np.testing.assert_allclose(srgb_of_linear(light), codes, atol=1e-6)
    assert linear_of_srgb(dtype(0.5) * np.ones(1, dtype))[0] == pytest.approx(0.2140411, abs=1e-6)


def test_fine_means_are_not_rounded_to_levels():
    luma = np.tile(np.array([[10, 11], [11, 11]], np.uint8), (10, 15))
    assert reduce_finely(luma, (10, 15))[3, 4] == pytest.approx(10.75 / 255)
    assert reduce_luma(luma, (10, 15))[3, 4] == pytest.approx(11 / 255)
    assert reduce_finely(luma, luma.shape)[0, 0] == pytest.approx(10 / 255)
    large = np.tile(luma, (8, 8))
    np.testing.assert_allclose(reduce_finely(large, (16, 24)), 10.75 / 255, atol=0.26 / 255)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(10, 15), (13, 27), (40, 60), (1, 1), (39, 60)])
def test_means_in_bytes_are_rounded_once(dtype, size):
    luma = np.random.default_rng(3).integers(0, np.iinfo(dtype).max, (40, 60), dtype, endpoint=True)
    levels = luma.astype(np.float64) * (255 / np.iinfo(dtype).max)
    exact = cv2.resize(levels, size[::-1], interpolation=cv2.INTER_AREA)
    reduced = reduce_to_bytes(luma, size)
    assert reduced.dtype == np.uint8
    assert reduced.shape == size
    assert np.abs(reduced - exact).max() <= 0.501
    assert reduce_to_bytes(luma, (80, 60)).shape == (80, 60)


def test_a_picture_is_shrunk_and_never_enlarged():
    picture = np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8)
    small = shrunk(picture, 0.5)
    assert small.shape == (20, 30, 3)
    mean = picture.reshape(20, 2, 30, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - mean).max() <= 0.5
    assert shrunk(picture, 1.5) is picture
    assert shrunk(picture, 0.001).shape == (1, 1, 3)
