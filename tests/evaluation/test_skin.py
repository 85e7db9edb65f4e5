import numpy as np
import pytest

from tests.evaluation.conftest import picture
from vermilion.evaluation import TONES, Skin, SrgbPicture, tone_of
from vermilion.evaluation.skin import read_mask, skin_by_tone, skin_of

LIGHT, TAN = Skin("light", 1, 4.0, (10, 12), (11, 15)), Skin("tan", 1, 8.0, (14, 18), (10, 20))


def test_tones_are_classes_of_the_typology_angle() -> None:
    assert tone_of(np.array([80.0, 10.0, 15.0])) == "light"  # 63 degrees
    assert tone_of(np.array([60.0, 10.0, 15.0])) == "intermediate"  # 34
    assert tone_of(np.array([55.0, 10.0, 15.0])) == "tan"  # 18
    assert tone_of(np.array([45.0, 10.0, 15.0])) == "brown"  # -18
    assert tone_of(np.array([25.0, 10.0, 15.0])) == "dark"  # -59
    assert tone_of(np.array([45.0, 0.0, -5.0])) in dict(TONES)


def test_only_what_the_mask_shows_counts() -> None:
    rgb = picture(2)
    changed = rgb.copy()
    changed[:24] = 255 - changed[:24]
    upper = np.zeros(rgb.shape[:2], bool)
    upper[:24] = True
    above, below = (skin_of(SrgbPicture(rgb), SrgbPicture(changed), mask) for mask in (upper, ~upper))
    assert above
    assert below
    assert above.ab_err > 1
    assert below.ab_err == 0
    assert below.true == below.made
    assert skin_of(SrgbPicture(rgb), SrgbPicture(changed), np.zeros_like(upper)) is None


def test_tones_are_told_together_and_apart() -> None:
    told = skin_by_tone([LIGHT, TAN, TAN])
    assert [(skin.tone, skin.pictures) for skin in told] == [("all", 3), ("light", 1), ("tan", 2)]
    assert told[0].ab_err == pytest.approx(20 / 3)
    assert told[0].true == pytest.approx((38 / 3, 16))
    assert told[2].made == pytest.approx((10, 20))
    assert not skin_by_tone([])


def test_a_mask_is_where_it_is_white(write) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[5:9, 7:20] = 255
    np.testing.assert_array_equal(read_mask(write("m.png", mask)), mask > 0)
