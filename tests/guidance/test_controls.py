"""Controls refuse what makes no sense, and hints can be written as text."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from vermilion.assets import Asset
from vermilion.errors import HintError, SettingsError
from vermilion.guidance import (
    Box,
    Controls,
    Hint,
    Mask,
    Stroke,
    finish_colors,
    load_hints,
    parse_hint,
    read_grading,
)


@pytest.mark.parametrize(
    "setting",
    [
        {"temperature": 0},
        {"temperature": float("nan")},
        {"fade_unsure": 1.5},
        {"fade_unsure": -0.1},
        {"vividness": -1},
        {"vividness": float("inf")},
        {"warmth": 100},
        {"tint": -100},
        {"variant": 0},
        {"seed": -1},
        {"variants": 0},
        {"variant": 7},
    ],
)
def test_impossible_settings_name_themselves_and_what_is_possible(setting):
    (name,) = setting
    with pytest.raises(SettingsError, match=f"A .*{name.replace('_', '-')} of .* is impossible; give one"):
        Controls(**setting)


def test_only_one_may_have_the_last_word(tmp_path):
    (tmp_path / "film.cube").touch()
    with pytest.raises(SettingsError, match="leave one of them out"):
        Controls(look="muted", cube=str(tmp_path / "film.cube"))


def test_controls_are_plain_data():
    hints = (
        Hint(1, 2, "navy"),
        Stroke(((1, 2), (3, 4)), (5, 6)),
        Box(1, 2, 3, 4, "grey"),
        Mask(Asset(b"a picture", "m.png"), "red"),
    )
    plain = json.loads(json.dumps(asdict(Controls(hints=hints)), default=Asset.to_plain))
    assert plain["hints"][1]["points"] == [[1, 2], [3, 4]]
    assert plain["hints"][3]["mask"] == {"path": "m.png", "sha256": Asset(b"a picture").sha256}


def test_paths_become_assets_when_controls_are_made(tmp_path):
    for name in ("a.jpg", "b.cube", "c.toml"):
        (tmp_path / name).write_text(name)
    for controls in (
        Controls(reference=str(tmp_path / "a.jpg"), cube=str(tmp_path / "b.cube")),
        Controls(reference=Asset(b"a.jpg"), cube=Asset(b"b.cube")),
    ):
        assert (controls.reference, controls.cube) == (Asset(b"a.jpg"), Asset(b"b.cube"))
    assert Controls(look=str(tmp_path / "c.toml")).look == Asset(b"c.toml")
    assert Controls(look="muted").look == "muted"
    assert Controls(palette=str(tmp_path / "a.jpg")).palette == Asset(b"a.jpg")
    assert Controls(palette=("red", "tan")).palette == ("red", "tan")
    with pytest.raises(SettingsError, match=r"The reference .*gone\.jpg cannot be read"):
        Controls(reference=str(tmp_path / "gone.jpg"))


def test_hints_on_the_command_line():
    assert parse_hint("120,80=#283ca0") == Hint(120, 80, "#283ca0")
    assert parse_hint("120.5, 80, 15 = navy").radius == 15
    assert parse_hint("1,2=grey").ab == (0, 0)


@pytest.mark.parametrize("text", ["", "120,80", "120=navy", "1,2,3,4=navy", "a,b=navy", "1,2="])
def test_texts_that_are_no_hints(text):
    with pytest.raises(HintError, match="write x,y=colour"):
        parse_hint(text)


def test_a_file_may_hold_every_kind(tmp_path):
    path = tmp_path / "hints.json"
    (tmp_path / "coat.png").write_text("a picture")
    path.write_text(
        json.dumps(
            [
                {"x": 1, "y": 2, "color": "navy", "radius": 3},
                {"points": [[1, 2], [3, 4]], "color": [10, -20], "width": 5, "strength": 0.5},
                {"x0": 1, "y0": 2, "x1": 3, "y1": 4, "color": "grey"},
                {"mask": "coat.png", "color": "#c2553a"},
            ]
        )
    )
    assert load_hints(path) == (
        Hint(1, 2, "navy", 3),
        Stroke(((1, 2), (3, 4)), (10, -20), 5, 0.5),
        Box(1, 2, 3, 4, "grey"),
        Mask(str(tmp_path / "coat.png"), "#c2553a"),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "not valid JSON"),
        ("{}", "must be a list"),
        ('[{"x": 1, "y": 2}]', "hints 1: has x, y, but needs color"),
        ('[{"x": 1, "y": 2, "color": "bleu"}]', "did you mean 'blue'"),
        ('[{"x": "1", "y": 2, "color": "red"}]', "x: must be a number"),
    ],
)
def test_files_that_hold_no_hints(tmp_path, text, told):
    (tmp_path / "hints.json").write_text(text)
    with pytest.raises(SettingsError, match=told):
        load_hints(tmp_path / "hints.json")


def test_a_missing_file_of_hints(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_hints(tmp_path / "gone.json")


CHANGES = [
    {"fade_unsure": 0.5},
    {"vividness": 1.2},
    {"warmth": 3},
    {"tint": -3},
    {"look": "muted"},
    {"corner_mark": True},
]


@pytest.mark.parametrize("values", [{}, {"temperature": 0.5}, {"hints": [Hint(1, 1, "navy")]}, *CHANGES])
def test_controls_know_whether_they_change_what_was_painted(values):
    controls = Controls(**values)
    ab = np.full((32, 40, 2), 20, np.float32)
    grey = np.full((32, 40), 0.5, np.float32)
    finished = finish_colors(controls, read_grading(controls), grey, ab, np.zeros_like(grey))
    assert controls.change_painted == (finished is not ab)
