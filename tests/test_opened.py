"""Scans are seen as a person sees them: the picture inside its margin, upright, in full contrast."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from vermilion import Box, Colorizer, Controls, Hint
from vermilion.color import rgb_to_lab
from vermilion.errors import SettingsError
from vermilion.guidance import parse_recipe
from vermilion.painter import Painter
from vermilion.pictures import read_scan
from vermilion.pictures.jpeg.decode import decode
from vermilion.pictures.read import jpeg as jpeg_reader
from vermilion.session import open_scan, opened
from vermilion.tone import luma_of_rgb
from vermilion.view import Frame, Tone, View, ViewOptions


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


def test_the_grid_of_a_scan_is_as_fine_as_that_of_its_picture(tiny_colorizer: Colorizer) -> None:
    scan = on_paper((60, 50, picture()))
    encoded = tiny_colorizer.open(scan)._opened.encoded
    [part] = encoded.parts
    finest = max(part.encoded.grid) / max(part.view.size)
    for cells, side in zip(encoded.grid, scan.shape, strict=True):
        assert abs(cells - side * finest) <= 4


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


class _Asking(_Stubborn):
    """Heads that are not sure before they have seen the picture turned."""

    def turns(self, first: np.ndarray, others: Any) -> tuple[int, float]:
        self.seen = [first, *others()]
        return super().turns(first, others)


@pytest.mark.parametrize("size", [(160, 120), (64, 192)])
def test_heads_that_ask_see_the_picture_in_all_four_positions(
    tiny_model_folder, monkeypatch, size: tuple[int, int]
) -> None:
    heads = _Asking(1)
    covered: list[Any] = []
    monkeypatch.setattr(Painter, "heads", heads)

    def describe(maps: tuple[np.ndarray, np.ndarray], sizes: object) -> np.ndarray:
        covered.append(sizes)
        return maps[0]

    monkeypatch.setattr(opened, "describe", describe)
    Colorizer(tiny_model_folder).open(picture(6, size))
    upright, lying = covered[0], tuple((columns, rows) for rows, columns in covered[0])
    assert covered[:4] == [upright, lying, upright, lying]
    assert upright != lying
    assert [maps.shape[2:] for maps in heads.seen[1::2]] == 2 * [heads.seen[0].shape[:1:-1]]


def test_the_tone_that_was_found_has_the_digits_that_recipes_tell(monkeypatch) -> None:
    monkeypatch.setattr(opened, "find_tone", lambda luma: Tone(1.23456789, -0.98765432))
    assert opened._tone_of(np.zeros((8, 8), np.float32)) == Tone(1.234568, -0.987654)


def test_the_view_is_written_down_and_replayed(tiny_colorizer: Colorizer) -> None:
    scan = on_paper((60, 50, picture()))
    whole = tiny_colorizer.colorize(scan, view="whole")
    assert whole.recipe.view == ViewOptions("whole")
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
    found = open_scan(tiny_colorizer._workshop.painter, read_scan(tmp_path / "a.png"), 64)
    assert found.size == scan.shape
    assert found.views[0].frame.corners == pytest.approx(Frame(60, 50, 200, 150).corners, abs=1.5)
    straight = tiny_colorizer.colorize(scan, controls=Controls(vividness=2))
    stored = tiny_colorizer.colorize(tmp_path / "a.png", controls=Controls(vividness=2))
    np.testing.assert_allclose(stored.cbcr, np.rot90(straight.cbcr), atol=0.01)


SPOT = ViewOptions(frames=(Frame(100, 80, 160, 120),))


def test_a_frame_that_a_person_gives_is_where_the_picture_lies(tiny_colorizer: Colorizer) -> None:
    scan = picture(7, (260, 330))
    session = tiny_colorizer.open(scan, view=SPOT)
    assert [view.frame for view in session.view] == [Frame(100, 80, 160, 120)]
    painted = session.paint()
    assert painted.notes == (), "the person knows"
    colors = ab(painted.to_numpy())
    alone = ab(tiny_colorizer.colorize(scan[80:200, 100:260]).to_numpy())
    inner = np.s_[8:-8, 8:-8]
    assert np.linalg.norm(colors[80:200, 100:260][inner] - alone[inner], axis=-1).mean() < 2.5
    assert np.abs(colors[:60]).max() < 1


@pytest.mark.parametrize("way_up", [90, 180, 270])
def test_a_person_says_which_way_is_up(tiny_colorizer: Colorizer, way_up: int) -> None:
    upright = picture(6, (150, 113))
    standing = tiny_colorizer.colorize(upright)
    lies = np.ascontiguousarray(np.rot90(upright, way_up // 90))
    for options in (ViewOptions(way_up=way_up), ViewOptions("whole", way_up=way_up)):
        session = tiny_colorizer.open(lies, view=options)
        assert [view.turns for view in session.view] == [way_up // 90]
        painted = session.paint()
        assert painted.notes == ()
        np.testing.assert_allclose(np.rot90(painted.cbcr, -way_up // 90), standing.cbcr, atol=1e-3)
        apart = np.rot90(ab(painted.to_numpy()), -way_up // 90) - ab(standing.to_numpy())
        assert np.linalg.norm(apart, axis=-1).mean() < 0.2


def test_a_hint_on_a_turned_picture_reaches_as_on_an_upright_one(tiny_colorizer: Colorizer) -> None:
    upright = picture(6, (150, 113))
    standing = tiny_colorizer.colorize(upright, hints=[Hint(x=30.5, y=40.5, color="teal")])
    lies = np.ascontiguousarray(np.rot90(upright, 1))  # what was at x, y is at y, 113 - x
    painted = tiny_colorizer.colorize(
        lies, view=ViewOptions(way_up=90), hints=[Hint(x=40.5, y=113 - 30.5, color="teal")]
    )
    np.testing.assert_allclose(np.rot90(painted.cbcr, -1), standing.cbcr, atol=0.5)


def test_upright_is_believed_whatever_the_model_thinks(tiny_model_folder, monkeypatch) -> None:
    monkeypatch.setattr(Painter, "heads", _Stubborn(1))
    session = Colorizer(tiny_model_folder).open(picture(6), view=ViewOptions(way_up=0))
    assert [view.turns for view in session.view] == [0]


@pytest.mark.parametrize(
    "scan",
    [
        on_paper((60, 50, picture())),
        on_paper((25, 30, picture(2, (200, 150))), (200, 30, picture(3, (200, 160))), size=(260, 390)),
        (picture(4) // 3 + 90).astype(np.uint8),
        picture(5),
    ],
    ids=["margin", "two", "faded", "bare"],
)
@pytest.mark.parametrize("turns", [0, 1])
def test_a_replay_sees_what_was_seen_whatever_is_found_by_then(
    tiny_model_folder, scan: np.ndarray, turns: int, monkeypatch
) -> None:
    colorizer = Colorizer(tiny_model_folder)
    monkeypatch.setattr(Painter, "heads", _Stubborn(turns))
    session = colorizer.open(scan)
    first = session.paint()
    recipe = parse_recipe(first.recipe.to_json())
    assert recipe.seen == session.view
    # A later version finds otherwise.
    monkeypatch.setattr(Painter, "heads", _Stubborn(2))
    monkeypatch.setattr(opened, "find_frames", lambda _: (Frame(0, 0, 40, 40),))
    monkeypatch.setattr(opened, "find_tone", lambda _: Tone(0.5, 0.1))
    again = colorizer.replay(recipe, scan)
    np.testing.assert_array_equal(again.cbcr, first.cbcr)
    assert again.recipe.seen == recipe.seen
    assert recipe.hash == again.recipe.hash
    assert recipe.difference(again.recipe) == ""
    for anew in (
        replace(recipe, seen=()),
        replace(recipe, input=replace(recipe.input, sha256="")),
    ):
        assert colorizer.replay(anew, scan).recipe.seen != recipe.seen


@pytest.mark.parametrize(("margin", "decodes"), [(0, 1), (20, 1), (150, 2)])
def test_a_jpeg_is_decoded_no_more_often_than_its_picture_needs(
    tiny_colorizer: Colorizer, margin: int, decodes: int, monkeypatch
) -> None:
    luma = cv2.resize(picture(2), (1600, 1200), interpolation=cv2.INTER_CUBIC)
    scan = cv2.copyMakeBorder(luma, *(4 * margin,) * 4, cv2.BORDER_CONSTANT, value=244)
    jpeg = cv2.imencode(".jpg", scan, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    sizes = []

    def counted(*arguments: Any) -> Any:
        sizes.append(arguments[2:])
        return decode(*arguments)

    monkeypatch.setattr(jpeg_reader, "decode", counted)
    session = tiny_colorizer.open(jpeg, size=256)
    assert [view.is_whole for view in session.view] == [margin == 0]
    assert len(sizes) == decodes


def test_what_was_asked_tells_results_apart_and_what_was_seen_does_not(tiny_colorizer: Colorizer) -> None:
    plain, other, framed = (
        tiny_colorizer.open(scan, view=view).paint().recipe.options_hash
        for scan, view in (
            (picture(1), "auto"),
            (on_paper((60, 50, picture())), "auto"),
            (picture(7, (260, 330)), SPOT),
        )
    )
    assert plain == other != framed


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"frames": (Frame(300, 0, 200, 100),)}, r"frame 300,0,200,100 does not lie .* 200 × 150 pixels"),
        ({"frames": (Frame(-90, 0, 100, 100),)}, "does not lie on the picture"),
        ({"frames": (Frame(0, 0, 0.5, 100),)}, "of a pixel at least"),
        ({"frames": (Frame(0, 0, float("nan"), 100),)}, "of a pixel at least"),
        ({"frames": (Frame(50, 20, 80, 80, 60),)}, "askew by more than 45°"),
        ({"frames": (Frame(0, 0, 50, 50),) * 41}, "41 frames has too many; give at most 40"),
        ({"mode": "whole", "frames": (Frame(0, 0, 50, 50),)}, "The whole scan has no frames"),
        ({"mode": "sideways"}, "choose one of auto, whole"),
        ({"way_up": 45}, "choose 0, 90, 180 or 270"),
    ],
)
def test_views_that_make_no_sense(tiny_colorizer: Colorizer, options: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        tiny_colorizer.open(picture(1), view=ViewOptions(**options))


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("scan", [10, 20], "does not fit one of 200 × 150"),
        ("turns", 4, "is impossible"),
        ("tone", {"gain": float("nan"), "offset": 0}, "must be a finite number"),
        ("frame", {"x": 0, "y": 0, "width": 1e300, "height": 3}, "does not lie on the picture"),
    ],
)
def test_views_of_recipes_are_checked(tiny_colorizer: Colorizer, key: str, value: object, told: str) -> None:
    facts = json.loads(tiny_colorizer.colorize(picture(1)).recipe.to_json())
    facts["seen"][0][key] = value
    with pytest.raises(SettingsError, match=told):
        tiny_colorizer.replay(parse_recipe(json.dumps(facts)), picture(1))


@pytest.mark.parametrize(
    "asked", [SPOT, ViewOptions("whole"), ViewOptions(way_up=270)], ids=["frame", "whole", "way up"]
)
def test_a_view_that_is_edited_into_a_recipe_comes_before_what_was_seen(
    tiny_colorizer: Colorizer, asked: ViewOptions
) -> None:
    scan = on_paper((60, 50, picture()))
    recipe = tiny_colorizer.colorize(scan).recipe
    edited = tiny_colorizer.replay(replace(recipe, view=asked), scan)
    assert edited.recipe.seen == tiny_colorizer.open(scan, view=asked).view != recipe.seen
    kept = tiny_colorizer.colorize(scan, view=asked).recipe
    assert tiny_colorizer.replay(kept, scan).recipe.hash == kept.hash


def test_a_persons_frame_lies_on_the_picture_as_it_is_shown(tiny_colorizer: Colorizer, tmp_path) -> None:
    """A scan that is stored sideways."""
    from PIL import Image

    scan = picture(7, (260, 330))
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(scan))).save(tmp_path / "a.png", exif=exif)
    asked = ViewOptions(frames=(Frame(180, 20, 140, 100),), way_up=90)
    straight, stored = (tiny_colorizer.colorize(each, view=asked) for each in (scan, tmp_path / "a.png"))
    np.testing.assert_allclose(stored.cbcr, np.rot90(straight.cbcr), atol=0.01)
    beside = ab(straight.to_numpy())
    assert np.abs(beside[:, :150]).max() < 1
    assert np.abs(beside[30:110, 190:310]).mean() > 2


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((300, 400), (300, 400)),
        ((600, 1024), (300, 512)),
        ((1023, 2047), (256, 512)),
        ((1024, 2048), (192, 384)),
        ((1, 4000), (1, 500)),
        ((2000, 3200), (250, 400)),
        ((4000, 6000), (341, 512)),
    ],
)
def test_frames_are_looked_for_at_an_eighth_of_what_is_large_and_at_512_pixels_at_most(
    size: tuple[int, int], seen: tuple[int, int]
) -> None:
    assert opened._preview_size(size) == seen


@pytest.mark.parametrize(
    ("size", "frame", "seen", "decoded"),
    [
        ((480, 640), None, (48, 64), ((96, 128), (48, 64))),
        ((333, 499), None, (48, 64), ((85, 128), (43, 64))),
        ((1, 300), None, (16, 64), ((1, 128), (1, 64))),
        ((100, 64), None, (96, 64), ((100, 64), (50, 32))),
        ((480, 640), Frame(0, 0, 320, 240), (48, 64), ((192, 256), (96, 128))),
    ],
)
def test_a_scan_is_decoded_twice_as_finely_as_its_picture_is_seen_and_not_enlarged(
    size: tuple[int, int],
    frame: Frame | None,
    seen: tuple[int, int],
    decoded: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    asked = []

    def preview(*sizes: tuple[int, int]) -> np.ndarray:
        asked.append(sizes)
        return np.zeros(sizes[0], np.float32)

    scan: Any = SimpleNamespace(size=size, orientation=1, pixels=SimpleNamespace(preview=preview))
    view = View(size, frame or Frame(0, 0, size[1], size[0]))
    assert opened._codes(scan, [view], [seen]).shape == decoded[0]
    assert asked == [decoded]
