"""Fading, the overlay and where to ask, with confidence that is known."""

import numpy as np
import pytest

from vermilion.guidance import ask_here, confidence_overlay, fade_unsure


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


NOTHING = np.zeros((16, 24), np.bool_)


def two_things(height=16, width=24):
    """Features of a small thing in front of a large one."""
    features = np.zeros((2, height, width), np.float32)
    features[0] = 1
    features[:, 2:6, 2:6] = np.array([0, 1]).reshape(2, 1, 1)
    return features


def test_the_largest_unsure_thing_is_asked_about_first():
    confidence = np.full((16, 24), 0.2, np.float32)
    spots = ask_here(two_things(), confidence, NOTHING, (160, 240), 8)
    assert not (20 <= spots[0].x < 60 and 20 <= spots[0].y < 60)
    assert any(20 <= spot.x < 60 and 20 <= spot.y < 60 for spot in spots)
    shares = [spot.share for spot in spots]
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] <= shares[0] <= 1


def test_what_is_known_is_not_asked_about():
    confidence = np.ones((16, 24), np.float32)
    confidence[2:6, 2:6] = 0.1
    (spot,) = ask_here(two_things(), confidence, NOTHING, (160, 240), 1)
    assert 20 <= spot.x < 60
    assert 20 <= spot.y < 60
    assert spot.share == pytest.approx(1, abs=0.3)


def test_what_was_told_is_not_asked_again():
    told = NOTHING.copy()
    told[3:5, 3:5] = True
    confidence = np.where(two_things()[1] > 0, 0.1, 1).astype(np.float32)
    assert ask_here(two_things(), confidence, told, (160, 240), 1)[0].share < 0.2


def test_wide_pictures_with_many_features_are_asked_about():
    """So many places that they are averaged first: failed with more than four features."""
    features = np.random.default_rng(0).normal(size=(24, 24, 60)).astype(np.float32)
    told = np.zeros((48, 120), np.bool_)
    (spot,) = ask_here(features, np.full((48, 120), 0.3, np.float32), told, (480, 1200), 1)
    assert 0 < spot.x < 1200
    assert 0 < spot.y < 480


def test_spots_are_never_the_same():
    spots = ask_here(two_things(), np.full((16, 24), 0.3, np.float32), NOTHING, (160, 240), 6)
    assert len({(spot.x, spot.y) for spot in spots}) == 6
    assert (
        len(
            ask_here(np.ones((1, 1, 2), np.float32), np.zeros((1, 2), np.float32), NOTHING[:1, :2], (4, 8), 9)
        )
        == 2
    )


def test_large_features_are_compared_at_few_places():
    spots = ask_here(
        np.random.default_rng(0).random((4, 90, 120), np.float32),
        np.zeros((180, 240), np.float32),
        np.zeros((180, 240), np.bool_),
        (9, 12),
        2,
    )
    assert len(spots) == 2
