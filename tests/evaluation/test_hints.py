import numpy as np

from tests.evaluation.conftest import picture
from vermilion.color import rgb_to_lab
from vermilion.evaluation import COUNTS, true_hints

RGB = picture(4)


def test_hints_follow_from_the_stem_and_later_ones_add_to_earlier() -> None:
    assert COUNTS == (0, 1, 5, 10, 50)
    five = true_hints(RGB, "door", 5)
    assert true_hints(RGB, "door", 50)[:5] == five
    assert true_hints(RGB, "egg", 5) != five
    assert true_hints(RGB, "door", 0) == ()


def test_hints_are_true() -> None:
    lab = rgb_to_lab(RGB / np.float32(255))
    for hint in true_hints(RGB, "door", 20):
        row, column = int(hint.y), int(hint.x)
        around = lab[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3, 1:].mean((0, 1))
        np.testing.assert_allclose(hint.ab, around, atol=1e-3)
