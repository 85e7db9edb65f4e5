"""Files and names that mean harm: refused or shown in one sentence."""

import json
import unicodedata
from pathlib import Path

import pytest
from PIL.PngImagePlugin import PngInfo

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


ACTING = "\x1b[31m red\rover\x07\x9b2J\u202egpj.\u2066\n- line"


def acts(text: str) -> bool:
    """Whether anything in a text acts on a terminal, but for the ends of lines."""
    return any(unicodedata.category(sign) == "Cc" for sign in text.replace("\n", "")) or any(
        sign in text for sign in "\u202e\u2066\u2028"
    )


@pytest.mark.parametrize("arguments", [(), ("-v",), ("--page", "all"), ("-o", "out")])
def test_names_of_files_do_not_act_on_the_terminal(vermilion, scan, here: Path, arguments) -> None:
    scan(f"box/a{ACTING}.png")
    (here / f"box/b{ACTING}.png").write_text("no picture")
    scan(f"box/c{ACTING}.color.png")
    said = vermilion("colorize", here / "box", *arguments)
    assert said.code == 1
    for text in (said.out, said.err):
        assert not acts(text)
        assert not [line for line in text.splitlines() if line.startswith("- line")]
    assert "\\x1b[31m red\\rover\\x07\\x9b2J\\u202egpj.\\u2066\\n- line" in said.out + said.err


@pytest.mark.parametrize(
    "arguments",
    [("--no\x1b[31m",), ("--page", "\x1b[31m"), ("--device", "\x1b[31m"), ("--hint", "\x1b[31m\n")],
)
def test_arguments_that_are_quoted_do_not_act(vermilion, scan, here: Path, arguments) -> None:
    said = vermilion("colorize", scan("a.png"), *arguments)
    assert said.code != 0
    assert "\\x1b[31m" in said.err
    assert not acts(said.err)


def test_metadata_that_are_shown_do_not_act(vermilion, here: Path) -> None:
    packet = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:x='
        '"http://ns.adobe.com/xap/1.0/" x:CreatorTool="a&#x9b;31m&#10;b&#x202e;"/></r:RDF>'
    )
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", packet)
    picture().save(here / "a.png", pnginfo=texts)
    said = vermilion("inspect", "a.png")
    assert said.out == "first tool        a\\x9b31m\\nb\\u202e\n"


def test_standard_input_without_end_is_not_read_to_it(vermilion, here: Path, monkeypatch) -> None:
    monkeypatch.setattr("vermilion.pictures.LARGEST_WHOLE", 3 << 20)
    said = vermilion("colorize", "-", "-o", "out.png", stdin=bytes(5 << 20))
    assert said.errors == ["error: Standard input holds more than 3 MB; name a file instead."]


def test_a_file_that_must_be_read_whole_may_not_have_any_size(
    vermilion, scan, here: Path, monkeypatch
) -> None:
    monkeypatch.setattr("vermilion.pictures.source.LARGEST_WHOLE", 500)
    said = vermilion("colorize", scan("a.jpg"))
    assert said.code == 1
    assert "must be read whole; save it as PNG or TIFF" in said.errors[0]
    assert vermilion("colorize", scan("a.png")).code == 0
