"""Which colours exist where, how far hints are from arriving, and what is told of those that cannot."""

import numpy as np
import pytest

from vermilion.color import ab_to_cbcr, cbcr_to_rgb, fit_gamut
from vermilion.guidance import Box, Hint, ab_at, ab_of
from vermilion.guidance.canvas import draw_hints, existing_ab, goals_of, hex_of, notes_on

SIZE = (80, 80)
GRID = (20, 20)


def goals(hint, luma=0.5, automatic=(0.0, 0.0)):
    drawing = draw_hints([hint], SIZE, GRID)
    return goals_of(drawing, np.full(GRID, luma, np.float32), np.full((*GRID, 2), automatic, np.float32))


def painted(ab):
    return np.full((*GRID, 2), ab, np.float32)


def test_what_exists_is_what_the_join_shows():
    luma = np.linspace(0, 1, 11, dtype=np.float32)
    ab = existing_ab(luma, np.full((11, 2), (30, -60), np.float32))
    rgb = cbcr_to_rgb(luma, fit_gamut(luma, ab_to_cbcr(luma, np.full((11, 2), (30, -60), np.float32))))
    assert rgb.min() > -1e-5
    assert rgb.max() < 1 + 1e-5
    np.testing.assert_allclose(ab[[0, -1]], 0, atol=0.1)  # black and white have no colour
    assert np.linalg.norm(ab[3]) > 30


def test_a_color_that_exists_is_its_own_goal():
    np.testing.assert_allclose(goals(Hint(40, 40, (20, 15))).ab, np.full((9, 2), (20, 15)), atol=0.5)


def test_half_the_strength_is_half_the_way():
    half = goals(Hint(40, 40, (20, 15), strength=0.5), automatic=(0, -5))
    np.testing.assert_allclose(half.ab, np.full((9, 2), (10, 5)), atol=0.5)


def test_what_is_painted_as_asked_misses_nothing():
    own = goals(Box(0, 0, 40, 40, (20, 15)))
    np.testing.assert_allclose(own.miss(painted((20, 15))), 0, atol=0.5)
    np.testing.assert_allclose(own.miss(painted((20, 5))), np.broadcast_to((0, 10), (100, 2)), atol=0.5)


def test_a_hint_that_arrived_is_not_worth_a_word():
    hint = Hint(40, 40, (20, 15))
    assert notes_on([hint], goals(hint), painted((20, 15))) == ()


def test_navy_cannot_arrive_on_a_light_coat():
    hint = Box(0, 0, 80, 80, "navy")
    luma = np.full(GRID, 0.85, np.float32)
    own = goals_of(draw_hints([hint], SIZE, GRID, luma=luma), luma, np.zeros((*GRID, 2), np.float32))
    (note,) = notes_on([hint], own, painted(own.ab[0]))
    assert note.startswith("the colour of the box from x = 0, y = 0 to x = 80, y = 80 cannot exist")
    assert "so light" in note
    red, green, blue = (int(note[-6:][place : place + 2], 16) for place in (0, 2, 4))
    assert blue == 255
    assert abs(red - green) < 12, "a light blue and no violet"


def test_a_named_color_is_the_same_in_any_light():
    luma = np.linspace(0.1, 0.9, 9, dtype=np.float32)
    navy = np.array((0, 0, 128), np.float32) / 255
    own = float(navy @ (0.299, 0.587, 0.114))
    np.testing.assert_allclose(ab_at("navy", np.array(own, np.float32)), ab_of("navy"), atol=1)
    rgb = cbcr_to_rgb(luma, ab_to_cbcr(luma, ab_at("navy", luma)))
    np.testing.assert_allclose(rgb - luma[:, None], np.broadcast_to(navy - own, (9, 3)), atol=0.03)
    np.testing.assert_array_equal(ab_at((20.0, -5.0), luma), np.broadcast_to((20, -5), (9, 2)))
    assert not ab_at("grey", luma).any()


def test_a_hint_that_the_network_does_not_follow_is_told():
    hint = Hint(40, 40, (30, 20))
    (note,) = notes_on([hint], goals(hint), painted((0, 0)))
    assert note.startswith("the hint at x = 40, y = 40 missed its colour by 36")


def test_hex_keeps_the_luma():
    assert hex_of(128 / 255, (0, 0)) == "#808080"
    code = hex_of(0.4, (30, 20))
    red, green, blue = (int(code[place : place + 2], 16) for place in (1, 3, 5))
    assert (0.299 * red + 0.587 * green + 0.114 * blue) / 255 == pytest.approx(0.4, abs=0.004)
    assert red > green


def test_a_place_is_too_light_or_too_dark_for_its_color_not_by_itself():
    """Crimson is darker than a middle grey, a light yellow lighter than it."""
    for color, level, tone in (((75, 48), 0.62, "light"), ((-10, 85), 0.3, "dark")):
        hint, luma = Box(0, 0, 80, 80, color), np.full(GRID, level, np.float32)
        own = goals_of(draw_hints([hint], SIZE, GRID, luma=luma), luma, np.zeros((*GRID, 2), np.float32))
        (note,) = notes_on([hint], own, painted(own.ab[0]))
        assert f"so {tone};" in note


def test_a_color_that_is_too_much_for_parts_of_a_place_is_not_called_impossible():
    hint, luma = Box(0, 0, 80, 80, (40, 30)), np.full(GRID, 0.5, np.float32)
    luma[:8], luma[12:] = 0.02, 0.98
    own = goals_of(draw_hints([hint], SIZE, GRID, luma=luma), luma, np.zeros((*GRID, 2), np.float32))
    canvas = np.zeros((*GRID, 2), np.float32)
    canvas[own.cells] = own.ab
    (note,) = notes_on([hint], own, canvas)
    assert "cannot exist in all of it" in note
    assert "#" not in note


def test_a_color_that_a_cell_is_too_light_for_is_laid_on_whole_for_its_darker_pixels():
    luma = np.full((4, 4), 0.8, np.float32)
    for strength, whole in ((1, True), (0.5, False)):
        drawing = draw_hints([Box(0, 0, 16, 16, "navy", strength)], (16, 16), (4, 4), luma=luma)
        goals = goals_of(drawing, luma, np.zeros((4, 4, 2), np.float32))
        assert goals.short.min() > 5
        assert np.array_equal(goals.laid_on, goals.named) == whole
        assert np.array_equal(goals.laid_on, goals.ab) != whole
