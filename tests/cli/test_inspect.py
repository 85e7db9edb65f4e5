"""`vermilion inspect`, and the mark that `vermilion colorize` leaves."""

import importlib.util
import re
from pathlib import Path

import pytest
from PIL import Image

import vermilion as package
from tests.cli.conftest import luma
from tests.test_opened import on_paper, picture
from vermilion.pictures import read_provenance


def facts(said) -> dict[str, str]:
    return dict(re.split(" {2,}", line, maxsplit=1) for line in said.out.splitlines())


@pytest.mark.parametrize("format_name", ["png", "jpg", "webp", "tif"])
def test_a_result_tells_where_its_colours_come_from(vermilion, scan, format_name: str) -> None:
    path = scan("a.png")
    assert vermilion("colorize", path, "--format", format_name).code == 0
    told = facts(vermilion("inspect", f"a.color.{format_name}"))
    assert told["made as"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert told["coloured by"] == f"vermilion {package.__version__}"
    assert told["model"] == "tiny 0.0.1"
    assert told["model hash"] in vermilion("info").out
    assert len(told["recipe hash"]) == 64
    if format_name != "jpg":
        assert (luma(path.with_name(f"a.color.{format_name}")) == luma(path)).all()


def test_no_mark_leaves_nothing(vermilion, scan) -> None:
    path = scan("a.png")
    assert vermilion("colorize", path, "--no-mark").code == 0
    assert vermilion("inspect", "a.color.png").out == "a.color.png says nothing about how it was made\n"


def test_standard_output_is_marked_too(vermilion, scan) -> None:
    content = scan("a.png").read_bytes()
    assert read_provenance(vermilion("colorize", "-", stdin=content).bytes).mark is not None
    assert read_provenance(vermilion("colorize", "-", "--no-mark", stdin=content).bytes).mark is None


def test_what_cannot_be_inspected(vermilion, here: Path) -> None:
    (here / "a.png").write_bytes(b"no picture")
    for name, told in (("a.png", "a.png is not a picture"), ("b.png", "b.png does not exist")):
        said = vermilion("inspect", name)
        assert (said.code, said.out) == (1, "")
        assert told in said.errors[0]


def test_signing_needs_a_file_and_a_mark(vermilion, scan, here: Path) -> None:
    scan("a.png")
    for options, told in (
        (["--c2pa", "a.pem", "--no-mark"], "leave out --no-mark"),
        (["--c2pa", "a.pem"], "a.pem cannot be read" if has_c2pa() else "pip install"),
    ):
        said = vermilion("colorize", "a.png", *options)
        assert said.code == 1
        assert told in said.errors[0]
        assert not (here / "a.color.png").exists()


def has_c2pa() -> bool:
    return importlib.util.find_spec("c2pa") is not None


def test_what_is_seen_is_told_in_the_words_of_the_options(vermilion, here: Path, tiny_model: Path) -> None:
    def seen(name: str) -> str:
        return vermilion("inspect", name, "--view", "--model", tiny_model).out

    for name, luma_ in (
        ("margin", on_paper((60, 50, picture()))),
        ("bare", picture(4)),
        ("faded", picture(4) // 4 + 100),
    ):
        Image.fromarray(luma_.astype("uint8")).save(here / f"{name}.png")
    found = re.fullmatch(r"picture 1 +--frame (\S+) --way-up (\d+), contrast as it is\n", seen("margin.png"))
    assert found
    frame, way_up = found.groups()
    assert [float(number) for number in frame.split(",")][:4] == pytest.approx([60, 50, 200, 150], abs=1.5)
    vermilion("colorize", "margin.png", "-o", "found.png")
    vermilion("colorize", "margin.png", "--frame", frame, "--way-up", way_up, "-o", "said.png")
    assert (here / "found.png").is_file()
    with Image.open(here / "found.png") as one, Image.open(here / "said.png") as other:
        assert one.tobytes() == other.tobytes()
    assert seen("bare.png") == "picture 1      the whole scan, --way-up 0, contrast as it is\n"
    assert re.search(r"contrast × [56]\.\d\d$", seen("faded.png"))
