import numpy as np
import pytest

from vermilion.color import aging, old_photograph, plain_luma
from vermilion.tone import luma_of_rgb


@pytest.fixture(scope="module")
def rgb() -> np.ndarray:
    """A coloured ramp with a patch of another colour, [112,96,3]."""
    y, x = (plane[..., None] / 96 for plane in np.mgrid[:112, :96])
    random = np.random.default_rng(7)
    across, down, level = random.random((3, 3))
    rgb = np.clip(255 * (across * x + down * y + level / 2), 0, 255).astype(np.uint8)
    rgb[20:50, 30:70] = random.integers(0, 256, 3)
    return rgb


def test_old_photographs_are_in_range_and_follow_from_the_seed(rgb: np.ndarray) -> None:
    for seed in range(60):
        old = old_photograph(rgb, np.random.default_rng(seed))
        assert old.dtype == np.float32
        assert old.shape == rgb.shape[:2]
        assert 0 <= old.min() <= old.max() <= 1
        again = old_photograph(rgb, np.random.default_rng(seed))
        np.testing.assert_array_equal(old, again)


def test_old_photographs_still_show_the_scene(rgb: np.ndarray) -> None:
    luma = plain_luma(rgb)
    alike = [
        np.corrcoef(luma.ravel(), old_photograph(rgb, np.random.default_rng(seed)).ravel())[0, 1]
        for seed in range(40)
    ]
    assert np.median(alike) > 0.7


def test_the_picture_itself_is_not_changed(rgb: np.ndarray) -> None:
    before = rgb.copy()
    old_photograph(rgb, np.random.default_rng(0))
    np.testing.assert_array_equal(rgb, before)


@pytest.mark.parametrize("change", [change for change, _ in aging._CHANGES])
def test_each_change_changes_and_copies(change) -> None:
    tone = np.full((48, 64), 0.5, np.float32)
    tone[16:32, 16:32] = 0.9
    before = tone.copy()
    changed = change(tone, np.random.default_rng(3))
    assert changed.dtype == np.float32
    assert not np.array_equal(changed, before)
    np.testing.assert_array_equal(tone, before)


def test_blue_sensitive_plates_see_red_as_dark() -> None:
    red, blue = np.zeros((2, 8, 8, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    weights = np.array(aging.FILMS["blue-sensitive"])
    assert weights @ red[0, 0] < weights @ blue[0, 0]
    assert all(abs(sum(film) - 1) < 1e-9 for film in aging.FILMS.values())


def test_plain_luma_is_that_of_the_program(rgb: np.ndarray) -> None:
    np.testing.assert_allclose(plain_luma(rgb) * 255, luma_of_rgb(rgb), atol=0.51)
