"""Several pictures on one scan: what was seen and painted of each lies where the picture lies."""

import numpy as np
import pytest

from vermilion.network import Features, Model
from vermilion.painter import Painted, Painter
from vermilion.painter.encoded import Encoded, Part
from vermilion.painter.seen import lay_on_scan, on_scan
from vermilion.view import Frame, View

SCAN = (128, 128)
LEFT, RIGHT = Frame(0, 0, 64, 128), Frame(96, 0, 32, 128)


def part(frame: Frame, value: float, channels: int = 2) -> Part:
    """A picture of one value everywhere, which the network saw in its own size."""
    size = round(frame.height), round(frame.width)
    maps = tuple(
        np.full((1, channels, size[0] // stride, size[1] // stride), value, np.float32)
        for stride in (4, 8, 16, 32)
    )
    luma = np.full((1, size[0] // 4, size[1] // 4), 0.5, np.float32)
    return Part(View(SCAN, frame), Encoded(Features(maps), luma), size)


def painted(frame: Frame, ab: tuple[float, float], confidence: float, odds: tuple[float, ...]) -> Painted:
    size = round(frame.height) // 4, round(frame.width) // 4
    return Painted(
        np.full((*size, 2), ab, np.float32),
        np.full(size, confidence, np.float32),
        np.broadcast_to(np.array(odds, np.float32).reshape(-1, 1, 1), (len(odds), *size)).copy(),
    )


def test_features_lie_where_the_pictures_lie_and_there_are_none_beside_them() -> None:
    encoded = on_scan((part(LEFT, 3), part(RIGHT, -5)), np.full((32, 32), 0.5, np.float32))
    for stride, level in zip((4, 8, 16, 32), encoded.features.maps, strict=True):
        assert level.shape == (1, 2, 128 // stride, 128 // stride)
        assert level.dtype == np.float32
        row = np.repeat([3.0, 0.0, -5.0], [64 // stride, 32 // stride, 32 // stride])
        np.testing.assert_allclose(level, np.broadcast_to(row, level.shape), atol=1e-5)


def test_two_pictures_share_a_cell_by_what_they_cover_of_it() -> None:
    encoded = on_scan((part(Frame(0, 0, 48, 128), 8),), np.full((32, 32), 0.5, np.float32))
    np.testing.assert_allclose(encoded.features.maps[3][0, 0, :, 1], 4, atol=1e-5)


def test_paint_lies_where_the_pictures_lie_and_beside_them_it_is_surely_neutral() -> None:
    parts = (part(LEFT, 0), part(RIGHT, 0))
    each = [
        painted(LEFT, (20, -10), 0.25, (0.5, 0.25, 0.25)),
        painted(RIGHT, (-30, 40), 0.75, (0, 0, 1)),
    ]
    laid = lay_on_scan(each, parts, 1, (32, 32))
    for column, ab, confidence, odds in (
        (8, (20, -10), 0.25, (0.5, 0.25, 0.25)),
        (20, (0, 0), 1, (0, 1, 0)),
        (28, (-30, 40), 0.75, (0, 0, 1)),
    ):
        np.testing.assert_allclose(laid.ab[:, column], np.broadcast_to(ab, (32, 2)), atol=1e-4)
        np.testing.assert_allclose(laid.confidence[:, column], confidence, atol=1e-5)
        np.testing.assert_allclose(laid.odds[:, :, column].T, np.broadcast_to(odds, (32, 3)), atol=1e-5)


def test_odds_that_nobody_asked_for_are_not_laid() -> None:
    laid = lay_on_scan([painted(LEFT, (20, -10), 0.25, ())], (part(LEFT, 0),), 1, (32, 32))
    assert laid.odds.shape == (0, 32, 32)


@pytest.mark.parametrize("odds", [(), (0.5, 0.5)])
def test_between_two_paintings_all_that_they_hold_is_mixed_by_share(odds: tuple[float, ...]) -> None:
    here = painted(LEFT, (20, -10), 0.25, odds)
    there = painted(LEFT, (0, 30), 0.75, tuple(reversed(odds)) and (0.1, 0.9))
    share = np.zeros(here.confidence.shape, np.float32)
    share[:, 4:8], share[:, 8:] = 0.25, 1
    mixed = here.towards(there, share)
    for column, part_of in ((0, 0), (4, 0.25), (8, 1)):
        np.testing.assert_allclose(mixed.ab[:, column, 0], 20 - 20 * part_of, atol=1e-5)
        np.testing.assert_allclose(mixed.ab[:, column, 1], -10 + 40 * part_of, atol=1e-5)
        np.testing.assert_allclose(mixed.confidence[:, column], 0.25 + 0.5 * part_of, atol=1e-6)
        if odds:
            np.testing.assert_allclose(
                mixed.odds[:, :, column].T[0], (0.5 - 0.4 * part_of, 0.5 + 0.4 * part_of), atol=1e-6
            )
    assert mixed.odds.shape == here.odds.shape


def test_one_picture_of_a_batch() -> None:
    one, two = painted(LEFT, (20, -10), 0.25, (0.5, 0.5)), painted(LEFT, (1, 2), 0.5, (1, 0))
    batch = Painted(
        *(np.stack([getattr(one, name), getattr(two, name)]) for name in ("ab", "confidence", "odds"))
    )
    np.testing.assert_array_equal(batch[1].ab, two.ab)
    np.testing.assert_array_equal(batch[1].confidence, two.confidence)
    np.testing.assert_array_equal(batch[1].odds, two.odds)


def test_one_encoded_picture_of_a_batch() -> None:
    maps = tuple(
        np.arange(2, dtype=np.float32).reshape(2, 1, 1, 1) * np.ones((2, 3, 8, 8), np.float32)
        for _ in range(4)
    )
    encoded = Encoded(Features(maps), np.stack([np.zeros((8, 8), np.float32), np.ones((8, 8), np.float32)]))
    assert len(encoded) == 2
    for number in range(2):
        one = encoded[number]
        assert (len(one), one.grid) == (1, (8, 8))
        np.testing.assert_array_equal(one.luma, np.full((1, 8, 8), number))
        for level in one.features.maps:
            np.testing.assert_array_equal(level, np.full((1, 3, 8, 8), number))


def test_odds_take_time_and_come_only_when_asked_for(tiny_model: Model) -> None:
    painter = Painter(tiny_model)
    encoded = painter.encode(np.full((1, 64, 64), 0.5, np.float32))
    assert painter.decode(encoded).odds.shape[1] == 0
    assert painter.decode(encoded, with_odds=True).odds.shape[1] == len(painter.card.bins)
