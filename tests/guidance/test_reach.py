"""How far a hint reaches: over its thing, not beyond edges, not to what looks otherwise."""

import numpy as np
import pytest

from vermilion.guidance import Box, Hint
from vermilion.guidance.canvas import Appearance, appearance_of, draw_hints, reach_of
from vermilion.guidance.canvas.reach import _shortest_paths
from vermilion.guidance.canvas.shapes import NOBODY

GRID = (24, 32)
SIZE = (96, 128)
PLAIN = np.full(GRID, 0.5, np.float32)
ALIKE = Appearance(3 * (np.ones((1, *GRID), np.float32),), GRID)


def reach(*hints, luma=PLAIN, looks=ALIKE):
    return reach_of(draw_hints(hints, SIZE, GRID).owner, luma, looks)


def test_without_hints_nothing_is_reached():
    assert reach().shape == (0, *GRID)


def test_it_is_whole_at_its_place_and_over_a_plain_thing():
    (one,) = reach(Hint(64, 48, "teal"))
    assert one[12, 16] == 1
    assert one.min() > 0.9, "a step costs little"


def test_it_ends_somewhere_even_on_a_plain_wall():
    luma = np.full((24, 400), 0.5, np.float32)
    owner = np.full(luma.shape, NOBODY)
    owner[12, 0] = 0
    (one,) = reach_of(owner, luma, Appearance(3 * (np.ones((1, *luma.shape), np.float32),), luma.shape))
    assert one[12, 10] > 0.99
    assert one[12, 399] < 0.01
    assert (np.diff(one[12]) <= 0).all()


def test_it_stops_at_an_edge():
    luma = PLAIN.copy()
    luma[:, 16:] = 0.9
    (one,) = reach(Hint(40, 48, "teal"), luma=luma)
    assert one[:, :15].min() > 0.9
    assert one[:, 17:].max() < 0.1


def test_it_does_not_cross_a_fence_to_what_is_as_light():
    luma = PLAIN.copy()
    luma[:, 14:17] = 0.95
    (one,) = reach(Hint(24, 48, "teal"), luma=luma)
    assert one[:, :13].min() > 0.9
    assert one[:, 18:].max() < 0.1


def test_it_finds_the_way_around_a_fence():
    luma = PLAIN.copy()
    luma[4:, 14:17] = 0.95
    (one,) = reach(Hint(24, 80, "teal"), luma=luma)
    assert one[20, 20] > 0.9


def test_it_stops_where_the_network_sees_another_thing():
    looks = np.zeros((2, *GRID), np.float32)
    looks[0, :, :16] = looks[1, :, 16:] = 1
    (one,) = reach(Hint(40, 48, "teal"), looks=Appearance((looks, looks, looks), GRID))
    assert one[:, :16].min() > 0.9
    assert one[:, 16:].max() == 0


def test_grain_is_no_edge():
    luma = PLAIN.copy()
    luma[::5, ::5] = 1
    (one,) = reach(Hint(56, 48, "teal"), luma=luma)
    assert np.median(one) > 0.9


@pytest.mark.parametrize("turned", [False, True])
def test_paths_are_as_short_as_dijkstras(turned):
    """A known answer, by the textbook's way, on a picture with walls to go around."""
    luma = np.full((9, 9), 0.5, np.float32)
    luma[2, :7] = luma[5, 3:] = 0.9
    luma = luma.T.copy() if turned else luma

    starts = np.zeros((1, 9, 9), np.bool_)
    starts[0, 0, 0] = True
    np.testing.assert_allclose(_shortest_paths(starts, luma)[0], dijkstra(luma), atol=1e-3)


def dijkstra(luma):
    cost, todo = np.full(luma.shape, np.inf), {(0, 0): 0.0}
    while todo:
        place = min(todo, key=todo.__getitem__)
        cost[place] = todo.pop(place)
        for step in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            there = place[0] + step[0], place[1] + step[1]
            if min(there) < 0 or max(there) >= len(luma) or np.isfinite(cost[there]):
                continue
            length = cost[place] + abs(luma[there] - luma[place]) / 0.1 + 0.05
            todo[there] = min(todo.get(there, np.inf), length)
    return cost


def test_each_hint_has_its_own_reach_and_none_at_the_places_of_others():
    left, right = reach(Box(0, 0, 60, 96, "teal"), Box(60, 0, 128, 96, "navy"))
    assert left[:, :15].min() == 1 == right[:, 16:].min()
    assert left[:, 16:].max() == 0 == right[:, :14].max()


def test_of_two_hints_that_reach_a_place_the_nearer_has_the_say():
    left, right = reach(Hint(20, 48, "teal"), Hint(108, 48, "navy"))
    assert left[12, 8] > 0.9
    assert right[12, 8] < 0.9 * left[12, 8]
    luma = PLAIN + np.linspace(0, 0.15, 32, dtype=np.float32)
    left, right = reach(Hint(20, 48, "teal"), Hint(108, 48, "navy"), luma=luma)
    assert min(left[12, 8], right[12, 25]) > 0.9
    assert max(right[12, 8], left[12, 25]) < 0.2


def test_a_hint_that_hardly_reaches_a_place_takes_nothing_from_one_that_does():
    looks = np.zeros((2, *GRID), np.float32)
    looks[0, :, :16] = looks[1, :, 16:] = 1
    hints = Hint(8, 48, "teal"), Hint(68, 48, "navy")
    (alone,), (one, _) = (
        reach(hints[0], looks=Appearance((looks,) * 3, GRID)),
        reach(*hints, looks=Appearance((looks,) * 3, GRID)),
    )
    np.testing.assert_allclose(one[:, :15], alone[:, :15])


def test_what_looks_otherwise_lies_on_the_other_side():
    random = np.random.default_rng(0)
    maps = [random.normal(size=(1, 6, 24 >> level, 32 >> level)).astype(np.float32) for level in range(4)]
    maps[2][..., :4] += 9
    looks = appearance_of(maps)
    assert looks.grid == GRID
    assert [level.shape[1:] for level in looks.levels] == [(12, 16), (6, 8), (3, 4)]
    for level in looks.levels:
        np.testing.assert_allclose((level**2).sum(axis=0), 1, atol=1e-3)
    left, right = looks.levels[1][:, :, :4].mean(axis=(1, 2)), looks.levels[1][:, :, 4:].mean(axis=(1, 2))
    assert left @ right < -0.5


def test_a_margin_of_the_network_changes_nothing():
    luma, cells = PLAIN[:20, :28], draw_hints([Hint(40, 48, "teal")], SIZE, GRID).owner[:20, :28]
    looks = np.zeros((2, *GRID), np.float32)
    looks[0, :, :16] = looks[1, :, 16:] = 1
    (one,) = reach_of(cells, luma, Appearance((looks, looks, looks), GRID))
    assert one[:, :16].min() > 0.9
    assert one[:, 16:].max() == 0
