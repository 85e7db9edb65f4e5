"""Runs over folders: what exists, what is left out, what failed, and names that are too long."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import picture
from tests.tiny_model import make_tiny_model
from vermilion.colorizer import Colorizer


def torn(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return path


def test_results_of_other_options_are_counted_and_named(vermilion, scan) -> None:
    for name in "abcde":
        scan(f"box/{name}.png")
    assert vermilion("colorize", "box", "-o", "out").code == 0
    assert "other options" not in vermilion("colorize", "box", "-o", "out").out
    assert "other options" not in vermilion("colorize", "box", "-o", "out", "--recolor").out
    said = vermilion("colorize", "box", "-o", "out", "--vividness", "0.5")
    assert said.code == 0
    assert (
        "5 of those that exist were made with other options or another model "
        "(out/a.png, out/b.png, out/c.png and 2 more); --overwrite makes them again" in said.out
    )
    assert vermilion("colorize", "box/a.png", "-o", "out", "--vividness", "0.5", "--overwrite").code == 0
    assert (
        "4 of those that exist were made"
        in vermilion("colorize", "box", "-o", "out", "--vividness", "0.5").out
    )


def test_results_of_another_model_are_named_without_loading_one(
    vermilion, scan, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.tiny_model import write_card

    scan("a.png")
    assert vermilion("colorize", "a.png").code == 0
    other = make_tiny_model(here / "other")
    write_card(other, version="0.0.2")
    monkeypatch.setattr(Colorizer, "__init__", lambda *_given, **_options: pytest.fail("a model was loaded"))
    assert "another model (a.color.png)" in vermilion("colorize", "a.png", "--model", other, model=None).out


def test_options_are_compared_by_content_and_not_by_path(vermilion, scan, here: Path, monkeypatch) -> None:
    Image.new("RGB", (50, 50), "#806020").save(here / "brown.png")
    scan("a.png")
    assert vermilion("colorize", "a.png", "--reference", "brown.png").code == 0
    (here / "below").mkdir()
    monkeypatch.chdir(here / "below")
    assert "other options" not in vermilion("colorize", "../a.png", "--reference", "../brown.png").out
    Image.new("RGB", (50, 50), "#802080").save(here / "brown.png")
    assert "other options" in vermilion("colorize", "../a.png", "--reference", "../brown.png").out


def test_without_marks_existence_decides_and_this_is_said(vermilion, scan) -> None:
    scan("a.png")
    assert vermilion("colorize", "a.png", "--no-mark").code == 0
    said = vermilion("colorize", "a.png", "--no-mark", "--vividness", "0.5")
    assert "1 exist already (without marks, any result counts); --overwrite makes" in said.out
    assert (
        "1 of those that exist do not say by which options they were made"
        in vermilion("colorize", "a.png").out
    )


def test_what_failed_is_listed_and_the_list_is_an_input(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    torn(here / "box/1931/b.jpg")
    said = vermilion("colorize", "box", "gone.png", "-o", "out")
    assert said.code == 1
    assert "out/not-done.txt lists what is not done (2); to try again, give it as PATH" in said.out
    scan("box/1931/b.jpg")
    said = vermilion("colorize", "out/not-done.txt", "-o", "out")
    assert said.code == 1
    assert "does not exist" in said.errors[0]
    assert (here / "out/1931/b.jpg").exists()
    assert "lists what is not done (1)" in said.out
    scan("gone.png")
    assert vermilion("colorize", "out/not-done.txt", "-o", "out").code == 0
    assert sorted(path.name for path in (here / "out").iterdir()) == ["1931", "a.png", "gone.png"]


def test_a_list_may_lie_elsewhere_and_is_no_surprise(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    torn(here / "box/b.jpg")
    assert vermilion("colorize", "box").code == 1
    assert not list(here.rglob("*.txt")), "beside scans there is none unasked"
    assert vermilion("colorize", "box", "--not-done", "todo.txt").code == 1
    assert (here / "todo.txt").read_text().count("b.jpg") == 2
    (here / "notes.txt").write_text("mine")
    said = vermilion("colorize", "box", "--not-done", "notes.txt")
    assert (said.code, said.out) == (1, "")
    assert "exists and is not a list that vermilion wrote" in said.errors[0]


def test_what_is_left_out_is_counted(vermilion, scan) -> None:
    scan("nas/gate.png")
    scan("nas/gate_back.png")
    scan("nas/@eaDir/gate.png/SYNOPHOTO_THUMB_XL.jpg")
    said = vermilion("colorize", "nas", "--exclude", "*_back.*")
    assert said.code == 0
    assert "left out: 1 folders of other programs (@eaDir); name one to colour its pictures" in said.out
    assert "left out: 1 by --exclude *_back.*" in said.out
    assert "nas/@eaDir left out" in vermilion("colorize", "nas", "-v").out


@pytest.mark.skipif(os.name == "nt", reason="lengths are counted otherwise there")
def test_long_names_are_done_or_fail_alone(vermilion, scan, here: Path) -> None:
    fits, grows, cjk = "x" * 245 + ".png", "y" * 251 + ".png", "\u5199" * 80 + ".jpg"
    for name in ("short.png", fits, grows, cjk):
        scan(f"box/{name}")
    said = vermilion("colorize", "box")
    assert said.code == 1
    assert "3 colourised, 1 failed" in said.out
    [error] = said.errors
    assert "its name takes 261 bytes, more than the disk allows" in error
    assert vermilion("colorize", "box", "-o", "out").code == 0
    assert len(list((here / "out").iterdir())) == 4


@pytest.mark.skipif(os.name == "nt", reason="lengths are counted otherwise there")
def test_a_companion_with_too_long_a_name_fails_its_picture_whole(vermilion, scan, here: Path) -> None:
    scan("z" * 241 + ".png")
    said = vermilion("colorize", "z" * 241 + ".png", "-o", "out", "--recipe", "--confidence-map")
    assert said.code == 1
    assert "its name takes 256 bytes" in said.errors[0]
    assert [path.name for path in (here / "out").iterdir()] == ["not-done.txt"]


def test_a_stopped_run_that_overwrites_does_not_promise_to_go_on(
    vermilion, scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan("box/a.png")

    def interrupted(*_given: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Colorizer, "open", interrupted)
    said = vermilion("colorize", "box", "--overwrite")
    assert said.code == 130
    assert said.errors == [
        "error: Stopped. With --overwrite, the same command starts again from the beginning."
    ]


def test_failures_keep_no_picture(vermilion, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback would hold every array of the functions that it leads through."""
    import gc
    import weakref

    import numpy as np

    from vermilion.archive import RunOptions, make_plan, run, run_plan
    from vermilion.errors import PictureError

    kept: list[weakref.ref[np.ndarray]] = []

    def refuse(_source: Path, _options: object) -> None:
        samples = np.zeros((100, 100), np.uint8)
        kept.append(weakref.ref(samples))
        raise PictureError("It is in colour already.")

    picture().save(here / "a.png")
    monkeypatch.setattr(run, "read_scan", refuse)
    gc.disable()
    try:
        outcomes = list(run_plan(make_plan(["a.png"]), lambda: None, RunOptions()))  # type: ignore[arg-type,return-value]
        assert len(outcomes) == 1
        assert kept[0]() is None
    finally:
        gc.enable()
