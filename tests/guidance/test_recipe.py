"""Recipes: there and back, one hash however they are laid out, and a sentence for whatever is wrong."""

import hashlib
import json
from dataclasses import fields, replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from tests.scripts_as_modules import load_script
from vermilion.errors import SettingsError
from vermilion.guidance import (
    Box,
    Controls,
    Hint,
    Mask,
    Recipe,
    Stroke,
    UsedFile,
    UsedModel,
    load_recipe,
    parse_recipe,
)
from vermilion.guidance.recipe.recipe import Made

ROOT = Path(__file__).parents[2]
HINTS = (
    Hint(40, 30.5, "#283ca0", radius=6),
    Hint(1, 2, (10.0, -20.0), strength=0.5),
    Stroke(((1, 2), (3, 4.5)), "navy", width=7),
    Box(1, 2, 3, 4, "grey"),
    Mask.of(np.eye(4, dtype=bool), "red"),
)
RECIPE = Recipe(
    vermilion="0.1.0",
    input=UsedFile("grandma.jpg", "ab" * 32),
    model=UsedModel("tiny", "1", "cd" * 32),
    page=2,
    size=192,
    controls=Controls(hints=HINTS, temperature=1, vividness=1.5, look="muted", palette=("red", "#00ff00")),
)


def table(**changes):
    return json.loads(RECIPE.to_json()) | changes


def parse(**changes):
    return parse_recipe(json.dumps(table(**changes)), "a.recipe.json")


def test_a_recipe_comes_back_from_its_file(tmp_path):
    path = tmp_path / "a.recipe.json"
    path.write_text(RECIPE.to_json(), encoding="utf-8")
    found = load_recipe(path)
    assert found == RECIPE.normal()
    assert found.controls.hints == HINTS
    assert found.to_json() == RECIPE.to_json()


def test_the_hash_is_of_what_is_said_and_not_of_how_it_is_laid_out():
    facts = table()
    shuffled = json.dumps(dict(reversed(facts.items())), indent=7)
    assert parse_recipe(shuffled).hash == RECIPE.hash
    assert replace(RECIPE, made=Made("an engine", "", "")).hash == RECIPE.hash
    assert parse(controls=facts["controls"] | {"temperature": 1}).hash == RECIPE.hash  # 1 and 1.0 are one
    assert parse(page=3).hash != RECIPE.hash


def test_the_hash_of_a_recipe_stays_what_it_is_when_controls_are_added():
    bare = Recipe("0.1.0", UsedFile("a.jpg"), UsedModel("m", "1"), controls=Controls(hints=HINTS[:1]))
    said = (
        '{"controls":{"hints":[{"color":"#283ca0","radius":6.0,"x":40.0,"y":30.5}]},"input":{"path":"a.jpg"},'
        '"model":{"name":"m","version":"1"},"vermilion":"0.1.0"}'
    )
    assert bare.hash == hashlib.sha256(said.encode()).hexdigest()


def test_a_number_of_variants_is_written_only_where_it_was_asked_for():
    """A plain run's recipe said that there were six."""
    assert "variants" not in table()["controls"]
    older = parse(controls=table()["controls"] | {"variants": 6})
    assert (older, older.hash) == (RECIPE.normal(), RECIPE.hash)
    for asked in (Controls(variant=2), Controls(variants=4), Controls(variant=2, variants=4)):
        recipe = replace(RECIPE, controls=asked)
        assert json.loads(recipe.to_json())["controls"]["variants"] == asked.variants
        assert parse_recipe(recipe.to_json()).hash == recipe.hash


def test_numbers_of_numpy_and_paths_are_plain_in_a_recipe():
    x, y, radius = np.float64(3), np.int64(4), np.float32(2.5)
    hint = Hint(x, y, "red", radius=radius)  # type: ignore[arg-type]
    controls = Controls(hints=(hint,), seed=np.int64(7))  # type: ignore[arg-type]
    found = parse_recipe(replace(RECIPE, controls=controls).to_json())
    assert found.controls.hints == (Hint(3.0, 4.0, "red", radius=2.5),)
    assert found.controls.seed == 7


