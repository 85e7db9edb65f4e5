"""A manifest proved, with workers in this process: what was changed since is named, the rest passes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from PIL import Image

from vermilion.archive import PlanOptions, RunOptions, make_plan
from vermilion.archive.batch import (
    Batch,
    BatchOptions,
    Record,
    engine,
    proof,
    read_manifest,
    run_batch,
    verify_manifest,
)
from vermilion.errors import SettingsError

WORKERS: list[int] = []
BURIED: list[Any] = []


class Here:
    """Does the work of workers in this process."""

    def __init__(self, trade: Any, count: int) -> None:
        WORKERS.append(count)
        self.do, self.bury = trade.learn(trade.order), trade.bury

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def results(self, tasks: Iterator[Any]) -> Iterator[Any]:
        for task in tasks:
            yield None
            BURIED.append(self.bury(task, "by signal 11"))
            yield task, self.do(task)


@pytest.fixture
def done(tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A batch of three pictures, and one that failed; returns the folder of results."""
    monkeypatch.setattr(engine, "Workers", Here)
    monkeypatch.setattr(proof, "Workers", Here)
    box, target = tmp_path / "box", tmp_path / "out"
    box.mkdir()
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        noise = np.random.default_rng(number).integers(0, 256, (40, 48), np.uint8)
        Image.fromarray(noise).save(box / name)
    (box / "d.png").write_bytes(b"\x89PNG, or not")
    settings = BatchOptions(target, RunOptions(), PlanOptions(target), str(tiny_model_folder))
    list(run_batch(Batch.of(make_plan([box], settings.plan), settings.run), settings))
    WORKERS.clear()
    BURIED.clear()
    return target


def differences(folder: Path, **options: int) -> dict[str, list[str]]:
    found = verify_manifest(folder / "manifest.jsonl", **options)
    return {
        Path(each.result).name: [f"{one.check}: {one.sentence}" for one in each.differences] for each in found
    }


def test_a_batch_is_proved_picture_by_picture_and_what_failed_is_passed_over(done: Path) -> None:
    assert differences(done, workers=2) == {"a.png": [], "b.png": [], "c.png": []}
    assert WORKERS == [2]
    differences(done, workers=8)
    assert WORKERS == [2, 3], "no more workers than pictures"


def test_a_changed_scan_a_changed_result_and_a_missing_one_are_named(done: Path) -> None:
    scan = done.parent / "box" / "a.png"
    with Image.open(scan) as image:
        Image.fromarray(255 - np.asarray(image)).save(scan)
    (done / "b.png").write_bytes((done / "b.png").read_bytes() + b"\0")
    (done / "c.png").unlink()
    found = differences(done)
    assert found["a.png"][0] == "hash: its scan is not the file that was coloured: its SHA-256 differs"
    assert any(each.startswith("luma: ") for each in found["a.png"])
    assert found["b.png"] == ["hash: b.png is missing, or its SHA-256 is not that of the manifest"]
    assert found["c.png"][0].startswith("hash: c.png is missing")


def test_a_scan_that_changed_while_it_was_painted_is_named(
    done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def changed(path: Path) -> Iterator[Any]:
        for line in read_manifest(path):
            if isinstance(line, Record) and line.source.endswith("a.png"):
                yield replace(line, scan_sha256_after="0" * 64)
            else:
                yield line

    monkeypatch.setattr(proof, "read_manifest", changed)
    found = differences(done)
    assert found.pop("a.png") == ["hash: its scan was changed while it was coloured"]
    assert set(map(tuple, found.values())) == {()}


def test_the_limit_of_pixels_is_obeyed(done: Path) -> None:
    found = differences(done, max_pixels=40 * 48 - 1)
    assert all(each for each in found.values())
    assert all(not each for each in differences(done, max_pixels=40 * 48).values())


def test_a_picture_that_ended_the_process_is_lost_and_said_to_be(done: Path) -> None:
    list(verify_manifest(done / "manifest.jsonl"))
    assert [Path(each.result).name for each in BURIED] == ["a.png", "b.png", "c.png"]
    [lost] = BURIED[0].differences
    assert lost.check == "result"
    assert "by signal 11" in lost.sentence
    assert BURIED[0].scan.name == "a.png"


def test_a_manifest_without_a_header_is_refused_and_one_without_results_proves_nothing(done: Path) -> None:
    manifest = done / "manifest.jsonl"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text(lines[0])
    assert list(verify_manifest(manifest)) == []
    manifest.write_text("")
    with pytest.raises(SettingsError, match="is empty; name the manifest"):
        list(verify_manifest(manifest))
