import numpy as np
import pytest

from vermilion.errors import HintError, SettingsError
from vermilion.guidance import Hint, load_album, load_hints
from vermilion.guidance.canvas import AB_SCALE, rasterize_hints
from vermilion.guidance.looks.look_file import read_look

PICTURE = (600, 800)
GRID = (60, 80)


def test_no_hints_are_all_zero():
    canvas = rasterize_hints([], PICTURE, GRID)
    assert canvas.shape == (3, *GRID)
    assert canvas.dtype == np.float32
    assert not canvas.any()


def test_a_hint_covers_a_small_dab_around_its_place():
    canvas = rasterize_hints([Hint(405, 205, (55.0, -22.0))], PICTURE, GRID)
    rows, columns = np.nonzero(canvas[2])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (19, 21, 39, 41)
    np.testing.assert_allclose(canvas[:, 20, 40], (0.5, -0.2, 1), rtol=1e-6)


def test_radius_is_in_pixels_of_the_picture():
    canvas = rasterize_hints([Hint(400, 300, (10, 10), radius=100)], PICTURE, GRID)
    assert canvas[2].sum() == pytest.approx(np.pi * 10**2, rel=0.03)


def test_radius_nought_is_one_cell():
    assert rasterize_hints([Hint(3, 4, (10, 10), radius=0)], PICTURE, GRID)[2].sum() == 1


def test_later_hints_lie_over_earlier_ones():
    canvas = rasterize_hints([Hint(400, 300, (11, 0)), Hint(400, 300, (22, 0), radius=0)], PICTURE, GRID)
    np.testing.assert_allclose(canvas[0, 30, 40], 0.2)
    np.testing.assert_allclose(canvas[0, 30, 41], 0.1)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (799.9, 599.9), (799.9, 0)])
def test_corners_belong_to_the_picture(x, y):
    assert rasterize_hints([Hint(x, y, "#ff0000")], PICTURE, GRID)[2].any()


@pytest.mark.parametrize(("x", "y"), [(-1, 5), (5, -0.1), (800, 5), (5, 600), (float("nan"), 5)])
def test_outside_is_refused(x, y):
    with pytest.raises(HintError, match="outside the picture of 800 × 600 pixels"):
        rasterize_hints([Hint(x, y, "#ff0000")], PICTURE, GRID)


@pytest.mark.parametrize("radius", [-1.0, float("inf"), float("nan")])
def test_a_senseless_radius_is_refused(radius):
    with pytest.raises(HintError, match="radius"):
        rasterize_hints([Hint(5, 5, "#ff0000", radius)], PICTURE, GRID)


def test_hex_colors_are_srgb():
    assert Hint(0, 0, "#ff0000").ab == pytest.approx((80.094, 67.202), abs=0.01)
    assert Hint(0, 0, "C2553A").ab == Hint(0, 0, "#c2553a").ab
    assert Hint(0, 0, "#808080").ab == pytest.approx((0, 0), abs=0.01)


@pytest.mark.parametrize("color", ["#ff00", "#gg0000", "", None, (1,), (1, 2, 3), ("a", 2), (300, 0), 5])
def test_colors_that_are_none(color):
    with pytest.raises(HintError):
        _ = Hint(0, 0, color).ab


def test_the_scale_is_the_contracts():
    assert AB_SCALE == 110


@pytest.mark.parametrize("content", [b"\xdb\xff\x00\x01", b'["\0"]', "[]".encode("utf-16")])
def test_files_that_are_no_text_are_told_without_their_bytes(content, tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    for read, told in (
        (load_hints, f"The hints {path} are no text in UTF-8; name a JSON file."),
        (load_album, f"The album {path} is no text in UTF-8; name a JSON file."),
        (read_look, f"The look {path} is no text in UTF-8; name a TOML file."),
    ):
        with pytest.raises(SettingsError) as caught:
            read(path)
        assert str(caught.value) == told
