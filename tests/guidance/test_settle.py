"""What the network did not follow of a hint: it arrives, is carried on over its thing and stops at edges."""

import numpy as np

from vermilion.guidance import Box, Hint, Stroke
from vermilion.guidance.canvas import Appearance, draw_hints, existing_ab, goals_of, reach_of, settle_hints

GRID = (24, 32)
SIZE = (96, 128)
PAINTED = (10.0, 8.0)
ALIKE = Appearance(3 * (np.ones((1, *GRID), np.float32),), GRID)


def settled(hints, luma=None, painted=None):
    luma = np.full(GRID, 0.5, np.float32) if luma is None else luma
    painted = np.full((*GRID, 2), PAINTED, np.float32) if painted is None else painted
    drawing = draw_hints(hints, SIZE, GRID)
    goals = goals_of(drawing, luma, painted)
    return settle_hints(hints, goals, reach_of(drawing.owner, luma, ALIKE), luma, painted, painted), goals


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


def test_it_is_carried_on_over_its_thing_and_stops_at_its_edge():
    ab, _ = settled([Hint(30, 48, (-20, 15))], two_halves())
    whole = np.linalg.norm(np.subtract(PAINTED, (-20, 15)))
    assert away(ab[:, :15], (-20, 15)).max() < 0.5 * whole
    assert away(ab[:, 17:], PAINTED).max() < 0.5


def test_hints_side_by_side_do_not_mix():
    ab, _ = settled([Box(20, 20, 60, 60, (30, 10)), Box(60, 20, 100, 60, (-20, 15))])
    assert away(ab[10, 14], (30, 10)) < 0.5
    assert away(ab[10, 15], (-20, 15)) < 0.5


def test_a_dab_within_a_large_stroke_keeps_its_say():
    ab, goals = settled([Stroke(((0, 48), (127, 48)), (20, 10), width=90), Hint(64, 48, (-20, 15))])
    assert away(ab[12, 16], (-20, 15)) < 0.5
    np.testing.assert_allclose(goals.miss(ab), 0, atol=0.5)


def test_a_hint_below_others_entirely_has_no_say():
    ab, _ = settled([Hint(64, 48, (-20, 15)), Box(0, 0, 128, 96, (20, 10))])
    assert away(ab, (20, 10)).max() < 0.5


def test_half_the_strength_settles_half_way():
    ab, _ = settled([Hint(40, 48, (-20, 14), strength=0.5)])
    assert away(ab[12, 10], (-5, 11)) < 0.5


def test_half_the_strength_is_carried_on_half_way_where_all_of_it_cannot_exist():
    luma = np.full(GRID, 0.1, np.float32)
    ab, goals = settled([Hint(40, 48, "teal", strength=0.5)], luma)
    beside = existing_ab(luma[12, 12:13], ab[12, 12:13])
    way = np.linalg.norm(goals.ab[0] - PAINTED)
    assert away(beside, goals.ab[0]) < 0.4 * way


def test_what_is_painted_beyond_the_gamut_arrives_too():
    painted = np.full((*GRID, 2), (90, -90), np.float32)
    ab, goals = settled([Hint(40, 48, (12, -10))], painted=painted)
    np.testing.assert_allclose(goals.miss(ab), 0, atol=0.5)


def test_all_of_a_color_is_laid_on_even_where_it_cannot_exist():
    """At the cell's mean luma there is no such teal, but single pixels of it may be light enough."""
    luma = np.full(GRID, 0.1, np.float32)
    ab, goals = settled([Hint(40, 48, "teal", radius=12)], luma)
    assert goals.short.min() > 2
    np.testing.assert_array_equal(ab[goals.cells], goals.named)
    assert np.linalg.norm(ab[goals.cells] - goals.ab, axis=-1).min() > 2
