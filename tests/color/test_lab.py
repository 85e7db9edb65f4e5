import numpy as np
import pytest

from vermilion.color import (
    ab_to_cbcr,
    cbcr_to_ab,
    cbcr_to_rgb,
    fit_gamut,
    lab_to_rgb,
    rgb_to_cbcr,
    rgb_to_lab,
)
from vermilion.tone import LUMA_WEIGHTS, linear_of_srgb, srgb_of_linear

# sRGB codes and their CIELAB as scikit-image 0.26 gives it (D65, 2 degrees).
REFERENCE = [
    ((255, 0, 0), (53.2406, 80.0942, 67.2015)),
    ((0, 255, 0), (87.7351, -86.1813, 83.1775)),
    ((0, 0, 255), (32.2957, 79.1870, -107.8617)),
    ((255, 255, 255), (100.0, -0.0025, 0.0047)),
    ((0, 0, 0), (0.0, 0.0, 0.0)),
    ((128, 128, 128), (53.5850, -0.0015, 0.0028)),
    ((226, 179, 153), (76.5039, 13.4261, 19.7828)),
    ((3, 5, 9), (1.3334, 0.0331, -1.6978)),
]


@pytest.mark.parametrize(("rgb", "lab"), REFERENCE)
def test_lab_equals_scikit_images(rgb, lab):
    np.testing.assert_allclose(rgb_to_lab(np.array(rgb, np.float32) / 255), lab, atol=1e-2)


def random_rgb(low=0.0, high=1.0):
    return np.random.default_rng(4).uniform(low, high, (100, 100, 3)).astype(np.float32)


def test_lab_there_and_back():
    rgb = random_rgb()
    np.testing.assert_allclose(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=1e-4)


def test_lab_there_and_back_beyond_the_gamut():
    rgb = random_rgb(-0.3, 1.3)
    np.testing.assert_allclose(lab_to_rgb(rgb_to_lab(rgb)), rgb, atol=1e-3)


def test_tone_curve_there_and_back():
    encoded = np.linspace(-1.2, 1.2, 1001, dtype=np.float32)
    np.testing.assert_allclose(srgb_of_linear(linear_of_srgb(encoded)), encoded, atol=1e-5)
    np.testing.assert_allclose(linear_of_srgb(np.array([0.5])), 0.2140411, atol=1e-6)


def test_results_are_float32():
    rgb = random_rgb()
    luma = rgb @ np.array(LUMA_WEIGHTS, np.float32)
    lab = rgb_to_lab(rgb)
    for result in (lab, lab_to_rgb(lab), ab_to_cbcr(luma, lab[..., 1:]), cbcr_to_ab(luma, rgb_to_cbcr(rgb))):
        assert result.dtype == np.float32


def test_chroma_there_and_back():
    rgb = random_rgb()
    luma = rgb @ np.array(LUMA_WEIGHTS, np.float32)
    np.testing.assert_allclose(cbcr_to_rgb(luma, rgb_to_cbcr(rgb)), rgb, atol=1e-5)
    np.testing.assert_allclose(cbcr_to_ab(luma, rgb_to_cbcr(rgb)), rgb_to_lab(rgb)[..., 1:], atol=1e-2)


def test_ab_becomes_chroma_of_the_same_color_for_usual_colors():
    rgb = random_rgb(0.3, 0.7)
    luma = rgb @ np.array(LUMA_WEIGHTS, np.float32)
    cbcr = ab_to_cbcr(luma, rgb_to_lab(rgb)[..., 1:])
    np.testing.assert_allclose(cbcr, rgb_to_cbcr(rgb), atol=1e-3)


def test_no_color_is_no_chroma():
    luma = np.linspace(0, 1, 256, dtype=np.float32)[None]
    np.testing.assert_allclose(ab_to_cbcr(luma, np.zeros((1, 256, 2), np.float32)), 0, atol=1e-4)


def test_fit_gamut_keeps_hue_and_reaches_the_gamut():
    rng = np.random.default_rng(5)
    luma = rng.random((80, 80), dtype=np.float32)
    cbcr = rng.uniform(-0.5, 0.5, (80, 80, 2)).astype(np.float32)
    fitted = fit_gamut(luma, cbcr)
    rgb = cbcr_to_rgb(luma, fitted)
    assert rgb.min() >= -1e-5
    assert rgb.max() <= 1 + 1e-5
    cross = fitted[..., 0] * cbcr[..., 1] - fitted[..., 1] * cbcr[..., 0]
    np.testing.assert_allclose(cross, 0, atol=1e-6)


def test_fit_gamut_leaves_colors_in_gamut_alone():
    rgb = random_rgb(0.05, 0.95)
    luma = rgb @ np.array(LUMA_WEIGHTS, np.float32)
    cbcr = rgb_to_cbcr(rgb)
    np.testing.assert_array_equal(fit_gamut(luma, cbcr), cbcr)
