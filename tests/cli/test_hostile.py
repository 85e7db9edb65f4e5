"""Files and names that mean harm: refused or shown in one sentence."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import picture


@pytest.mark.parametrize("what", ["scan", "--reference", "--palette", "mask", "album"])
def test_max_pixels_holds_for_all_that_is_decoded(vermilion, scan, here: Path, what: str) -> None:
    scan("a.png")
    picture((200, 150), "RGB").point([*range(256), *range(256), *[90] * 256]).save(here / "large.png")
    (here / "mask.json").write_text('[{"mask": "large.png", "color": "navy"}]')
    thing = {"name": "coat", "color": "navy", "picture": "large.png", "hints": [{"x": 5, "y": 6}]}
    (here / "album.json").write_text(json.dumps({"schema": 1, "entries": [thing]}))
    arguments = {
        "scan": ["large.png", "--recolor"],
        "mask": ["a.png", "--hints", "mask.json"],
        "album": ["a.png", "--album", "album.json"],
    }.get(what, ["a.png", what, "large.png"])
    said = vermilion("colorize", *arguments, "-o", "out.png", "--max-pixels", 29_999)
    assert said.code == 1
    assert "claims 200 x 150 pixels, more than the allowed 29,999" in said.errors[0]
    assert not (here / "out.png").exists()
    said = vermilion("colorize", *arguments, "-o", "out.png", "--max-pixels", 30_000)
    assert (said.code, said.err) == (0, "")
