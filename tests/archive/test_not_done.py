"""not-done.txt: what failed, for people to read and for the next run to take."""

import os
from pathlib import Path

import pytest

from vermilion.archive import NotDone, PlanOptions, make_plan, not_done
from vermilion.archive.not_done import Listed, read_list
from vermilion.errors import OutputError, SettingsError
from vermilion.outputs import Done, Failed


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(file: Path, *outcomes: Done | Failed) -> int:
    not_done = NotDone(file)
    not_done.check()
    for outcome in outcomes:
        not_done.add(outcome)
    return not_done.write()


def failed(path: str, root: str, reason: str = "It is torn.") -> Failed:
    return Failed(Path(path), reason, root=Path(root))


def done(path: str) -> Done:
    return Done(Path(path), Path("out"), 0.1)


def test_the_next_run_takes_the_list_and_mirrors_as_before(here: Path) -> None:
    for name in ("box/1931/a.jpg", "box/b.jpg", "c.jpg"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(b"")
    assert write(here / "out/not-done.txt", failed("box/1931/a.jpg", "box"), failed("c.jpg", ".")) == 2
    assert (here / "out/not-done.txt").read_text() == (
        "# What vermilion did not colour. To try again, give this file as PATH.\n\n"
        f"# It is torn.\n{here.as_posix()}/box/./1931/a.jpg\n\n"
        f"# It is torn.\n{here.as_posix()}/./c.jpg\n"
    )
    plan = make_plan(["out/not-done.txt"], PlanOptions(output=Path("out")))
    assert [(job.source, job.target) for job in plan.jobs] == [
        (here / "box/1931/a.jpg", Path("out/1931/a.jpg")),
        (here / "c.jpg", Path("out/c.jpg")),
    ]


def test_an_entry_stays_until_it_is_tried_again(here: Path) -> None:
    file = here / "not-done.txt"
    write(file, failed("box/a.jpg", "box"), failed("box/b.jpg", "box"))
    assert write(file, failed("box/c.jpg", "box"), done("box/a.jpg")) == 2
    assert [entry.path.name for entry in read_list(file)] == ["b.jpg", "c.jpg"]
    assert file.read_text().count("# It is torn.") == 2
    assert write(file, done("box/b.jpg"), done("box/c.jpg")) == 0
    assert not file.exists()


def test_a_folder_that_could_not_be_opened_is_searched_again(here: Path) -> None:
    (here / "box/locked").mkdir(parents=True)
    write(here / "not-done.txt", failed("box/locked", "box"))
    (here / "box/locked/a.jpg").write_bytes(b"")
    plan = make_plan(["not-done.txt"], PlanOptions(output=Path("out")))
    assert [job.target for job in plan.jobs] == [Path("out/locked/a.jpg")]


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
@pytest.mark.parametrize(
    "name", ["#1.jpg", "two\nlines.jpg", "back\\nslash\\.jpg", " blank .jpg", "[1]*.jpg", b"f\xfcr.jpg"]
)
def test_any_name_comes_back(here: Path, name: str | bytes) -> None:
    path = here / os.fsdecode(name)
    path.write_bytes(b"")
    write(here / "not-done.txt", Failed(path, "two\nlines", root=here))
    assert list(read_list(here / "not-done.txt")) == [Listed(path, here)]
    assert [job.source for job in make_plan(["not-done.txt"]).jobs] == [path]


def test_a_list_cannot_lead_out_of_the_folder_of_the_results(here: Path) -> None:
    (here / "a.jpg").write_bytes(b"")
    (here / "box").mkdir()
    write(here / "not-done.txt", failed("box/x.jpg", "box"))
    text = (here / "not-done.txt").read_text().replace("/./x.jpg", "/./../a.jpg")
    (here / "not-done.txt").write_text(text)
    [job] = make_plan(["not-done.txt"], PlanOptions(output=Path("out"))).jobs
    assert job.target == Path("out/a.jpg")


def test_a_file_that_is_no_list_stays(here: Path) -> None:
    (here / "not-done.txt").write_text("my own notes")
    with pytest.raises(OutputError, match="exists and is not a list that vermilion wrote"):
        write(here / "not-done.txt", failed("a.jpg", "."))
    assert (here / "not-done.txt").read_text() == "my own notes"


def test_without_a_place_there_is_no_list(here: Path) -> None:
    not_done = NotDone(None)
    not_done.check()
    not_done.add(failed("a.jpg", "."))
    assert not_done.write() == 0


def test_a_list_of_a_thousand_paths_is_read_and_one_beyond_64_megabytes_is_none(here: Path) -> None:
    paths = [Path(f"a rather long name of a picture, number {number}.jpg") for number in range(1000)]
    Path("list.txt").write_text("".join(f"{path}\n" for path in paths))
    assert [listed.path for listed in read_list(Path("list.txt"))] == paths
    with Path("list.txt").open("r+b") as file:
        file.truncate(2**26 + 1)
    with pytest.raises(SettingsError, match="too large for a list"):
        read_list(Path("list.txt"))


def test_backslashes_of_windows_part_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    path = "C:\\new\\reel.jpg"
    assert not_done._escape(path) == path
    assert not_done._unescape(path) == path
    assert not_done._escape("two\nlines") == "two lines"
