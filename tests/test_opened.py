"""Scans are seen as a person sees them: the picture inside its margin, upright, in full contrast."""

import cv2
import numpy as np
import pytest

from vermilion import Box, Colorizer, Controls, Hint
from vermilion.color import luma_of_rgb, rgb_to_lab
from vermilion.errors import SettingsError
from vermilion.opened import open_scan
from vermilion.painter import Painter
from vermilion.pictures import read_scan
from vermilion.view import Frame


def picture(seed: int = 1, size: tuple[int, int] = (150, 200)) -> np.ndarray:
    random = np.random.default_rng(seed)
    luma = cv2.resize(
        random.uniform(40, 215, (6, 8)).astype(np.float32), size[::-1], interpolation=cv2.INTER_CUBIC
    )
    return np.clip(luma, 30, 225).astype(np.uint8)


def on_paper(*places: tuple[int, int, np.ndarray], size: tuple[int, int] = (260, 330)) -> np.ndarray:
    scan = np.full(size, 244, np.uint8)
    for x, y, luma in places:
        scan[y : y + luma.shape[0], x : x + luma.shape[1]] = luma
    return scan


def ab(rgb: np.ndarray) -> np.ndarray:
    return rgb_to_lab(rgb.astype(np.float32) / 255)[..., 1:]


def test_the_picture_is_painted_and_its_margin_stays_neutral(tiny_colorizer: Colorizer) -> None:
    scan = on_paper((60, 50, picture()))
    session = tiny_colorizer.open(scan)
    [view] = session.view
    assert view.frame.corners == pytest.approx(Frame(60, 50, 200, 150).corners, abs=1.5)
    result = session.paint()
    rgb = result.to_numpy()
    np.testing.assert_array_equal(luma_of_rgb(rgb), scan)
    colors = ab(rgb)
    assert np.abs(colors[:30]).max() < 1
    assert np.abs(colors[:, :40]).max() < 1
    assert np.abs(colors[70:180, 80:240]).mean() > 5
    [note] = result.notes
    assert note.startswith("the picture was found inside a margin, at 6")


def test_colours_inside_a_margin_are_those_of_the_bare_picture(tiny_colorizer: Colorizer) -> None:
    bare = ab(tiny_colorizer.colorize(picture()).to_numpy())
    mounted = ab(tiny_colorizer.colorize(on_paper((60, 50, picture()))).to_numpy())[50:200, 60:260]
    whole = ab(tiny_colorizer.colorize(on_paper((60, 50, picture())), view="whole").to_numpy())
    inner = np.s_[8:-8, 8:-8]
    assert np.linalg.norm(mounted[inner] - bare[inner], axis=-1).mean() < 2.5
    assert np.abs(whole[:40]).mean() > 1, "the network paints what it takes for a white wall"


@pytest.mark.parametrize(
    "hint", [Hint(160, 120, (40.0, -30.0), radius=30), Box(130, 90, 190, 150, (40, -30))]
)
def test_hints_stay_where_the_picture_is_shown(tiny_colorizer: Colorizer, hint: Hint | Box) -> None:
    colors = ab(tiny_colorizer.colorize(on_paper((60, 50, picture())), hints=[hint]).to_numpy())
    np.testing.assert_allclose(colors[115:125, 155:165].mean((0, 1)), (40, -30), atol=3)
    assert np.abs(colors[70, 230] - (40, -30)).max() > 10


def test_each_of_several_pictures_is_seen_alone(tiny_colorizer: Colorizer) -> None:
    one, other = picture(2, (200, 150)), picture(3, (200, 160))
    scan = on_paper((25, 30, one), (200, 30, other), size=(260, 390))
    session = tiny_colorizer.open(scan)
    assert [round(view.frame.x, -1) for view in session.view] == [20, 200]
    colors = ab(session.paint().to_numpy())
    for x, luma in ((25, one), (200, other)):
        alone = ab(tiny_colorizer.colorize(luma).to_numpy())[12:-12, 12:-12]
        there = colors[42:218, x + 12 : x + luma.shape[1] - 12]
        assert np.linalg.norm(there - alone, axis=-1).mean() < 2.5
    assert session.paint().notes == ("2 pictures were found on it, and each was seen alone",)
    assert len(session.variants()) >= 0
    assert session.suggest(100, 100)
    assert all(0 <= spot.x < 390 for spot in session.ask_me_here())


