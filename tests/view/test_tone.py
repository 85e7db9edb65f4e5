"""Contrast for the network's view."""

from itertools import pairwise

import numpy as np
import pytest

from vermilion.view import UNCHANGED, find_tone


@pytest.mark.parametrize(("low", "high"), [(110, 185), (0, 60), (150, 240), (10, 50), (205, 255)])
def test_a_small_range_becomes_a_full_one(low: float, high: float) -> None:
    luma = np.linspace(low / 255, high / 255, 200 * 200, dtype=np.float32).reshape(200, 200)
    seen = find_tone(luma)(luma)
    assert np.percentile(seen, [0.2, 50, 99.8]) == pytest.approx([0.02, 0.5, 0.98], abs=0.04)


def test_a_full_range_stays_as_it_is() -> None:
    luma = np.linspace(0.1, 0.9, 10_000, dtype=np.float32).reshape(100, 100)
    assert find_tone(luma) == UNCHANGED
    assert UNCHANGED(luma) is luma


def _fading(base: np.ndarray) -> list[np.ndarray]:
    return [(0.5 + base * span).astype(np.float32) for span in np.arange(0.40, 0.66, 0.002)]


def test_there_is_no_jump_at_the_limit() -> None:
    """A film that fades by half a level a frame: what the network sees moves by no more than four levels."""
    base = np.linspace(-0.5, 0.5, 10_000, dtype=np.float32).reshape(100, 100)
    seen = [find_tone(luma)(luma) for luma in _fading(base)]
    steps = [np.abs(after - before).max() for before, after in pairwise(seen)]
    assert max(steps) < 4 / 255


def test_specks_and_edges_count_for_nothing() -> None:
    luma = np.linspace(0.4, 0.6, 40_000, dtype=np.float32).reshape(200, 200)
    plain = find_tone(luma)
    spoilt = luma.copy()
    spoilt[:3], spoilt[:, -3:] = 1, 0
    for y, x in np.random.default_rng(1).integers(10, 190, (300, 2)):
        spoilt[y, x] = 1
    tone = find_tone(spoilt)
    assert tone.gain == pytest.approx(plain.gain, rel=0.03)
    assert tone.offset == pytest.approx(plain.offset, abs=0.05)


def test_noise_of_a_blank_sheet_is_not_blown_up() -> None:
    blank = np.random.default_rng(2).normal(0.9, 0.002, (100, 100)).astype(np.float32)
    assert find_tone(blank) == UNCHANGED
    assert find_tone(np.full((50, 70), 0.8, np.float32)) == UNCHANGED


def test_sixteen_bits_are_as_fine_as_they_were() -> None:
    codes = np.linspace(30_000, 38_000, 40_000).reshape(200, 200).astype(np.uint16)
    luma = (codes / 65535).astype(np.float32)
    seen = find_tone(luma)(luma)
    assert len(np.unique(np.rint(seen * 255))) > 120
