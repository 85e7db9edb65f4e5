"""`--album`, from the keyboard to the files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import luma
from vermilion.network import Features, Model

COAT = {
    "name": "coat",
    "color": [25, 10],
    "picture": "box/a.png",
    "hints": [{"x0": 10, "y0": 40, "x1": 50, "y1": 70}],
}


def write(here: Path, *entries: object) -> None:
    (here / "album.json").write_text(json.dumps({"entries": entries}))


def test_a_shoebox_is_coloured_as_agreed_and_replays(
    vermilion, scan, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        scan(f"box/{name}.png", size=(96 + 8 * (name == "b"), 72))
    write(here, COAT)
    looks = []
    see = Model.encode

    def counted(self: Model, luma: np.ndarray) -> Features:
        looks.append(luma.shape)
        return see(self, luma)

    monkeypatch.setattr(Model, "encode", counted)
    said = vermilion("colorize", "box", "--album", "album.json", "-o", "out", "--recipe")
    assert said.code == 0
    assert len(looks) == 4, "three pictures, and the agreed one once"
    for name in ("a", "b", "c"):
        np.testing.assert_array_equal(luma(here / f"out/{name}.png"), luma(here / f"box/{name}.png"))
    with Image.open(here / "out/a.png") as image:
        red, _, blue = np.asarray(image)[60, 20].astype(int)
    assert red > blue + 10
    assert vermilion("replay", "out/a.recipe.json", "-o", "again.png").code == 0
    with Image.open(here / "again.png") as again, Image.open(here / "out/a.png") as first:
        np.testing.assert_array_equal(np.asarray(again), np.asarray(first))


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([], "An album without entries agrees on nothing"),
        ([COAT | {"colour": "navy"}], "album.json: entries 1: unknown key 'colour'"),
        ([COAT | {"color": "bleu", "picture": "a.png"}], "'bleu' is not a colour (did you mean 'blue'?)"),
        ([COAT | {"picture": "gone.png"}], "entries 1: picture: gone.png cannot be read"),
        ([COAT | {"picture": "album.json"}], "album.json"),
        ([COAT | {"picture": "a.png", "hints": [{"x": 500, "y": 2}]}], "lies outside the picture of 96 × 72"),
    ],
)
def test_a_bad_album_is_one_sentence_and_writes_nothing(
    vermilion, scan, here: Path, entries: list[object], told: str
) -> None:
    scan("a.png")
    write(here, *entries)
    said = vermilion("colorize", "a.png", "--album", "album.json")
    assert said.code == 1
    assert len(said.errors) == 1
    assert told in said.errors[0]
    assert {path.name for path in here.iterdir()} == {"a.png", "album.json"}


def test_an_album_that_is_not_there(vermilion, scan, here: Path) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", "--album", "gone.json")
    assert said.code == 1
    assert "The album gone.json cannot be read" in said.errors[0]
