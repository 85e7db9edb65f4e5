"""Fading, the overlay and where to ask, with confidence that is known."""

import numpy as np
import pytest

from vermilion.guidance import ask_here, confidence_overlay
from vermilion.guidance.confidence import fade_unsure


def test_fading_goes_from_grey_to_untouched():
    ab = np.full((1, 3, 2), (20, -10), np.float32)
    confidence = np.array([[0.1, 0.2, 0.3]], np.float32)
    faded = fade_unsure(ab, confidence, 1)
    np.testing.assert_allclose(faded[0], [(0, 0), (10, -5), (20, -10)], atol=1e-5)
    np.testing.assert_allclose(fade_unsure(ab, confidence, 0.5)[0, 0], (10, -5))
    assert faded.dtype == np.float32


def test_colors_fade_where_the_model_expects_to_be_wrong_in_more_than_seven_of_ten_cases():
    """What the help says."""
    confidence = np.linspace(0, 1, 101, dtype=np.float32)[None]
    left = fade_unsure(np.ones((1, 101, 2), np.float32), confidence, 1)[0, :, 0]
    np.testing.assert_allclose(left[30:], 1, atol=1e-6)
    assert left[20] == pytest.approx(0.5, abs=1e-5), "half at eight of ten"
    assert (left[11:29] < 0.999).all()
    assert (np.diff(left[10:30]) > 0).all()
    np.testing.assert_array_equal(left[:10], 0)


def test_the_overlay_is_clear_where_the_model_is_sure():
    overlay = confidence_overlay(np.array([[1.0, 0.0]], np.float32), (10, 40))
    assert overlay.shape == (10, 40, 4)
    assert overlay[5, 0, 3] == 0
    assert overlay[5, -1, 3] == 204
    assert tuple(overlay[0, 0, :3]) == (227, 66, 52)


GRID = (16, 24)
NOTHING = np.zeros(GRID, np.bool_)
FLAT = np.full(GRID, 0.5, np.float32)


def two_things(height=16, width=24):
    """Features of a small thing in front of a large one."""
    features = np.zeros((2, height, width), np.float32)
    features[0] = 1
    features[:, 2:6, 2:6] = np.array([0, 1]).reshape(2, 1, 1)
    return features


def asked(confidence, count, *, told=NOTHING, luma=FLAT):
    """Spots of a picture of two things, of 10 x 10 pixels to a cell."""
    return ask_here(two_things(), luma, np.asarray(confidence, np.float32), told, (160, 240), count)


def on_the_small_thing(spot):
    return 20 <= spot.x < 60 and 20 <= spot.y < 60


def test_the_largest_unsure_thing_is_asked_about_first():
    spots = asked(np.full(GRID, 0.2), 8)
    assert not on_the_small_thing(spots[0])
    assert any(on_the_small_thing(spot) for spot in spots)
    shares = [spot.share for spot in spots]
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] <= shares[0] <= 1


def test_what_is_known_is_not_asked_about():
    confidence = np.ones(GRID)
    confidence[2:6, 2:6] = 0.1
    spots = asked(confidence, 3)
    assert all(on_the_small_thing(spot) for spot in spots)
    assert spots[0].share > 0.6


def test_a_sure_sky_is_not_asked_about_however_large():
    """All of it together was more doubt than a small thing that is not known at all: seen on a photograph."""
    confidence = np.full(GRID, 0.7)
    confidence[2:6, 2:6] = 0.1
    assert 0.3 * (confidence == 0.7).sum() > 0.9 * (confidence == 0.1).sum()
    spots = asked(confidence, 3)
    assert spots
    assert all(on_the_small_thing(spot) for spot in spots)


def test_where_nothing_is_unsure_nobody_is_asked():
    assert asked(np.full(GRID, 0.6), 3) == ()
    assert asked(np.full(GRID, 0.4), 3, told=~NOTHING) == ()


def test_light_and_dark_are_asked_about_apart():
    """They hardly ever have one colour, though the network may see one thing: a coat and its shadow."""
    luma = FLAT.copy()
    luma[:, 12:] = 0.95
    confidence = np.full(GRID, 0.2)
    first, second = asked(confidence, 2, luma=luma)
    assert (first.x < 120) != (second.x < 120)
    one_side = [spot.share for spot in asked(confidence, 1, luma=luma)]
    assert one_side[0] < asked(confidence, 1)[0].share


def test_what_was_told_is_not_asked_again():
    told = NOTHING.copy()
    told[3:5, 3:5] = True
    confidence = np.where(two_things()[1] > 0, 0.1, 1)
    assert asked(confidence, 1, told=told) == ()


def test_wide_pictures_with_many_features_are_asked_about():
    """So many places that they are averaged first: failed with more than four features."""
    features = np.random.default_rng(0).normal(size=(24, 24, 60)).astype(np.float32)
    told = np.zeros((48, 120), np.bool_)
    confidence = np.full((48, 120), 0.3, np.float32)
    (spot,) = ask_here(features, confidence, confidence, told, (480, 1200), 1)
    assert 0 < spot.x < 1200
    assert 0 < spot.y < 480


def test_spots_are_never_the_same():
    spots = asked(np.full(GRID, 0.3), 6)
    assert len({(spot.x, spot.y) for spot in spots}) == 6
    narrow = np.zeros((1, 2), np.float32)
    assert len(ask_here(np.ones((1, 1, 2), np.float32), narrow, narrow, NOTHING[:1, :2], (4, 8), 9)) == 2


def test_large_features_are_compared_at_few_places():
    unsure = np.zeros((180, 240), np.float32)
    features = np.random.default_rng(0).random((4, 90, 120), np.float32)
    assert len(ask_here(features, unsure, unsure, unsure > 0, (9, 12), 2)) == 2
