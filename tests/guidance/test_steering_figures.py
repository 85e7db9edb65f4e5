"""The figures of the steering benchmark that are easily got wrong."""

import numpy as np
import pytest

from benchmarks.reliability import auc, calibration_error, spread


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


def test_a_global_tint_is_no_diversity():
    ab = np.random.default_rng(0).normal(0, 20, (8, 8, 2)).astype(np.float32)
    assert spread([ab, ab + 30]) == pytest.approx(0, abs=1e-4)
    assert spread([ab, -ab]) > 10
    assert spread([ab]) == 0
