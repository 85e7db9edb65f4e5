"""Suggestions: distinct colours with probabilities, from odds that are known."""

import numpy as np
import pytest

from vermilion.guidance.variants import suggest_colors

BINS = [(float(a), float(b)) for a in range(-40, 50, 10) for b in range(-40, 50, 10)]


def odds(shares):
    return np.array([shares.get(bin_, 0) for bin_ in BINS], np.float32)


def test_neighbouring_bins_are_one_color():
    (one,) = suggest_colors(odds({(20, 20): 0.6, (20, 30): 0.2, (30, 20): 0.2}), BINS, 0.5, 5)
    assert one.ab == pytest.approx((22, 22), abs=0.7)
    assert one.probability == pytest.approx(1)


def test_distinct_colors_come_likeliest_first():
    found = suggest_colors(odds({(-20, 0): 0.3, (20, 20): 0.5, (0, -30): 0.2}), BINS, 0.5, 5)
    assert [round(each.probability, 2) for each in found] == [0.5, 0.3, 0.2]
    assert [each.ab for each in found] == [
        pytest.approx(ab, abs=0.7) for ab in ((20, 20), (-20, 0), (0, -30))
    ]
    assert found == suggest_colors(odds({(-20, 0): 0.3, (20, 20): 0.5, (0, -30): 0.2}), BINS, 0.5, 3)
    assert found[:2] == suggest_colors(odds({(-20, 0): 0.3, (20, 20): 0.5, (0, -30): 0.2}), BINS, 0.5, 2)


def test_what_is_as_good_as_ruled_out_is_not_suggested():
    assert len(suggest_colors(odds({(20, 20): 0.995, (-30, -30): 0.005}), BINS, 0.5, 5)) == 1


def test_in_the_dark_there_are_fewer_colors():
    even = np.full(len(BINS), 1 / len(BINS), np.float32)
    assert len(suggest_colors(even, BINS, 0.02, 20)) < len(suggest_colors(even, BINS, 0.5, 20))
    assert sum(each.probability for each in suggest_colors(even, BINS, 0.5, 100)) == pytest.approx(
        1, abs=0.05
    )


def test_black_has_one_color():
    even = np.full(len(BINS), 1 / len(BINS), np.float32)
    (one,) = suggest_colors(even, BINS, 0.0, 5)
    assert one.color == "#000000"
