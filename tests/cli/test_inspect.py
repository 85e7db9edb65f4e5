"""`vermilion inspect`, and the mark that `vermilion colorize` leaves."""

import importlib.util
from pathlib import Path

import pytest

import vermilion as package
from tests.cli.conftest import luma
from vermilion.pictures import read_provenance


def facts(said) -> dict[str, str]:
    return {line[:15].strip(): line[15:] for line in said.out.splitlines()}


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
    assert vermilion("inspect", "a.color.png").out == "a.color.png says nothing of where it comes from\n"


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
