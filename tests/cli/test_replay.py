"""`vermilion colorize --recipe` and `vermilion replay`: the same pixels again, or a reason why not."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import make_tiny_model, write_card
from vermilion.guidance import load_recipe
from vermilion.pictures import read_provenance


@pytest.fixture
def first(vermilion, scan) -> Path:
    """A coloured picture, a.color.png, and its recipe."""
    assert vermilion("colorize", scan("a.png"), "--recipe", "--size", "96").code == 0
    return Path("a.color.recipe.json")


def edit(path: Path, **changes: object) -> None:
    """Change values by hand; a key may lead into a table: input__sha256."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    for key, value in changes.items():
        table, _, name = key.rpartition("__")
        (facts[table] if table else facts)[name] = value
    path.write_text(json.dumps(facts), encoding="utf-8")


def same(one: str, other: str) -> bool:
    with Image.open(one) as first, Image.open(other) as second:
        return np.array_equal(np.asarray(first), np.asarray(second))


def test_a_replay_gives_the_identical_file(vermilion, first: Path) -> None:
    said = vermilion("replay", first, "-o", "again.png")
    assert (said.code, said.err) == (0, "")
    assert said.out == "a.color.recipe.json -> again.png\n"
    assert Path("again.png").read_bytes() == Path("a.color.png").read_bytes()


def test_the_mark_names_the_recipe(vermilion, first: Path) -> None:
    mark = read_provenance("a.color.png").mark
    assert mark is not None
    assert mark.recipe_hash == load_recipe(first).hash
    assert mark.model_hash == load_recipe(first).model.sha256


def test_a_recipe_edited_by_hand_is_followed(vermilion, first: Path) -> None:
    hint = {"x": 48, "y": 36, "color": "#ff0000", "radius": 30}
    edit(first, controls__hints=[hint])
    said = vermilion("replay", first, "-o", "red.png")
    assert said.code == 0
    assert "the recipe was edited since" in said.err
    with Image.open("red.png") as image:
        red, _, blue = image.getpixel((48, 36))  # type: ignore[misc]
    assert red > blue + 20
    assert not same("red.png", "a.color.png")


def test_the_scan_is_found_beside_the_recipe_or_where_it_is_said(vermilion, first: Path, here: Path) -> None:
    (here / "kept").mkdir()
    for name in ("a.png", first.name):
        (here / name).rename(here / "kept" / name)
    assert vermilion("replay", f"kept/{first.name}", "-o", "b.png").code == 0
    (here / "kept/a.png").rename(here / "moved.png")
    said = vermilion("replay", f"kept/{first.name}", "-o", "c.png")
    assert said.code == 1
    assert "is neither in its place nor beside the recipe" in said.errors[0]
    assert vermilion("replay", f"kept/{first.name}", "--scan", "moved.png").code == 0
    assert same("moved.color.png", "b.png")


def test_another_picture_is_refused_unless_any_will_do(vermilion, scan, first: Path) -> None:
    scan("b.png", (80, 60))
    said = vermilion("replay", first, "--scan", "b.png")
    assert said.code == 1
    assert "b.png is not the picture that the recipe was made for" in said.errors[0]
    assert not Path("b.color.png").exists()
    edit(first, input__sha256="")
    said = vermilion("replay", first, "--scan", "b.png")
    assert said.code == 0
    assert "edited" in said.err


def test_another_model_is_refused_unless_any_will_do(vermilion, first: Path, here: Path) -> None:
    other = make_tiny_model(here / "other")
    files = json.loads((other / "model.json").read_text())["files"]
    write_card(other, name="bolder", temperature=0.1, files=files)
    said = vermilion("replay", first, "-o", "b.png", model=other)
    assert said.code == 1
    assert "made with the model tiny 0.0.1" in said.errors[0]
    assert "this is bolder 0.0.1" in said.errors[0]
    assert not Path("b.png").exists()
    edit(first, model__sha256="")
    assert vermilion("replay", first, "-o", "b.png", model=other).code == 0
    assert not same("b.png", "a.color.png")


def test_another_engine_is_told(vermilion, first: Path) -> None:
    facts = json.loads(first.read_text())["made"]
    edit(first, made=facts | {"engine": "a calculating horse", "colors": "ab" * 32})
    assert "a calculating horse" in vermilion("replay", first, "-o", "b.png").err
    edit(first, made=facts | {"colors": "ab" * 32})
    assert "for no reason that is known" in vermilion("replay", first, "-o", "c.png").err
    edit(first, made=None)
    assert vermilion("replay", first, "-o", "d.png").err == ""


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": 99}, "update vermilion"),
        ({"page": 3}, "there is no page 3"),
        ({"size": 7}, "working size of 7"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"controls__hints": [{"x": 999, "y": 1, "color": "red"}]}, "outside the picture"),
        ({"controls__cube": {"path": "gone.cube", "sha256": "ab" * 32}}, "cube: gone.cube cannot be read"),
    ],
)
def test_a_wrong_recipe_is_one_sentence_and_nothing_is_written(vermilion, first, changes, told) -> None:
    edit(first, **changes)
    said = vermilion("replay", first, "-o", "b.png")
    assert (said.code, len(said.errors)) == (1, 1)
    assert told in said.errors[0]
    assert not Path("b.png").exists()


def test_nothing_is_overwritten_unasked(vermilion, scan, first: Path) -> None:
    said = vermilion("replay", first)
    assert said.code == 1
    assert "a.color.png exists already" in said.errors[0]
    assert vermilion("replay", first, "--overwrite").code == 0
    Path("a.color.png").unlink()
    said = vermilion("colorize", "a.png", "--recipe")
    assert said.code == 1
    assert "a.color.recipe.json exists already" in said.errors[0]
    assert not Path("a.color.png").exists()


def test_standard_output_has_no_place_for_a_recipe(vermilion, scan) -> None:
    said = vermilion("colorize", "-", "--recipe", stdin=scan("a.png").read_bytes())
    assert said.code == 1
    assert "leave out --recipe" in said.errors[0]
