import numpy as np
import pytest
from PIL import Image

from vermilion.color import luma_of_rgb, reduce_luma, unit_range


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
