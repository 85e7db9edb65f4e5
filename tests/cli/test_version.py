"""`vermilion colorize --colors-from`: from the keyboard to the files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.versions import made_scene, warped
from vermilion.pictures import read_mark
from vermilion.tone import luma_of_rgb

SCENE = made_scene()


@pytest.fixture
def box(here: Path) -> Path:
    Image.fromarray(luma_of_rgb(SCENE)).save(here / "a.tif")
    Image.fromarray(warped(SCENE)).save(here / "edited.png")
    return here


def test_colors_and_map_are_written_and_replayed(vermilion, box: Path) -> None:
    said = vermilion(
        "colorize", "a.tif", "--colors-from", "edited.png", "--trust-map", "--recipe", "-o", "b.png"
    )
    assert said.code == 0
    with Image.open("b.png") as image:
        rgb = np.asarray(image)
    np.testing.assert_array_equal(luma_of_rgb(rgb), luma_of_rgb(SCENE))
    assert np.abs(rgb.astype(int) - SCENE)[60:180, 60:260].mean() < 6
    with Image.open("b.trust.png") as trust:
        assert trust.mode == "L"
        assert np.asarray(trust).mean() > 180
    mark = read_mark("b.png")
    assert mark is not None
    assert len(mark.colors_from) == 64
    (box / "b.png").rename("first.png")
    assert vermilion("replay", "b.recipe.json", "-o", "again.png").code == 0
    assert (box / "again.png").read_bytes() == (box / "first.png").read_bytes()


def test_another_picture_is_refused_and_nothing_is_written(vermilion, box: Path) -> None:
    Image.fromarray(warped(made_scene(5))).save("other.png")
    before = sorted(path.name for path in box.iterdir())
    said = vermilion("colorize", "a.tif", "--colors-from", "other.png")
    assert said.code == 1
    assert "other.png does not show the same scene as a.tif" in said.errors[0]
    assert sorted(path.name for path in box.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--trust-map"], "name one with --colors-from"),
        (["--match", "1,2=3,4"], "name it with --colors-from"),
        (["--colors-from", "edited.png", "--match", "1,2"], "--match takes X,Y=U,V"),
        (["--colors-from", "gone.png"], "The version gone.png cannot be read"),
    ],
)
def test_options_that_cannot_be(vermilion, box: Path, options: list[str], told: str) -> None:
    said = vermilion("colorize", "a.tif", *options)
    assert said.code == 1
    assert told in said.errors[0]
    assert not list(box.glob("*.color.*"))


def test_points_a_mask_and_a_cast(vermilion, box: Path) -> None:
    Image.fromarray(np.full((240, 320), 255, np.uint8)).save("mask.png")
    points = ["--match", "80,60=83,71", "--match", "240,60=291,63", "--match", "160,200=193,249"]
    said = vermilion(
        "colorize", "a.tif", "--colors-from", "edited.png", "--trust", "mask.png", "--neutralize", *points
    )
    assert said.code == 0
