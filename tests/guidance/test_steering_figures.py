"""The figures of the steering benchmark that are easily got wrong."""

import numpy as np
import pytest

from benchmarks.reliability import auc, calibration_error, fit_calibration, plot, spread
from benchmarks.steering import strength_over


def test_a_score_that_orders_all_and_one_that_says_nothing():
    right = np.array([False, False, True, True])
    assert auc(np.array([0.1, 0.2, 0.3, 0.4]), right) == 1
    assert auc(np.array([0.4, 0.3, 0.2, 0.1]), right) == 0
    assert auc(np.ones(4), right) == 0.5
    assert auc(np.array([0.1, 0.3, 0.2, 0.4]), right) == 0.75
    assert np.isnan(auc(np.ones(2), np.array([True, True])))


def test_confidence_that_is_the_share_of_right_ones_has_no_error():
    sure, right = np.repeat([0.25, 0.75], 4), np.array([1, 0, 0, 0, 1, 1, 1, 0], bool)
    assert calibration_error(sure, right) == pytest.approx(0)
    assert calibration_error(np.ones(8), right) == pytest.approx(0.5)
    assert calibration_error(np.zeros(8), right) == pytest.approx(0.5)


def test_the_plot_has_its_dots_where_they_belong():
    sure, right = np.repeat([0.25, 0.75], 400), np.tile([True, True, True, False], 200)
    picture = plot(sure, right)
    red = (picture == (52, 66, 227)).all(axis=-1)
    for said, true in ((0.25, 0.75), (0.75, 0.75)):
        assert red[40 + round(320 * (1 - true)), 40 + round(320 * said)]
    assert not red[40 + 240, 40 + 80]


def test_a_calibration_that_is_known_is_found():
    """Cells that are right by a probability which the confidence overstates where colours are vivid."""
    random = np.random.default_rng(0)
    sure, chroma = random.uniform(0.02, 0.98, 200_000), random.uniform(0, 60, 200_000)
    logit = 0.8 * np.log(sure / (1 - sure)) + 0.3 - 0.9 * (chroma / 20) + 0.2 * (chroma / 20) ** 2
    right = random.random(len(sure)) < 1 / (1 + np.exp(-logit))
    assert fit_calibration(sure, chroma, right) == pytest.approx((0.8, 0.3, -0.9, 0.2), abs=0.05)
    assert all(np.isfinite(fit_calibration(sure, np.zeros_like(chroma), right)))


def test_a_global_tint_is_no_diversity():
    ab = np.random.default_rng(0).normal(0, 20, (8, 8, 2)).astype(np.float32)
    assert spread([ab, ab + 30]) == pytest.approx(0, abs=1e-4)
    assert spread([ab, -ab]) > 10
    assert spread([ab]) == 0


def test_colors_that_come_out_stronger_than_given_show():
    given = np.random.default_rng(0).normal(0, 20, (8, 8, 2)).astype(np.float32)
    assert strength_over(given, given * 1.25) == pytest.approx(1.25)
    assert strength_over(np.zeros_like(given), given * 0) == 0
    assert strength_over(np.zeros_like(given), np.full_like(given, 3)) == pytest.approx(3 * 2**0.5)
