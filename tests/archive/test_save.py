"""A run that was stopped goes on where it was, and what a format cannot hold is refused early."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vermilion.archive import PlanOptions, RunOptions, make_plan, run, run_plan
from vermilion.colorizer import Colorizer
from vermilion.outputs import Companions, Done, Failed, Outcome, Skipped
from vermilion.pictures import ReadOptions, Scan, read_mark, read_scan

COMPANIONS = Companions(recipe=True, confidence_map=True, variants=2)
OPTIONS = RunOptions(companions=COMPANIONS)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    y, x = np.mgrid[:60, :80]
    Image.fromarray(((x * 2 + y) % 256).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def colorize(tiny_colorizer: Colorizer, scan: Path) -> Callable[..., Outcome]:
    def colorize_it(options: RunOptions = OPTIONS) -> Outcome:
        [outcome] = run_plan(make_plan([scan]), lambda: tiny_colorizer, options)
        return outcome

    return colorize_it


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("moment", [0, 9, 10, 15, 19, 20])
def test_the_same_command_goes_on_wherever_it_was_stopped(
    colorize, scan: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    colorize()
    undisturbed = contents(scan.parent)
    for name in set(undisturbed) - {"a.png"}:
        (scan.parent / name).unlink()
    left = iter(range(moment))
    real: dict[str, Callable[..., Any]] = {"fsync": os.fsync, "link": os.link}

    def stopped(call: str) -> Callable[..., Any]:
        def wrapped(*given: Any) -> Any:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return real[call](*given)

        return wrapped

    for call in real:
        monkeypatch.setattr(os, call, stopped(call))
    with pytest.raises(KeyboardInterrupt):
        colorize()
    monkeypatch.undo()
    assert not (scan.parent / "a.color.png").exists()
    assert not list(scan.parent.glob(".*"))
    assert isinstance(colorize(), Done)
    assert contents(scan.parent) == undisturbed
    assert isinstance(colorize(), Skipped)


def test_what_somebody_changed_is_not_lost(colorize, scan: Path) -> None:
    colorize()
    (scan.parent / "a.color.png").unlink()
    recipe = scan.parent / "a.color.recipe.json"
    recipe.write_text("{} of my own")
    before = contents(scan.parent)
    outcome = colorize()
    assert isinstance(outcome, Failed)
    assert "a.color.recipe.json exists already with other content; move it away" in outcome.reason
    assert contents(scan.parent) == before


def test_a_variant_with_the_same_mark_is_the_same_picture(colorize, scan: Path) -> None:
    """As signed pictures are: they hold the time of their signing."""
    colorize()
    (scan.parent / "a.color.png").unlink()
    variant = scan.parent / "a.color.v1.png"
    variant.write_bytes(variant.read_bytes() + b"signed at another time")
    assert read_mark(variant)
    assert isinstance(colorize(), Done)


def test_an_empty_file_is_no_result(colorize, scan: Path) -> None:
    """What a kill leaves on a disk without hard links, in the moment between a name and its content."""
    (scan.parent / "a.color.png").touch()
    assert isinstance(colorize(RunOptions()), Done)
    assert (scan.parent / "a.color.png").stat().st_size > 100


@pytest.mark.parametrize(
    ("mode", "size", "format_", "told"),
    [
        ("I;16", (40, 30), "jpg", "--drop-depth"),
        ("L", (16_400, 2), "webp", "16,383"),
        ("LA", (40, 30), "jpg", "--drop-alpha"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_before_the_network_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, size: tuple[int, int], format_: str, told: str
) -> None:
    Image.new(mode, size).save(tmp_path / "a.png")
    decoded: list[Path] = []

    def read(source: Path, options: ReadOptions) -> Scan:
        decoded.append(source)
        return read_scan(source, options)

    monkeypatch.setattr(run, "read_scan", read)

    def no_network() -> Any:
        class Untouched:
            def open(self, *_given: object, **_options: object) -> None:
                pytest.fail("the network was asked")

        return Untouched()

    plan = make_plan([tmp_path / "a.png"], PlanOptions(format=format_))
    [outcome] = run_plan(plan, no_network, RunOptions())
    assert isinstance(outcome, Failed)
    assert told in outcome.reason
    assert bool(decoded) == (mode == "LA"), "only decoding shows whether transparency says anything"
    assert set(contents(tmp_path)) == {"a.png"}
