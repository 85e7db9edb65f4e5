"""What older versions wrote becomes what this one reads; nothing is overwritten unasked."""

import json
from pathlib import Path

import pytest

from tests.older_files import make_old_model, make_old_recipe
from vermilion.convert import convert
from vermilion.errors import ExistsError, ModelError, SettingsError
from vermilion.guidance import Controls, Recipe, UsedFile, UsedModel, load_recipe
from vermilion.network import folder_hash, read_card
from vermilion.network.library import verify_model


@pytest.fixture
def old_model(tmp_path: Path) -> Path:
    return make_old_model(tmp_path / "tiny")


def test_a_model_keeps_its_bytes_and_runs(old_model: Path, tmp_path: Path) -> None:
    bytes_before = (old_model / "see.onnx").read_bytes()
    said = convert(old_model, tmp_path / "new")
    assert said == (
        f"{old_model} -> {tmp_path / 'new'}: a model of schema 2; its hash was "
        f"{folder_hash(old_model)[:12]} and is {folder_hash(tmp_path / 'new')[:12]}"
    )
    assert (old_model / "see.onnx").exists()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "decoder.onnx", "encoder.onnx", "model.json",
    ]  # fmt: skip
    assert (tmp_path / "new" / "encoder.onnx").read_bytes() == bytes_before
    stages = [{"name": "whole", "images": 640}]
    assert read_card(tmp_path / "new").training == {"images": 640, "stages": stages}
    verify_model(str(tmp_path / "new"))


def test_a_model_is_replaced_only_if_allowed_and_converted_once(old_model: Path) -> None:
    with pytest.raises(ExistsError, match="name another place with -o, or allow --overwrite"):
        convert(old_model)
    assert (old_model / "see.onnx").exists()
    convert(old_model, overwrite=True)
    verify_model(str(old_model))
    assert sorted(path.name for path in old_model.parent.iterdir()) == ["tiny"]
    with pytest.raises(ModelError) as refused:
        convert(old_model, old_model.parent / "newer")
    assert str(refused.value) == f"{old_model} is up to date already; there is nothing to convert."


def test_a_damaged_model_stays_as_it_was(old_model: Path) -> None:
    (old_model / "paint.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="is damaged"):
        convert(old_model, overwrite=True)
    assert (old_model / "paint.onnx").read_bytes() == b"damaged"
    assert [path.name for path in old_model.parent.iterdir()] == ["tiny"]


def test_a_recipe_has_its_files_in_place(tmp_path: Path) -> None:
    path = make_old_recipe(
        tmp_path / "a.recipe.json",
        hints=[
            {"mask": "mask.png", "color": "red"},
            {"x": 1, "y": 2, "color": "navy"},
            {"mask": "data:;base64,AAAA", "color": "red"},
        ],
        reference="ref.jpg", cube="a.cube", palette=["pal.png"],
    )  # fmt: skip
    said = convert(path, tmp_path / "b.recipe.json")
    assert said.endswith(
        "; it still asks for the model cdcdcdcdcdcd, so empty its sha256 to replay it with another"
    )
    table = json.loads((tmp_path / "b.recipe.json").read_text())
    assert (table["schema"], table["view"]) == (2, {"mode": "whole"})
    assert "files" not in table
    assert table["controls"] == {
        "hints": [
            {"mask": {"path": "mask.png", "sha256": "44" * 32}, "color": "red"},
            {"x": 1, "y": 2, "color": "navy"},
            {"mask": "data:;base64,AAAA", "color": "red"},  # the mask itself
        ],
        "reference": {"path": "ref.jpg", "sha256": "00" * 32},
        "cube": {"path": "a.cube", "sha256": "11" * 32},
        "palette": {"path": "pal.png", "sha256": "33" * 32},
    }  # fmt: skip


def test_a_recipe_asks_for_the_model_that_it_was_made_with(tmp_path: Path) -> None:
    path = make_old_recipe(tmp_path / "a.recipe.json", "a2" * 32, palette=["red", "#00ff00"], look="muted")
    said = convert(path, overwrite=True)
    assert said == (
        f"{path} -> {path}: a recipe of schema 2; it still asks for the model a2a2a2a2a2a2, so empty its "
        "sha256 to replay it with another"
    )
    recipe = load_recipe(path)
    assert recipe.model.sha256 == "a2" * 32
    assert recipe.controls == Controls(palette=("red", "#00ff00"), look="muted")


def test_a_look_of_ones_own_is_a_file(tmp_path: Path) -> None:
    path = make_old_recipe(tmp_path / "a.recipe.json", look="my.toml")
    convert(path, overwrite=True)
    assert json.loads(path.read_text())["controls"]["look"] == {"path": "my.toml", "sha256": "22" * 32}


def test_an_album_is_named_by_its_file(tmp_path: Path) -> None:
    path = make_old_recipe(tmp_path / "a.recipe.json", album="box.json")
    convert(path, overwrite=True)
    assert json.loads(path.read_text())["controls"]["album"] == {"path": "box.json", "sha256": ""}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[]", "is not a recipe"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b'{"schema": 3}', "has schema 3, not 1"),
        (b'{"schema": 1, "files": 7}', "files must be a list"),
        (b'{"schema": 1}', "'vermilion' is missing"),
    ],
)
def test_what_is_no_old_recipe_is_one_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.recipe.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        convert(path, overwrite=True)
    assert path.read_bytes() == content


def test_a_key_that_no_recipe_has_is_named(tmp_path: Path) -> None:
    path = make_old_recipe(tmp_path / "a.recipe.json", vivid=2)
    with pytest.raises(SettingsError, match="unknown key 'vivid'"):
        convert(path, overwrite=True)


def test_what_is_of_today_or_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.recipe.json"
    path.write_text(Recipe("0.1.0", UsedFile("a.jpg"), UsedModel("tiny", "1")).to_json())
    with pytest.raises(SettingsError) as refused:
        convert(path, tmp_path / "b.recipe.json")
    assert str(refused.value) == f"The recipe {path} is up to date already; there is nothing to convert."
    (tmp_path / "a.txt").write_text("text")
    for other in (tmp_path / "a.txt", tmp_path, tmp_path / "none"):
        with pytest.raises(SettingsError, match="cannot be converted"):
            convert(other, tmp_path / "out")
