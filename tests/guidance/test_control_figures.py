"""The figures of single controls that are easily got wrong."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import grading, hinted
from benchmarks.known import Crop, Known, random_of, two_crops
from vermilion import Box, Colorizer, Controls, Stroke
from vermilion.color import ab_to_cbcr, cbcr_to_rgb, rgb_to_lab
from vermilion.guidance import ab_of
from vermilion.guidance.canvas import existing_ab
from vermilion.guidance.looks import apply_cube
from vermilion.guidance.looks.cube import parse_cube


def flat(*colors: tuple[float, float]) -> np.ndarray:
    """a, b [2,n,2] in columns of one colour each."""
    return np.tile(np.array(colors, np.float32), (2, 1, 1))


def test_a_part_is_found_in_what_two_parts_share():
    picture = np.arange(48).reshape(6, 8)
    one, other = Crop(0, 0, 4, 5), Crop(2, 3, 4, 5, mirrored=True)
    assert one.shared_with(other) == Crop(2, 3, 2, 2)
    assert one.shared_with(Crop(4, 5, 2, 3)) is None
    np.testing.assert_array_equal(other.cut(picture)[0], picture[2, 7:2:-1])


def test_parts_depend_on_the_name_alone():
    crops = [two_crops((100, 200), random_of(Path(name))) for name in ("a.png", "b/a.jpg", "c.png")]
    assert crops[0] == crops[1] != crops[2]
    for crop in crops[0]:
        assert 60 <= crop.height <= 80
        assert crop.top + crop.height <= 100
        assert 120 <= crop.width <= 160
        assert crop.left + crop.width <= 200


def test_shares_of_a_way():
    start, goal = flat((0, 0))[0], flat((20, 0))[0]
    assert hinted.share_of_way(start, goal, flat((10, 30))[0]) == pytest.approx(0.5), "across does not count"
    assert hinted.share_of_way(start, goal, start) == 0
    assert hinted.share_of_way(start, goal, goal) == 1


def test_windows():
    values = np.zeros((9, 12), np.float32)
    values[4:7, 7:10] = 1
    assert hinted.best_window(values, 3) == (4, 7)
    assert hinted.square((9, 12), -1, 10, 3).sum() == 2 * 2
    ab = np.random.default_rng(0).normal(0, 20, (30, 40, 2)).astype(np.float32) + 30
    ab[10:18, 20:28] = (30, 5)
    ab[0:8, 0:8] = (1, 0)  # even, but grey
    assert hinted.most_uniform(ab, Crop(0, 0, 30, 40), 8) == Crop(10, 20, 8, 8)
    assert hinted.most_uniform(ab, Crop(0, 0, 6, 40), 8) is None, "nothing so large fits"
    assert hinted.most_uniform(np.zeros_like(ab), Crop(0, 0, 30, 40), 8) is None, "all is grey"


def test_every_kind_of_hint_covers_what_its_pixels_say():
    kinds = {kind: (hint, cells) for kind, hint, cells in hinted.kinds_at(3, 90, (80, 96), "navy")}
    assert len(kinds) == 9
    areas = {kind: int(cells.sum()) for kind, (_, cells) in kinds.items()}
    assert areas["dab"] == 9
    assert areas["box"] == 16 * 16
    assert areas["point, radius 3"] < areas["point, radius 10"] < areas["point, radius 25"]
    assert areas["mask"] == pytest.approx(np.pi * 8**2, rel=0.05)
    stroke, line = kinds["stroke, width 3"]
    assert isinstance(stroke, Stroke)
    assert line[3, 90]
    box, _ = kinds["box"]
    assert isinstance(box, Box)
    assert (box.x0, box.y0, box.x1, box.y1) == (80, 0, 96, 16), "moved into the picture"
    assert hinted.with_strength(box, 0.5) == Box(80, 0, 96, 16, "navy", 0.5)


def test_hues_of_a_palette():
    red, blue = ab_of("#c02020"), ab_of("#2040c0")
    other = (-red[0], -red[1])
    assert grading.hue_share(flat(red, blue), ["#c02020"]) == pytest.approx(
        np.hypot(*red) / (np.hypot(*red) + np.hypot(*blue)), abs=1e-5
    )
    assert grading.hue_share(flat(other), ["#c02020", "#2040c0"]) == 0
    assert grading.hue_share(np.zeros((2, 2, 2), np.float32), ["#c02020"]) == 0
    assert grading.colors_used(flat(red, blue), ["#c02020", "#2040c0"]) == 2
    assert grading.colors_used(flat(red, red), ["#c02020", "#2040c0"]) == 1
    assert grading.colors_used(flat(other), ["#c02020", "#2040c0"]) == 0


def test_a_tint_is_one_hue_and_opposites_are_none():
    assert grading.one_hue(flat((5, 5), (20, 20))) == pytest.approx(1)
    assert grading.one_hue(flat((5, 0), (-5, 0))) == pytest.approx(0)


def test_palettes_apart():
    one, other = flat((0, 0), (30, 0)), flat((30, 0), (0, 0))
    assert grading.palettes_apart(one, other) == 0, "wherever the colours are"
    assert grading.palettes_apart(one, flat((-60, 0), (0, 60))) == pytest.approx(1)


def test_angles():
    assert grading.turned(flat((20, 0)), flat((0, 30))) == pytest.approx(90)
    assert grading.turned(flat((-20, 1)), flat((-20, -1))) == pytest.approx(
        np.degrees(2 * np.arctan(0.05)), abs=1e-3
    )
    assert grading.turned(flat((5, 0)), flat((0, 5))) == 0, "too pale to have a hue"


def test_the_cube_is_the_grade():
    """The table, looked up by the program, gives what the formula gives."""
    random = np.random.default_rng(0)
    luma = random.uniform(0.4, 0.6, (6, 6)).astype(np.float32)
    ab = existing_ab(luma, random.normal(0, 8, (6, 6, 2)).astype(np.float32))
    rgb = cbcr_to_rgb(luma, ab_to_cbcr(luma, ab))
    for strength in (0, 0.3):
        found = apply_cube(parse_cube(grading.cube_text(strength), "grade"), luma, ab)
        np.testing.assert_allclose(found, rgb_to_lab(grading.graded(rgb, strength))[..., 1:], atol=0.05)
    lights = grading.graded(np.array([0.9, 0.9, 0.9], np.float32), 0.3)
    assert lights[0] > lights[1] > lights[2], "orange"


def test_corners():
    luma = np.full((24, 36), 0.5, np.float32)
    luma[:2, -2:], luma[-2:, :2] = 1, 0
    assert grading.corner_lumas(luma) == [0.5, 1, 0, 0.5]


def test_strengths_and_shifts_of_a_picture(tiny_colorizer: Colorizer, tmp_path: Path):
    y, x = np.mgrid[:64, :96]
    Image.fromarray(np.dstack([x * 2, y * 3, 200 - x]).astype(np.uint8)).save(tmp_path / "0.png")
    known = Known(tiny_colorizer, tmp_path / "0.png")
    assert known.size == (64, 96)
    assert known.any_place() != known.any_place()
    np.testing.assert_array_equal(known.paint(Controls()), known.automatic)
    _, off = grading._png(known, Controls(look="vivid"))
    assert off == 0
    assert grading.corner_of(known)[0] > 0
