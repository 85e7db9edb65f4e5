"""How a scan is to be seen, from the keyboard to the file."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import luma
from tests.test_opened import ab, on_paper, picture


@pytest.fixture
def margin(here: Path) -> Path:
    Image.fromarray(on_paper((60, 50, picture()))).save(here / "a.png")
    return here / "a.png"


def colors(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return ab(np.asarray(image.convert("RGB")))


def test_a_frame_and_a_way_up_reach_the_picture_and_its_recipe(vermilion, margin: Path) -> None:
    said = vermilion(
        "colorize", margin, "--frame", "60,50,100,150", "--frame", "160,50,100,150,1", "--way-up", "90",
        "--recipe",
    )  # fmt: skip
    assert (said.code, "found" in said.err) == (0, False)
    result = margin.with_name("a.color.png")
    np.testing.assert_array_equal(luma(result), luma(margin))
    assert np.abs(colors(result)[:40]).max() < 1
    facts = json.loads(margin.with_name("a.color.recipe.json").read_text())
    assert [each["frame"]["x"] for each in facts["seen"]] == [60, 160]
    assert [each["turns"] for each in facts["seen"]] == [1, 1]
    assert facts["view"]["way_up"] == 90
    assert vermilion("replay", "a.color.recipe.json", "-o", "again.png").code == 0
    np.testing.assert_array_equal(colors(result), colors(margin.with_name("again.png")))


def test_results_of_another_view_are_named(vermilion, margin: Path) -> None:
    assert vermilion("colorize", margin).code == 0
    assert "other options" not in vermilion("colorize", margin).out
    assert "other options" in vermilion("colorize", margin, "--frame", "60,50,200,150").out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--frame", "60,50"], "--frame takes X,Y,WIDTH,HEIGHT and perhaps an angle, not '60,50'"),
        (["--frame", "a,b,c,d"], "not 'a,b,c,d'"),
        (["--frame", "60,50,900,150"], "does not lie on the picture, which has 330 × 260 pixels"),
        (["--frame", "0,0,90,90", "--view", "whole"], "leave out the view whole, or the frames"),
        (["--way-up", "45"], "--way-up is auto, 0, 90, 180 or 270, not 45"),
        (["--view", "sideways"], "choose one of auto, whole"),
    ],
)
def test_views_that_cannot_be(vermilion, margin: Path, options: list[str], told: str) -> None:
    said = vermilion("colorize", margin, *options)
    assert said.code == 1
    assert told in said.err
    assert not margin.with_name("a.color.png").exists()


def test_a_stream_is_seen_as_asked_too(vermilion, margin: Path, here: Path) -> None:
    options = ("--frame", "160,50,100,150", "--way-up", "180")
    content = vermilion("colorize", "-", *options, stdin=margin.read_bytes()).bytes
    (here / "piped.png").write_bytes(content)
    assert np.abs(colors(here / "piped.png")[:, :130]).max() < 1
    vermilion("colorize", margin, *options)
    np.testing.assert_array_equal(colors(here / "piped.png"), colors(here / "a.color.png"))
