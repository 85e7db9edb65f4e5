import numpy as np
import pytest

from tests.evaluation.conftest import picture
from vermilion.color import cbcr_to_rgb, rgb_to_cbcr
from vermilion.evaluation import SrgbPicture, compare, interval, resamples
from vermilion.evaluation.figures import MEANS, means_of
from vermilion.tone import luma_of_rgb, shrunk

TRUE = SrgbPicture(picture(3))
GREY = SrgbPicture(np.repeat(luma_of_rgb(TRUE.rgb)[..., None], 3, axis=2).astype(np.uint8))


def test_the_truth_is_perfect() -> None:
    row = compare(TRUE, TRUE)
    assert (row.ab_err, row.ciede2000, row.psnr) == (0, 0, 100)
    assert (row.corr, row.corr_c, row.ssim) == pytest.approx((1, 1, 1))
    assert row.cf_res == row.cf_ref > 0


def test_grey_gets_what_grey_gets() -> None:
    row = compare(TRUE, GREY)
    assert row.ab_err == pytest.approx(row.ab_err_grey, abs=0.01)
    assert (row.corr, row.corr_c, row.cf_res) == (0, 0, 0)
    assert row.ciede2000 > 1


def test_half_the_colour_points_the_right_way() -> None:
    luma = luma_of_rgb(TRUE.rgb) / np.float32(255)
    half = cbcr_to_rgb(luma, rgb_to_cbcr(TRUE.rgb / np.float32(255)) / 2)
    row = compare(TRUE, SrgbPicture(np.rint(np.clip(half, 0, 1) * 255).astype(np.uint8)))
    assert row.corr > 0.95
    assert 0.4 < row.ab_err / row.ab_err_grey < 0.65
    assert 0.4 < row.cf_res / row.cf_ref < 0.65


def test_means_count_every_picture_the_same() -> None:
    one, other = (SrgbPicture(picture(seed, (96, 80))) for seed in (5, 6))
    rows = [compare(TRUE, TRUE), compare(one, other)]
    means, ratio, intervals = means_of(rows)
    for name in MEANS:
        values = [getattr(row, name) for row in rows]
        assert getattr(means, name) == pytest.approx(np.mean(values))
        low, high = intervals[name]
        assert min(values) - 1e-9 <= low <= getattr(means, name) <= high <= max(values) + 1e-9
    assert ratio == pytest.approx((rows[0].cf_res + rows[1].cf_res) / (rows[0].cf_ref + rows[1].cf_ref))
    assert set(intervals) == {*MEANS, "cf_ratio"}


def test_a_grey_truth_has_no_ratio() -> None:
    _, ratio, intervals = means_of([compare(GREY, TRUE)])
    assert ratio is None
    assert "cf_ratio" not in intervals


def test_an_interval_of_a_mean_is_about_two_standard_errors() -> None:
    values = np.random.default_rng(1).normal(10, 3, 400)
    low, high = interval(values[resamples(400)].mean(axis=1))
    assert low == pytest.approx(values.mean() - 1.96 * values.std() / 20, abs=0.05)
    assert high == pytest.approx(values.mean() + 1.96 * values.std() / 20, abs=0.05)


def test_views_are_reduced_and_never_enlarged() -> None:
    assert TRUE.small_ab.shape == (64, 64, 2)
    np.testing.assert_allclose(TRUE.small_ab.mean((0, 1)), TRUE.ab.mean((0, 1)), atol=1e-3)
    assert TRUE.small_lab.shape == (48, 64, 3)
    assert SrgbPicture(picture(1, (512, 256))).small_lab.shape == (128, 256, 3)
    assert shrunk(TRUE.rgb, 1.5) is TRUE.rgb
