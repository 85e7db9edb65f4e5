"""The options that steer colours, from the keyboard to the file."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import luma
from vermilion.color import rgb_to_lab


def ab_at(path: Path, x: int, y: int) -> np.ndarray:
    with Image.open(path) as image:
        patch = np.asarray(image.convert("RGB"))[y - 2 : y + 3, x - 2 : x + 3]
    return rgb_to_lab(patch / 255)[..., 1:].mean(axis=(0, 1))


def test_hints_color_their_places(vermilion, scan, here: Path) -> None:
    scan("a.png")
    (here / "hints.json").write_text(
        json.dumps([{"x0": 10, "y0": 40, "x1": 50, "y1": 70, "color": [25, 10]}])
    )
    said = vermilion("colorize", "a.png", "--hints", "hints.json", "--hint", "75,20,8=grey", "-o", "b.png")
    assert said.code == 0
    np.testing.assert_allclose(ab_at(here / "b.png", 20, 60), (25, 10), atol=3)
    np.testing.assert_allclose(ab_at(here / "b.png", 75, 20), (0, 0), atol=3)
    np.testing.assert_array_equal(luma(here / "b.png"), luma(here / "a.png"))


def test_a_hint_on_the_command_line_lies_over_the_file(vermilion, scan, here: Path) -> None:
    scan("a.png")
    (here / "hints.json").write_text('[{"x": 20, "y": 60, "color": [25, 10], "radius": 10}]')
    vermilion("colorize", "a.png", "--hints", "hints.json", "--hint", "20,60,10=grey", "-o", "b.png")
    np.testing.assert_allclose(ab_at(here / "b.png", 20, 60), (0, 0), atol=3)


def test_a_color_that_cannot_exist_is_told(vermilion, scan) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", "--hint", "48,36=navy")  # the bright disc
    assert said.code == 0
    assert "the colour of the hint at x = 48, y = 36 cannot exist" in said.out


def test_vividness_nought_is_grey(vermilion, scan, here: Path) -> None:
    scan("a.png")
    vermilion("colorize", "a.png", "--vividness", "0")
    with Image.open(here / "a.color.png") as image:
        assert np.ptp(np.asarray(image), axis=2).max() == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--look", "muted"],
        ["--warmth", "-20"],
        ["--tint", "15"],
        ["--temperature", "0.1"],
    ],
)
def test_each_control_changes_colors_and_no_grey_level(
    vermilion, scan, here: Path, options: list[str]
) -> None:
    scan("a.png")
    vermilion("colorize", "a.png", "-o", "plain.png")
    assert vermilion("colorize", "a.png", *options, "-o", "steered.png").code == 0
    with Image.open(here / "plain.png") as plain, Image.open(here / "steered.png") as steered:
        assert np.abs(np.asarray(plain).astype(int) - np.asarray(steered)).max() > 1
    np.testing.assert_array_equal(luma(here / "steered.png"), luma(here / "a.png"))


def test_unsure_colors_fade(vermilion, scan, here: Path, tiny_model: Path) -> None:
    """With a model that doubts all it paints: at one of a hundred it keeps no colour."""
    doubting = here / "doubting"
    shutil.copytree(tiny_model, doubting)
    card = json.loads((doubting / "model.json").read_text())
    (doubting / "model.json").write_text(json.dumps(card | {"calibration": [0, -4.6]}))
    scan("a.png")
    left = []
    for strength in ("0", "0.5", "1"):
        words = ["--fade-unsure", strength, "--overwrite", "-o", "b.png"]
        assert vermilion("colorize", "a.png", *words, model=doubting).code == 0
        left.append(np.linalg.norm(ab_at(here / "b.png", 20, 60)))
    assert left[0] > left[1] + 1 > 2
    assert left[2] < 1
    np.testing.assert_array_equal(luma(here / "b.png"), luma(here / "a.png"))


def test_the_map_of_confidence_stands_beside_the_result(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    assert vermilion("colorize", "box", "--confidence-map").code == 0
    with Image.open(here / "box" / "a.color.confidence.png") as image:
        assert (image.mode, image.size) == ("RGBA", (96, 72))
    said = vermilion("colorize", "box", "--confidence-map")
    assert "0 colourised" in said.out  # neither the result nor the map is taken for a scan
    assert "failed" not in said.out


def test_a_map_that_is_there_is_not_overwritten(vermilion, scan, here: Path) -> None:
    scan("a.png")
    (here / "a.color.confidence.png").write_bytes(b"mine")
    said = vermilion("colorize", "a.png", "--confidence-map")
    assert said.code == 1
    assert "a.color.confidence.png exists already" in said.errors[0]
    assert not (here / "a.color.png").exists()
    assert vermilion("colorize", "a.png", "--confidence-map", "--overwrite").code == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--hint", "500,20=navy"], "lies outside the picture of 96 × 72 pixels"),
        (["--hint", "20,20=bleu"], "did you mean 'blue'"),
        (["--hint", "20,20"], "write x,y=colour"),
        (["--hints", "gone.json"], "gone.json cannot be read"),
        (["--look", "sepia"], "There is no look 'sepia'"),
        (["--cube", "gone.cube"], "gone.cube cannot be read"),
        (["--vividness", "-1"], "A vividness of -1 is impossible"),
        (["--fade-unsure", "2"], "A fade-unsure of 2 is impossible"),
        (["--temperature", "0"], "A temperature of 0 is impossible"),
        (["--confidence-map", "-o", "-"], "nothing beside it"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_writes_nothing(
    vermilion, scan, here: Path, options: list[str], told: str
) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", *options)
    assert said.code == 1
    assert len(said.errors) == 1
    assert told in said.errors[0]
    assert [path.name for path in here.iterdir()] == ["a.png"]


def test_variants_are_written_with_a_contact_sheet(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    said = vermilion("colorize", "box", "--variants", "3", "--recipe")
    assert said.code == 0
    names = {path.name for path in (here / "box").iterdir()}
    assert {"a.color.png", "a.color.v1.png", "a.color.v1.recipe.json", "a.color.variants.jpg"} <= names
    np.testing.assert_array_equal(luma(here / "box" / "a.color.v1.png"), luma(here / "box" / "a.png"))
    (here / "again").mkdir()
    replayed = vermilion("replay", "box/a.color.v1.recipe.json", "-o", "again/a.png")
    assert replayed.code == 0
    with Image.open(here / "again" / "a.png") as again, Image.open(here / "box" / "a.color.v1.png") as first:
        np.testing.assert_array_equal(np.asarray(again), np.asarray(first))
    assert "0 colourised" in vermilion("colorize", "box").out  # none of them is taken for a scan


def test_a_variant_that_is_there_is_not_overwritten(vermilion, scan, here: Path) -> None:
    scan("a.png")
    (here / "a.color.v1.png").write_bytes(b"mine")
    said = vermilion("colorize", "a.png", "--variants", "2")
    assert said.code == 1
    assert "a.color.v1.png exists already" in said.errors[0]
    assert {path.name for path in here.iterdir()} == {"a.png", "a.color.v1.png"}


def test_a_palette_is_what_is_painted_with(vermilion, scan, here: Path) -> None:
    scan("a.png")
    assert vermilion("colorize", "a.png", "--palette", "#008000", "-o", "green.png").code == 0
    with Image.open(here / "green.png") as image:
        ab = rgb_to_lab(np.asarray(image) / 255)[..., 1:]
    assert ab[..., 0].min() < -20
    Image.new("RGB", (50, 50), "#008000").save(here / "moss.jpg")
    assert vermilion("colorize", "a.png", "--palette", "moss.jpg", "-o", "moss.png").code == 0
    assert ab_at(here / "moss.png", 20, 60)[0] < 0


def test_a_reference_gives_its_colors_to_what_looks_alike(vermilion, scan, here: Path) -> None:
    grey = Image.open(scan("a.png"))
    tinted = Image.merge("RGB", (grey.point(lambda v: min(255, v + 30)), grey, grey.point(lambda v: v * 0.7)))
    tinted.save(here / "tinted.png")
    assert vermilion("colorize", "a.png", "--reference", "tinted.png", "-o", "b.png").code == 0
    np.testing.assert_array_equal(luma(here / "b.png"), luma(here / "a.png"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--palette", "moss.jpg"], "'moss.jpg' in the palette is neither a colour nor a picture"),
        (["--palette", "navy,bleu"], "'bleu' in the palette"),
        (["--reference", "gone.jpg"], "The reference gone.jpg cannot be read"),
        (["--reference", "a.png"], "a.png has no colours to carry over"),
        (["--seed", "-1"], "A seed of -1 is impossible"),
        (["--variants", "2", "-o", "-"], "Variants are several pictures"),
    ],
)
def test_guides_that_cannot_be_used(vermilion, scan, here: Path, options: list[str], told: str) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", *options)
    assert said.code == 1
    assert told in said.errors[0]
    assert [path.name for path in here.iterdir()] == ["a.png"]


@pytest.mark.parametrize("palette", ["", " , ", "a.png"])
def test_a_palette_without_colors_is_refused(vermilion, scan, here: Path, palette: str) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", "--palette", palette)
    assert said.code == 1
    assert "has no colours" in said.errors[0]
    assert [path.name for path in here.iterdir()] == ["a.png"]


def test_recipes_of_two_scans_never_share_a_name(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    scan("box/a.webp")
    assert vermilion("colorize", "box", "-o", "out").code == 0
    said = vermilion("colorize", "box", "-o", "out", "--overwrite", "--recipe")
    assert said.code == 1
    assert "would have the same names" in said.errors[0]
    assert not list(here.rglob("*.json"))
