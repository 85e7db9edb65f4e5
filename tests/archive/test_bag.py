"""Bags, checked by the reference implementation."""

import shutil
from datetime import date
from pathlib import Path

import bagit
import pytest

from vermilion.archive.batch import Header, Output, Record, open_manifest
from vermilion.archive.batch.bag import write_bag
from vermilion.archive.batch.painting import sha256_of
from vermilion.errors import OutputError, SettingsError

DAY = date(2026, 11, 30)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    names = ("a.png", "1931/gâté.tif", "line\nend.png")
    (folder / "1931").mkdir(parents=True)
    with open_manifest(folder, Header({}, "0" * 64)) as manifest:
        for name in names:
            (folder / name).write_bytes(name.encode())
            output = Output(name, sha256_of(folder / name), len(name.encode()))
            manifest.add(Record(f"/box/{name}", 1, "done", outputs=(output,)))
        manifest.add(Record("/box/torn.png", 1, "failed", "picture", "torn"))
    (folder / "report.html").write_text("of a run")
    return folder


def test_a_bag_is_valid_and_holds_the_manifest(results: Path, tmp_path: Path) -> None:
    before = (results / "manifest.jsonl").read_bytes()
    assert write_bag(results, tmp_path / "bag", DAY) == 4
    bag = bagit.Bag(str(tmp_path / "bag"))
    bag.validate()
    assert bag.info["Bagging-Date"] == "2026-11-30"
    assert bag.info["Payload-Oxum"].endswith(".4")
    assert (tmp_path / "bag" / "data" / "manifest.jsonl").read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "bag" / "data").iterdir()) == [
        "1931", "a.png", "line\nend.png", "manifest.jsonl",
    ]  # fmt: skip
    (tmp_path / "bag" / "data" / "a.png").unlink()
    (tmp_path / "bag" / "data" / "a.png").write_bytes(b"x.png")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(tmp_path / "bag")).validate()


def test_a_result_that_is_not_what_was_recorded_is_not_bagged(results: Path, tmp_path: Path) -> None:
    (results / "a.png").write_bytes(b"other")
    with pytest.raises(OutputError, match=r"a\.png is missing, or not what the manifest says"):
        write_bag(results, tmp_path / "bag", DAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"], "no half a bag is left"


def test_percent_signs_are_escaped_as_the_standard_wants_it(tmp_path: Path) -> None:
    """The reference implementation does not undo that, and takes such a bag for incomplete."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "100%.png").write_bytes(b"x")
    with open_manifest(folder, Header({}, "0" * 64)) as manifest:
        output = Output("100%.png", sha256_of(folder / "100%.png"), 1)
        manifest.add(Record("/box/100%.png", 1, "done", outputs=(output,)))
    write_bag(folder, tmp_path / "bag", DAY)
    assert "  data/100%25.png\n" in (tmp_path / "bag" / "manifest-sha256.txt").read_text()


def test_a_bag_that_is_there_stays(results: Path, tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    with pytest.raises(OutputError, match="exists already"):
        write_bag(results, tmp_path / "bag", DAY)


def test_results_outside_of_the_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    with open_manifest(folder, Header({}, "0" * 64)) as manifest:
        output = Output("../secret", sha256_of(tmp_path / "secret"), 1)
        manifest.add(Record("/box/a.png", 1, "done", outputs=(output,)))
    with pytest.raises(SettingsError, match="lies outside of"):
        write_bag(folder, tmp_path / "bag", DAY)
    shutil.rmtree(folder)
