"""What the network did not follow of a hint: it arrives, spreads over its object and stops at edges."""

import numpy as np
import pytest

from vermilion.guidance import Box, Hint, Stroke, draw_hints, goals_of, settle_hints

GRID = (24, 32)
SIZE = (96, 128)
PAINTED = (10.0, 8.0)


def settled(hints, luma=None, painted=None):
    luma = np.full(GRID, 0.5, np.float32) if luma is None else luma
    painted = np.full((*GRID, 2), PAINTED, np.float32) if painted is None else painted
    goals = goals_of(draw_hints(hints, SIZE, GRID), luma, painted)
    return settle_hints(goals, luma, painted), goals


def away(ab, color):
    return np.linalg.norm(ab - color, axis=-1)


def two_halves():
    """Dark on the left, light on the right."""
    luma = np.full(GRID, 0.3, np.float32)
    luma[:, 16:] = 0.7
    return luma


def test_without_hints_nothing_changes():
    ab, _ = settled([])
    np.testing.assert_array_equal(ab, np.full((*GRID, 2), PAINTED, np.float32))


def test_a_color_arrives_where_it_was_put():
    ab, goals = settled([Hint(40, 48, (-20, 15)), Hint(100, 80, "grey", radius=12)])
    assert away(ab[12, 10], (-20, 15)) < 0.5
    assert away(ab[20, 25], (0, 0)) < 0.5
    np.testing.assert_allclose(goals.miss(ab), 0, atol=0.5)


def test_it_spreads_and_fades_with_distance():
    ab, _ = settled([Hint(20, 48, (-20, 15))])
    far = away(ab[12, 6:], (-20, 15))
    assert (np.diff(far) > -1e-4).all()
    assert far[2] < 3
    assert away(ab[12, 31], PAINTED) < 0.5


@pytest.mark.parametrize("edge", ["luma", "color"])
def test_it_stops_at_edges(edge):
    luma, painted = np.full(GRID, 0.5, np.float32), np.full((*GRID, 2), PAINTED, np.float32)
    if edge == "luma":
        luma = two_halves()
    else:
        painted[:, 16:] = (-30, 30)
    ab, _ = settled([Hint(56, 48, (20, -15))], luma, painted)
    assert away(ab[12, 15], painted[12, 15]) > 15, "this side of the edge"
    assert away(ab[12, 17], painted[12, 17]) < 1, "and beyond"


def test_hints_side_by_side_do_not_mix():
    ab, _ = settled([Box(20, 20, 60, 60, (30, 10)), Box(60, 20, 100, 60, (-20, 15))])
    assert away(ab[10, 14], (30, 10)) < 0.5
    assert away(ab[10, 15], (-20, 15)) < 0.5


def test_a_dab_within_a_large_stroke_keeps_its_say():
    """However many cells there are, each hint has some from which it spreads."""
    ab, goals = settled([Stroke(((0, 48), (127, 48)), (20, 10), width=90), Hint(64, 48, (-20, 15))])
    assert away(ab[12, 16], (-20, 15)) < 0.5
    np.testing.assert_allclose(goals.miss(ab), 0, atol=0.5)


def test_half_the_strength_settles_half_way():
    ab, _ = settled([Hint(40, 48, (-20, 14), strength=0.5)])
    assert away(ab[12, 10], (-5, 11)) < 0.5


def test_what_is_painted_beyond_the_gamut_arrives_too():
    painted = np.full((*GRID, 2), (90, -90), np.float32)
    ab, goals = settled([Hint(40, 48, (12, -10))], painted=painted)
    np.testing.assert_allclose(goals.miss(ab), 0, atol=0.5)


def test_large_pictures_are_done_in_parts(monkeypatch):
    hints = [Hint(40, 48, (-20, 15)), Hint(100, 80, "grey")]
    whole, _ = settled(hints)
    monkeypatch.setattr("vermilion.guidance.settle._AT_ONCE", 100)
    parts, _ = settled(hints)
    np.testing.assert_allclose(parts, whole, atol=1e-4)