def test_names_keep_their_letters_and_their_bytes():
    for name in ("Großmutter.jpg", b"f\xfcr oma.jpg".decode("utf-8", "surrogateescape")):
        recipe = replace(RECIPE, input=UsedFile(name))
        assert parse_recipe(recipe.to_json()).input.path == name
        assert len(recipe.hash) == 64
        recipe.to_json().encode()
    assert "Großmutter" in replace(RECIPE, input=UsedFile("Großmutter.jpg")).to_json()


def test_the_least_that_a_person_must_write():
    facts = {"vermilion": "", "input": {"path": "a.jpg"}, "model": {"name": "", "version": ""}}
    assert parse_recipe(json.dumps(facts)).controls == Controls()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema": 3}, "has schema 3, and this vermilion reads 2; update vermilion"),
        (
            {"schema": 1},
            "has schema 1, and this vermilion reads 2; convert it",
        ),
        ({"colour": 1}, "unknown key 'colour' (did you mean 'recolor'?); known are vermilion, input"),
        ({"page": "two"}, "a.recipe.json: page: must be a whole number, not 'two'"),
        ({"page": True}, "page: must be a whole number, not True"),
        ({"recolor": 1}, "recolor: must be true or false, not 1"),
        ({"size": 1.5}, "size: must be a whole number or null, not 1.5"),
        ({"input": {}}, "input: the key 'path' is missing"),
        ({"input": "a.jpg"}, "input: must be a table {...}, not 'a.jpg'"),
        ({"controls": {"reference": 5}}, "controls: reference: must be a text or null, not 5"),
        ({"controls": {"reference": "a.jpg"}}, "reference: names the file 'a.jpg', which cannot be opened"),
        ({"controls": {"cube": {"path": 5}}}, "cube: path: must be a text, not 5"),
        (
            {"controls": {"cube": {"path": "a", "hash": ""}}},
            "cube: unknown key 'hash'; known are path, sha256",
        ),
        ({"controls": {"palette": "/etc/passwd"}}, "palette: names the file '/etc/passwd'"),
        ({"controls": {"album": "/etc/passwd"}}, "album: names the file '/etc/passwd'"),
        ({"controls": {"look": "/etc/passwd.toml"}}, "look: names the file '/etc/passwd.toml'"),
        ({"controls": {"hints": [{"mask": "/etc/passwd", "color": "red"}]}}, "mask: names the file"),
        ({"controls": {"cube": "data:;base64,?"}}, "cube: The data 'data:;base64,?' is not base64"),
        ({"controls": {"vividness": 9}}, "controls: A vividness of 9 is impossible"),
        (
            {"controls": {"hints": [{"x": 1, "y": 2}]}},
            "controls: hints 1: has x, y, but needs color + x",
        ),
        (
            {"controls": {"hints": [{"x": 1, "y": 2, "colour": "red"}]}},
            "hints 1: unknown key 'colour' (did you mean 'color'?); known are x, y, color, radius, strength.",
        ),
        (
            {"controls": {"hints": [{"x0": 1, "y0": 2, "x1": 3, "Y1": 4, "color": "red"}]}},
            "hints 1: unknown key 'Y1'; known are x0, y0, x1, y1, color, strength.",
        ),
        (
            {"controls": {"hints": [{"what": 1}]}},
            "hints 1: unknown key 'what'; known are x, y, color, radius, strength, points, width, x0,",
        ),
        ({"controls": {"hints": [{"y": 1, "z" * 99: 1}]}}, "unknown key 'zzzz"),
        ({"controls": {"hints": [{"x": 1, "y": 2, "color": "red", "size": 1}]}}, "unknown key 'size'; known"),
        ({"controls": {"hints": [{}]}}, "hints 1: has no keys"),
        ({"controls": {"hints": [[1, 2]]}}, "hints 1: must be a table"),
        (
            {"controls": {"hints": [{"x": 1, "y": 2, "color": "blurple"}]}},
            "hints 1: 'blurple' is not a colour",
        ),
        (
            {"controls": {"hints": [{"x": 1, "y": 2, "color": [1, 2, 3]}]}},
            "must have 2 entries, not 3",
        ),
        ({"controls": {"hints": [{"x": 1, "y": 2, "color": 7}]}}, "color: must be a text or a list"),
        ({"controls": {"warmth": 10**400}}, "warmth: must be a number, not 1000"),
        ({"controls": {"temperature": "hot"}}, "temperature: must be a number or null, not 'hot'"),
    ],
)
def test_what_is_wrong_is_told_by_its_key(changes, told):
    with pytest.raises(SettingsError) as caught:
        parse(**changes)
    assert told in str(caught.value)
    assert str(caught.value).startswith("a.recipe.json: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is not valid JSON"),
        (b"[]", r"must be a table \{...\}, not \[\]"),
        (b"\xff\xfe{}", "is not text in UTF-8"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"page": NaN}', "the key 'vermilion' is missing"),
    ],
)
def test_files_that_are_no_recipes(content, told, tmp_path):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(SettingsError, match=told):
        load_recipe(tmp_path / "a.json")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_recipe(tmp_path / "missing.json")


