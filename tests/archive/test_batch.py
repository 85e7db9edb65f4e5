"""The engine, with workers in this process and the tiny model."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from PIL import Image

from vermilion.archive import PlanOptions, RunOptions, make_plan
from vermilion.archive.batch import (
    Batch,
    BatchOptions,
    Header,
    Manifest,
    Record,
    engine,
    journal,
    painting,
    read_manifest,
    run_batch,
)
from vermilion.archive.batch.lock import locked
from vermilion.errors import OutputError
from vermilion.pictures import SaveOptions


class Here:
    """Does the work of workers in this process."""

    def __init__(self, trade: Any, count: int) -> None:
        del count
        self.do = trade.learn(trade.order)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def results(self, tasks: Iterator[Any]) -> Iterator[Any]:
        for task in tasks:
            yield task, self.do(task)

    def drain(self) -> Iterator[Any]:
        return iter(())


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    for number, name in enumerate(("a.png", "b.jpg", "c.tif")):
        noise = np.random.default_rng(number).integers(0, 256, (72, 96), np.uint8)
        Image.fromarray(noise).save(folder / name)
    return folder


Run = Callable[..., list[Record]]


@pytest.fixture
def run(box: Path, tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(engine, "Workers", Here)

    def do(source: Path = box, **options: Any) -> list[Record]:
        target = tmp_path / "out"
        settings = BatchOptions(target, RunOptions(**options), PlanOptions(target), str(tiny_model_folder))
        return list(run_batch(Batch.of(make_plan([source], settings.plan), settings.run), settings))

    return do


def killed_before_recording(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run finish one picture and die before the manifest has it."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "add", die)
        with pytest.raises(KeyboardInterrupt):
            run()


def records(tmp_path: Path) -> list[Record]:
    return [line for line in read_manifest(tmp_path / "out" / "manifest.jsonl") if isinstance(line, Record)]


def outcomes(found: list[Record]) -> dict[str, str]:
    return {Path(each.source).name: each.outcome for each in found}


def test_every_picture_is_recorded_with_its_hashes(run: Run, box: Path, tmp_path: Path) -> None:
    assert outcomes(run()) == {"a.png": "done", "b.jpg": "done", "c.tif": "done"}
    for each in records(tmp_path):
        scan = Path(each.source)
        assert each.scan_sha256 == each.scan_sha256_after == painting.sha256_of(scan)
        assert [output.path for output in each.outputs] == [scan.name]
        assert all(painting.holds(tmp_path / "out", output) for output in each.outputs)
        assert len(each.options_sha256) == len(each.model_sha256) == 64
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".vermilion-lock", "a.png", "b.jpg", "c.tif", "manifest.jsonl",
    ]  # fmt: skip


def test_what_is_recorded_is_not_done_again_even_if_its_result_is_gone(run: Run, tmp_path: Path) -> None:
    run()
    (tmp_path / "out" / "a.png").unlink()
    assert run() == []
    assert not (tmp_path / "out" / "a.png").exists()


def test_existence_is_no_proof(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_bytes(b"something else")
    found = {Path(each.source).name: each for each in run()}
    assert (found["a.png"].outcome, found["a.png"].code) == ("failed", "output-exists")
    assert "no record says" in found["a.png"].reason
    assert (tmp_path / "out" / "a.png").read_bytes() == b"something else"
    assert outcomes(run(save=SaveOptions(overwrite=True))) == {"a.png": "done"}


def test_what_was_finished_and_not_recorded_is_proved_by_hash(
    run: Run, box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "add", die)
        with pytest.raises(Killed):
            run()
    assert records(tmp_path) == []
    before = (tmp_path / "out" / "a.png").stat().st_mtime_ns
    found = run()
    assert [(Path(each.source).name, each.recovered) for each in found] == [
        ("a.png", True), ("b.jpg", False), ("c.tif", False),
    ]  # fmt: skip
    assert (tmp_path / "out" / "a.png").stat().st_mtime_ns == before
    assert found[0].outputs == records(tmp_path)[0].outputs


def test_the_header_of_a_manifest_says_what_the_results_depend_on(run: Run, tmp_path: Path) -> None:
    run()
    header = next(read_manifest(tmp_path / "out" / "manifest.jsonl"))
    assert isinstance(header, Header)
    assert sorted(header.options) == [
        "colours", "companions", "crop-print", "format", "page", "recolor", "save", "table",
    ]  # fmt: skip


def test_the_journal_goes_only_when_what_it_held_is_in_the_manifest(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_before_recording(run, monkeypatch)
    kept: list[int] = []
    clear = journal.clear

    def watched(folder: Path) -> None:
        kept.append(len(records(tmp_path)))
        clear(folder)

    monkeypatch.setattr(journal, "clear", watched)
    run()
    assert kept == [1, 3]


@pytest.mark.parametrize(("workers", "threads", "count"), [(None, 2, 4), (None, 16, 1), (3, 2, 3)])
def test_cores_are_shared_by_workers_and_their_threads(
    workers: int | None, threads: int, count: int, box: Path, tmp_path: Path, tiny_model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    counts: list[int] = []

    class Counted(Here):
        def __init__(self, trade: Any, count: int) -> None:
            counts.append(count)
            super().__init__(trade, count)

    monkeypatch.setattr(engine, "Workers", Counted)
    monkeypatch.setattr(engine, "available_cores", lambda: 8)
    target = tmp_path / "out"
    options = BatchOptions(
        target, RunOptions(), PlanOptions(target), str(tiny_model_folder), threads=threads, workers=workers
    )
    list(run_batch(Batch.of(make_plan([box / "a.png"], options.plan), options.run), options))
    assert counts == [count]


def test_a_result_that_is_not_what_the_journal_says_is_not_believed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_before_recording(run, monkeypatch)
    (tmp_path / "out" / "a.png").write_bytes(b"other bytes")
    assert outcomes(run())["a.png"] == "failed"


def test_a_failure_is_tried_again(run: Run, box: Path, tmp_path: Path) -> None:
    good = (box / "a.png").read_bytes()
    (box / "a.png").write_bytes(good[:200])
    [failed] = [each for each in run() if each.outcome == "failed"]
    assert (failed.code, Path(failed.source).name) == ("picture", "a.png")
    (box / "a.png").write_bytes(good)
    assert outcomes(run()) == {"a.png": "done"}


def test_a_scan_that_was_only_copied_is_finished_and_a_changed_one_is_told(run: Run, box: Path) -> None:
    run()
    os.utime(box / "a.png", ns=(1, 1))
    assert run() == []
    Image.fromarray(np.zeros((72, 96), np.uint8) + 77).save(box / "a.png")
    [found] = run()
    assert (found.outcome, found.code) == ("failed", "output-exists")


def test_a_vanished_source_and_a_link_to_nowhere_fail_alone(run: Run, box: Path) -> None:
    (box / "d.png").symlink_to(box / "nowhere.png")
    found = outcomes(run())
    assert found == {"a.png": "done", "b.jpg": "done", "c.tif": "done", "d.png": "failed"}


def test_a_source_that_vanishes_after_the_plan_fails_alone(
    box: Path, tmp_path: Path, tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "Workers", Here)
    target = tmp_path / "out"
    settings = BatchOptions(target, RunOptions(), PlanOptions(target), str(tiny_model_folder))
    batch = Batch.of(make_plan([box], settings.plan), settings.run)
    content = (box / "a.png").read_bytes()
    (box / "a.png").unlink()
    found = list(run_batch(batch, settings))
    assert outcomes(found) == {"a.png": "failed", "b.jpg": "done", "c.tif": "done"}
    [told] = [each.reason for each in found if each.outcome == "failed"]
    assert told.startswith(f"{box / 'a.png'} ")
    assert "Traceback" not in told
    (box / "a.png").write_bytes(content)
    assert outcomes(list(run_batch(batch, settings))) == {"a.png": "done"}


def test_one_run_at_a_time(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with locked(tmp_path / "out"), pytest.raises(OutputError, match="Another run works in"):
        run()
    assert len(run()) == 3


def test_a_full_disk_ends_the_run_and_it_goes_on_later(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OutputError("b.jpg does not fit: the disk is full; free some space or write elsewhere")

    with monkeypatch.context() as patch:
        patch.setattr(painting, "paint_and_save", full)
        with pytest.raises(
            OutputError, match=r"The disk of .*out is full; free some space, and run the same"
        ):
            run()
    assert len(records(tmp_path)) == 1
    assert outcomes(run()) == {"a.png": "done", "b.jpg": "done", "c.tif": "done"}


def test_companions_are_recorded_too(run: Run, tmp_path: Path) -> None:
    from vermilion.outputs import Companions

    run(companions=Companions(recipe=True))
    assert [output.path for output in records(tmp_path)[0].outputs] == ["a.recipe.json", "a.png"]


def test_the_pages_that_are_not_done_are_told(run: Run, box: Path) -> None:
    with Image.open(box / "c.tif") as image:
        image.save(box / "c.tif", save_all=True, append_images=[image.copy(), image.copy()])
    found = {Path(each.source).name: each for each in run()}
    assert found["a.png"].remarks == ()
    assert found["c.tif"].remarks[0] == "page 1 of 3 only; --page all takes every page"