def test_a_bare_picture_is_seen_exactly_as_a_whole(tiny_colorizer: Colorizer) -> None:
    luma = picture(4)
    for scan in (luma, picture(5, (40, 300))):
        seen, whole = (tiny_colorizer.colorize(scan, view=view) for view in ("auto", "whole"))
        np.testing.assert_array_equal(seen.cbcr, whole.cbcr)
        assert seen.notes == ()


def test_a_faded_picture_is_seen_in_full_contrast_and_keeps_its_greys(tiny_colorizer: Colorizer) -> None:
    """The tiny model paints by brightness: what was seen in full is painted from cool to warm."""
    faded = np.linspace(110, 185, 150 * 200).reshape(150, 200).astype(np.uint8)
    seen, whole = (tiny_colorizer.colorize(faded, view=view).to_numpy() for view in ("auto", "whole"))
    np.testing.assert_array_equal(luma_of_rgb(seen), faded)
    assert np.ptp(ab(seen)[..., 1]) > 1.3 * np.ptp(ab(whole)[..., 1])


class _Stubborn:
    """Heads that find every picture turned by the same quarters."""

    def __init__(self, turns: int) -> None:
        self._turns = turns

    def turns(self, first: np.ndarray, others: object) -> tuple[int, float]:
        return self._turns, 9.0

    def is_negative(self, described: np.ndarray) -> tuple[bool, float]:
        return self._turns == 3, 0.98


@pytest.mark.parametrize("turns", range(4))
def test_a_picture_that_lies_is_seen_upright(tiny_model_folder, turns: int, monkeypatch) -> None:
    colorizer = Colorizer(tiny_model_folder)
    monkeypatch.setattr(Painter, "heads", _Stubborn(turns))
    upright = picture(6, (160, 120))
    lies = np.ascontiguousarray(np.rot90(upright, turns))
    session = colorizer.open(lies)
    assert [view.turns for view in session.view] == [turns]
    seen = session._opened.encoded.parts[0].encoded.luma[0] if turns else session._opened.encoded.luma[0]
    expected = cv2.resize(upright, seen.shape[::-1], interpolation=cv2.INTER_AREA) / 255
    np.testing.assert_allclose(seen, expected, atol=0.05)
    picture_ = session.paint()
    np.testing.assert_array_equal(luma_of_rgb(picture_.to_numpy()), lies)
    turned = (f"it was seen turned by {90 * turns}° clockwise",) if turns else ()
    inverted = ("it looks like a negative (98% sure): invert it first",) if turns == 3 else ()
    assert picture_.notes == (*turned, *inverted)


def test_the_view_is_written_down_and_replayed(tiny_colorizer: Colorizer) -> None:
    scan = on_paper((60, 50, picture()))
    whole = tiny_colorizer.colorize(scan, view="whole")
    assert whole.recipe.view == "whole"
    again = tiny_colorizer.replay(whole.recipe, scan)
    assert whole.recipe.difference(again.recipe) == ""
    with pytest.raises(SettingsError, match="choose one of auto, whole"):
        tiny_colorizer.open(scan, view="sideways")


def test_orientation_and_view_go_together(tiny_colorizer: Colorizer, tmp_path) -> None:
    """A scan that is stored sideways: the frame is that of the picture as it is shown."""
    from PIL import Image

    scan = on_paper((60, 50, picture()))
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(scan))).save(tmp_path / "a.png", exif=exif)
    opened = open_scan(tiny_colorizer._workshop.painter, read_scan(tmp_path / "a.png"), 64)
    assert opened.size == scan.shape
    assert opened.views[0].frame.corners == pytest.approx(Frame(60, 50, 200, 150).corners, abs=1.5)
    straight = tiny_colorizer.colorize(scan, controls=Controls(vividness=2))
    stored = tiny_colorizer.colorize(tmp_path / "a.png", controls=Controls(vividness=2))
    np.testing.assert_allclose(stored.cbcr, np.rot90(straight.cbcr), atol=0.01)