def test_files_of_the_controls_are_known_by_their_content(tmp_path):
    for name in ("film.cube", "mask.png", "palette.jpg", "my.toml", "postcard.jpg"):
        (tmp_path / name).write_text(name)
    cube, mask, palette, look, reference = (
        str(tmp_path / name) for name in ("film.cube", "mask.png", "palette.jpg", "my.toml", "postcard.jpg")
    )
    graded = Controls(hints=(Mask(mask, "red"), HINTS[-1]), cube=cube, palette=palette, reference=reference)
    for controls in (graded, Controls(look=look)):
        made = replace(RECIPE, controls=controls).completed("ef" * 32, b"colours", "an engine")
        assert made.input.sha256 == "ef" * 32
        assert made.made is not None
        assert made.made.recipe == made.hash
        (tmp_path / "a.recipe.json").write_text(made.to_json())
        assert load_recipe(tmp_path / "a.recipe.json") == made
    written = json.loads(replace(RECIPE, controls=graded).to_json())["controls"]
    assert written["cube"] == {"path": cube, "sha256": hashlib.sha256(b"film.cube").hexdigest()}
    assert written["hints"][1]["mask"].startswith("data:;base64,")


def test_a_file_that_was_replaced_is_refused_and_one_in_memory_stays_what_it_was(tmp_path):
    """A replaced reference gave the old colours under the new file's hash."""
    mask = tmp_path / "mask.png"
    mask.write_text("then")
    recipe = replace(RECIPE, controls=Controls(hints=(Mask(str(mask), "red"),)))
    (tmp_path / "a.recipe.json").write_text(recipe.to_json())
    mask.write_text("now")
    assert recipe.controls.hints[0].picture.content == b"then"  # type: ignore[union-attr]
    with pytest.raises(SettingsError, match=r"mask: .*mask\.png has changed since this was written"):
        load_recipe(tmp_path / "a.recipe.json")
    told = json.loads(recipe.to_json())
    told["controls"]["hints"][0]["mask"]["sha256"] = ""
    (tmp_path / "a.recipe.json").write_text(json.dumps(told))
    assert load_recipe(tmp_path / "a.recipe.json").controls.hints == (Mask(str(mask), "red"),)
    mask.unlink()
    with pytest.raises(SettingsError, match=r"mask\.png cannot be read"):
        load_recipe(tmp_path / "a.recipe.json")


def test_the_same_files_elsewhere_are_the_same_recipe(tmp_path):
    hashes = set()
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.cube").write_text("the same")
        hashes.add(replace(RECIPE, controls=Controls(cube=str(tmp_path / folder / "a.cube"))).hash)
    assert len(hashes) == 1


def test_the_schema_agrees_with_the_dataclasses():
    module = load_script("make_recipe_schema")
    text = module.FILE.read_text(encoding="utf-8")
    assert text == module.make_schema(), "run scripts/make_recipe_schema.py"
    schema = json.loads(text)
    assert list(schema["properties"]) == [entry.name for entry in fields(Recipe)]
    assert list(schema["$defs"]["Controls"]["properties"]) == [entry.name for entry in fields(Controls)]


def test_a_recipe_keeps_to_the_schema():
    schema = json.loads((ROOT / "src/vermilion/guidance/recipe.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(table(), schema)
    for wrong in ({"page": "two"}, {"colour": 1}, {"controls": {"hints": [{"x": 1}]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(table(**wrong), schema)
