"""Small heads on what the encoder made of a picture."""

import io

import numpy as np
import pytest

from vermilion.errors import ModelError
from vermilion.view import Head, Heads, describe, likely_turns, read_heads, write_heads

EYE = np.eye(4, dtype=np.float32)
NONE = np.zeros(4, np.float32)
STAYING = np.zeros((9, 4, 4), np.float32)
"""Weights of a layer that passes each part on, and none of its neighbours."""
STAYING[4] = EYE

NEGATIVE = Head(
    EYE,
    NONE,
    STAYING,
    NONE,
    np.tile(np.array([-1, 1], np.float32) / 9, (9, 4, 1)).astype(np.float32),
    np.zeros(2, np.float32),
    1.0,
    0.9,
)


def seeing_head(sure: float = 5.0) -> Head:
    """Its feature k says, the larger the surer, that the picture was turned by k quarters."""
    return Head(EYE, NONE, STAYING, NONE, (EYE[None].repeat(9, 0) / 9).astype(np.float32), NONE, 1.0, sure)


def seen(turned: int, strength: float) -> np.ndarray:
    everywhere = np.ones((1, 1, 6, 6), np.float32) * np.float32(strength)
    return np.eye(4, dtype=np.float32)[None, turned % 4, :, None, None] * everywhere


def test_a_description_is_made_of_means_of_parts_without_the_margin() -> None:
    fine = np.zeros((1, 1, 14, 14), np.float32)
    fine[..., :12, :12] = np.kron(np.arange(36).reshape(6, 6), np.ones((2, 2)))
    fine[..., 12:, :] = fine[..., 12:] = 99
    coarse = np.full((1, 2, 7, 7), 7, np.float32)
    described = describe((fine, coarse), ((12, 12), (6, 6)))
    assert described.shape == (1, 3, 6, 6)
    np.testing.assert_allclose(described[0, 0].ravel(), np.arange(36), atol=1e-5)
    np.testing.assert_allclose(described[0, 1:], 7, atol=1e-5)


def test_fractions_of_cells_count_by_their_share() -> None:
    fine = np.zeros((1, 1, 3, 1), np.float32)
    fine[0, 0, :, 0] = 0, 1, 99
    described = describe((fine, np.zeros((1, 1, 1, 1), np.float32)), ((1.5, 1), (1, 1)))
    np.testing.assert_allclose(described[0, 0, :, 0], [0, 0, 0, 0, 1, 1], atol=1e-5)


def test_a_head_sees_neighbours_where_they_lie() -> None:
    """A value in one part moves to the part below it, and is told by the region that holds that."""
    below = np.zeros((9, 1, 1), np.float32)
    below[1] = 1  # of the part above
    out = np.zeros((9, 1, 2), np.float32)
    out[3, 0, 1] = 4  # the mean of 2 × 2 parts is a quarter of one
    one, none = np.ones((1, 1), np.float32), np.zeros(1, np.float32)
    head = Head(one, none, below, none, out, np.zeros(2, np.float32), 1.0, 0.0)
    described = np.zeros((3, 1, 6, 6), np.float32)
    described[0, 0, 1, 0] = described[1, 0, 2, 0] = described[2, 0, 3, 0] = 3
    np.testing.assert_allclose(head.logits(described), [[0, 3], [0, 3], [0, 0]], atol=1e-6)


@pytest.mark.parametrize("turned", range(4))
def test_a_picture_that_was_turned_is_turned_back(turned: int) -> None:
    heads = Heads(seeing_head(), NEGATIVE)
    others = [seen(turned + more, 6) for more in (1, 2, 3)]
    turns, lead = heads.turns(seen(turned, 6), lambda: others)
    assert turns == -turned % 4
    assert (lead > 5) == bool(turned)


def test_four_looks_that_disagree_turn_nothing() -> None:
    heads = Heads(seeing_head(), NEGATIVE)
    assert heads.turns(seen(1, 6), lambda: [seen(0, 6), seen(2, 6), seen(3, 6)])[0] == 0
    weak = [seen(1 + more, 0.3) for more in (1, 2, 3)]
    assert heads.turns(seen(1, 0.3), lambda: weak)[0] == 0


def test_a_picture_that_plainly_stands_upright_is_looked_at_once() -> None:
    def never() -> list[np.ndarray]:
        raise AssertionError

    assert Heads(seeing_head(), NEGATIVE).turns(seen(0, 6), never) == (0, 0.0)


def test_the_likelihood_of_turns_is_the_sum_of_what_four_looks_say() -> None:
    looks = np.concatenate([seen(2 + more, 1) for more in range(4)])[None]
    likely = likely_turns(seeing_head(), looks)[0]
    assert likely.argmax() == 2
    assert likely[2] - likely[0] == pytest.approx(4, abs=1e-4), "four looks, one unit of the logit each"


def test_heads_come_back_from_a_file() -> None:
    heads = Heads(seeing_head(3.25), NEGATIVE)
    again = read_heads(write_heads(heads))
    assert again.way_up.sure == 3.25
    assert again.negative.sure == pytest.approx(0.9)
    np.testing.assert_array_equal(again.way_up.parts, heads.way_up.parts)
    told, likely = again.is_negative(seen(0, 3))
    assert told
    assert likely == pytest.approx(1 / (1 + np.exp(-6)), abs=1e-5)
    assert again.is_negative(seen(0, 0.1))[0] is False


def spoilt(**changes: np.ndarray) -> bytes:
    with np.load(io.BytesIO(write_heads(Heads(seeing_head(), NEGATIVE)))) as file:
        arrays = dict(file)
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | {name.replace("__", "."): value for name, value in changes.items()}))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no archive",
        write_heads(Heads(seeing_head(), NEGATIVE))[:-40],
        spoilt(way_up__out=np.zeros((9, 3, 4), np.float32)),
        spoilt(way_up__near=np.zeros((4, 4), np.float32)),
        spoilt(negative__facts=np.zeros(3, np.float32)),
        spoilt(way_up__parts=np.full((4, 4), np.nan, np.float16)),
        spoilt(negative__out_bias=np.array([None, None], object)),
    ],
)
def test_a_file_that_holds_no_heads_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match="heads cannot be used"):
        read_heads(content)


def test_the_same_heads_are_the_same_bytes() -> None:
    assert write_heads(Heads(seeing_head(), NEGATIVE)) == write_heads(Heads(seeing_head(), NEGATIVE))
