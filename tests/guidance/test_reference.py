import numpy as np
import pytest

from vermilion.guidance.hints.named_color import ab_of
from vermilion.guidance.references.reference import Reference, reference_canvas, soft_palette_canvas

CHANNELS = 24


def made_maps(places):
    """Features from vectors [h,w,C] of cells of stride 8; the other levels follow from them."""
    planes = np.moveaxis(places, -1, 0)[None].astype(np.float32)
    twice = planes.repeat(2, axis=2).repeat(2, axis=3)
    halves = planes.reshape(1, CHANNELS, places.shape[0] // 2, 2, places.shape[1] // 2, 2).mean(axis=(3, 5))
    return (twice, planes, halves, halves[:, :, ::2, ::2])


def distinct_places(height, width, seed=0):
    return np.random.default_rng(seed).normal(size=(height, width, CHANNELS))


def colors_of(height, width, seed=1):
    """(a,b) [2h,2w,2], the same in every two by two cells."""
    ab = np.random.default_rng(seed).normal(0, 30, (height, width, 2)).astype(np.float32)
    return ab.repeat(2, axis=0).repeat(2, axis=1)


def hinted(canvas, ab):
    """The share of cells with a hint, and the largest distance of those from their true color."""
    known = canvas[2] == 1
    away = np.linalg.norm(np.moveaxis(canvas[:2], 0, -1) * 110 - ab, axis=-1)
    return known.mean(), away[known].max(initial=0)


def test_a_picture_gets_its_own_colors_back():
    places, ab = distinct_places(8, 12), colors_of(8, 12)
    canvas = reference_canvas(made_maps(places), (16, 24), Reference(made_maps(places), ab))
    share, worst = hinted(canvas, ab)
    assert share > 0.9
    assert worst < 1e-3


def test_a_mirrored_reference_gives_each_place_its_own_color():
    places, ab = distinct_places(8, 12), colors_of(8, 12)
    mirrored = Reference(made_maps(places[:, ::-1]), ab[:, ::-1])
    share, worst = hinted(reference_canvas(made_maps(places), (16, 24), mirrored), ab)
    assert share > 0.9
    assert worst < 1e-3


def test_a_part_of_the_picture_colors_that_part():
    places, ab = distinct_places(8, 12), colors_of(8, 12)
    part = Reference(made_maps(places[:, :8]), ab[:, :16])
    canvas = reference_canvas(made_maps(places), (16, 24), part)
    share, worst = hinted(canvas[:, :, :16], ab[:, :16])
    assert share > 0.8
    assert worst < 1e-3
    assert not canvas[2, :, 16:].any()


def test_another_picture_says_nothing():
    own, other = distinct_places(8, 12), distinct_places(8, 8, seed=9)
    assert not reference_canvas(made_maps(own), (16, 24), Reference(made_maps(other), colors_of(8, 8))).any()


def test_places_that_look_alike_all_over_are_left_alone():
    """The ratio test: a wall of equal bricks matches everywhere, so nowhere."""
    places = distinct_places(8, 12)
    places[:, 4:] = places[0, 4]
    canvas = reference_canvas(made_maps(places), (16, 24), Reference(made_maps(places), colors_of(8, 12)))
    assert canvas[2, :, :6].mean() > 0.6
    assert not canvas[2, :, 12:].any()


def test_a_few_matches_are_chance():
    """One place of a hundred looks the same in another picture: nothing is carried over."""
    own, other = distinct_places(8, 12), distinct_places(8, 12, seed=9)
    other[3:4, 4:6] = own[3:4, 4:6]
    assert not reference_canvas(made_maps(own), (16, 24), Reference(made_maps(other), colors_of(8, 12))).any()
    other[:4, :6] = own[:4, :6]
    assert reference_canvas(made_maps(own), (16, 24), Reference(made_maps(other), colors_of(8, 12))).any()


def test_the_mood_draws_each_region_softly_to_the_nearest_color_or_grey():
    regions = np.repeat(np.arange(3, dtype=np.int32), 8)[None].repeat(16, 0)
    automatic = np.array([(40, 20), (5, -30), (1, 2)], np.float32)[regions]
    canvas = soft_palette_canvas(("#d04030", "#3060c0"), automatic, regions)
    assert set(np.unique(canvas[2])) == {0, 0.25}
    for region, color in enumerate((ab_of("#d04030"), ab_of("#3060c0"), (0, 0))):
        told = canvas[:2, (canvas[2] > 0) & (regions == region)].T * 110
        np.testing.assert_allclose(told, np.broadcast_to(color, told.shape), rtol=1e-4)
    assert not soft_palette_canvas((), automatic, regions).any()


@pytest.mark.parametrize("grid", [(15, 23), (16, 23), (13, 24)])
def test_a_margin_and_odd_sides_are_left_out(grid):
    places, ab = distinct_places(8, 12), colors_of(8, 12)
    canvas = reference_canvas(made_maps(places), grid, Reference(made_maps(places), ab))
    assert canvas.shape == (3, *grid)
    share, worst = hinted(canvas, ab[: grid[0], : grid[1]])
    assert share > 0.8
    assert worst < 1e-3


def test_a_plain_picture_causes_no_warning():
    plain = np.ones((8, 8, CHANNELS))
    canvas = reference_canvas(made_maps(plain), (16, 16), Reference(made_maps(plain), colors_of(8, 8)))
    assert not canvas[2].any()
