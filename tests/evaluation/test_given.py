"""Pictures on mounts, turned and faded, and back again."""

import numpy as np
import pytest

from tests.evaluation.conftest import picture
from vermilion.errors import SettingsError
from vermilion.evaluation import EvaluationOptions, SrgbPicture, compare, evaluate
from vermilion.evaluation.given import MOUNTED, given_of
from vermilion.evaluation.report import page_of
from vermilion.evaluation.run import MOUNTED_NOTE
from vermilion.tone import luma_of_rgb


def three(luma: np.ndarray) -> np.ndarray:
    return np.repeat(luma[..., None], 3, axis=2)


@pytest.mark.parametrize("kind", [kind for kind in MOUNTED if kind != "faded"])
def test_what_is_mounted_is_found_where_it_lies(kind: str) -> None:
    rgb = picture(3, (200, 150))
    luma = luma_of_rgb(rgb).astype(float)
    for stem in ("a", "b", "c", "d"):
        given = given_of(rgb, stem, mounted=kind)
        back = given.back(three(given.luma))
        assert back.shape == rgb.shape
        away = np.abs(back[..., 0] - luma)[4:-4, 4:-4]
        assert (away.max() == 0) if kind == "turned" else (np.median(away) <= 1 and away.mean() < 4)
        np.testing.assert_array_equal(given.luma, given_of(rgb, stem, mounted=kind).luma)
    others = {given_of(rgb, stem, mounted=kind).luma.tobytes() for stem in "abcdefgh"}
    assert len(others) > 2


def test_faded_pictures_have_few_greys_and_lie_as_they_are() -> None:
    for stem in "abcdefgh":
        given = given_of(picture(3), stem, mounted="faded")
        assert 20 <= np.ptp(given.luma) < 110
        assert given.view.is_whole


def test_turned_pictures_are_painted_as_they_lie_and_compared_upright(photos, tiny_colorizer) -> None:
    options = EvaluationOptions(mounted="turned", view="whole", limit=1)
    found = evaluate(photos, options, colorizer=tiny_colorizer)
    assert (found.about.mounted, found.about.view, found.notes) == ("turned", "whole", (MOUNTED_NOTE,))
    true = picture(0)
    given = given_of(true, "beach", mounted="turned")
    painted = tiny_colorizer.colorize(given.luma, view="whole").to_numpy()
    upright = np.ascontiguousarray(np.rot90(painted, -given.view.turns))
    assert found.pictures[0].ours == compare(SrgbPicture(true), SrgbPicture(upright))
    assert "turned" in page_of(found)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mounted": "upside"}, "choose one of white, black, card, gate, caption, letterbox, turned, faded"),
        ({"mounted": "white", "hints": True}, "leave out hints and against"),
    ],
)
def test_mounts_that_cannot_be(photos, tiny_colorizer, options, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        evaluate(photos, EvaluationOptions(**options), colorizer=tiny_colorizer)
