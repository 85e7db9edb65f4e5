"""Folders that are watched: what comes is done once it has stopped growing, and nothing comes back."""

import shutil
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.archive.test_batch_choices import box, options, planned  # noqa: F401 - fixtures
from vermilion.archive.batch import BatchOptions, check_watched, watch, watch_batch
from vermilion.errors import SettingsError


def test_a_file_is_settled_when_it_stays_as_it_is(tmp_path: Path) -> None:
    clock = [0.0]
    settled = watch.Settled(2.0, lambda: clock[0])
    path = tmp_path / "a.png"
    path.write_bytes(b"one")
    told = []
    for moment, more in ((0.0, ""), (1.9, ""), (1.95, "two"), (3.0, ""), (3.9, ""), (5.0, "")):
        clock[0] = moment
        with path.open("a") as file:
            file.write(more)
        told.append(settled.is_settled(path))
    assert told == [False, False, False, False, False, True]


def test_a_file_whose_clock_was_set_back_settles_too(tmp_path: Path) -> None:
    import os

    clock = [0.0]
    settled = watch.Settled(2.0, lambda: clock[0])
    path = tmp_path / "a.png"
    path.write_bytes(b"one")
    settled.is_settled(path)
    os.utime(path, (1, 1))
    clock[0] = 2.5
    assert not settled.is_settled(path), "it was changed"
    clock[0] = 5
    assert settled.is_settled(path)


@pytest.mark.parametrize(
    ("target", "folder", "told"),
    [
        ("box/out", "box/out", "box/out lies in .*box, which is watched"),
        (None, "elsewhere", "box lies in .*box, which is watched"),
        ("out", "box/manifest", "box/manifest lies in .*box, which is watched"),
        ("link", "link", "link lies in .*box, which is watched"),
    ],
)
def test_results_never_go_into_what_is_watched(
    tmp_path: Path, target: str | None, folder: str, told: str
) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "box")
    goal = tmp_path / target if target else None
    with pytest.raises(SettingsError, match=told):
        check_watched([str(tmp_path / "box")], goal, tmp_path / folder)


def test_only_folders_are_watched(box: Path, tmp_path: Path) -> None:  # noqa: F811
    assert check_watched([str(box)], tmp_path / "out", tmp_path / "out") == (box,)
    with pytest.raises(SettingsError, match=r"--watch waits for files in folders, and .*a\.png is none"):
        check_watched([str(box / "a.png")], tmp_path / "out", tmp_path / "out")


def test_what_comes_is_done_once_and_what_grows_is_waited_for(
    box: Path,  # noqa: F811
    options: BatchOptions,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "QUIET", 0.2)
    monkeypatch.setattr(watch.Settled, "__init__", _impatient)
    stop, told = Event(), []
    whole = (box / "a.png").read_bytes()
    growing = box / "grown.png"

    def grow() -> None:
        for part in range(0, len(whole), len(whole) // 5 + 1):
            with growing.open("ab") as file:
                file.write(whole[part : part + len(whole) // 5 + 1])
            stop.wait(0.1)

    came: list[Thread] = []
    for record in watch_batch(lambda: planned(box, options), options, [box], stop):
        if record is not None:
            told.append((Path(record.source).name, record.outcome))
        elif not came:
            shutil.copy(box / "a.png", box / "later.png")
            (box / "torn.png").write_bytes(whole[:300])
            came.append(Thread(target=grow))
            came[0].start()
        elif len(told) == 6:
            stop.set()
    came[0].join()
    assert sorted(told) == [
        ("a.png", "done"), ("b.tif", "done"), ("c.png", "done"), ("grown.png", "done"), ("later.png", "done"),
        ("torn.png", "failed"),
    ]  # fmt: skip
    stop.clear()
    for record in watch_batch(lambda: planned(box, options), options, [box], stop):
        assert record is None or record.outcome == "failed", "another run has only the failure to try again"
        if record is None:
            stop.set()


def _impatient(self: watch.Settled) -> None:
    import time

    self.quiet, self.now, self._seen = 0.35, time.monotonic, {}


def test_an_empty_folder_is_no_failure(
    options: BatchOptions,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "QUIET", 0.05)
    empty = tmp_path / "empty"
    empty.mkdir()
    stop = Event()
    for record in watch_batch(lambda: planned(empty, options), replace(options), [empty], stop):
        assert record is None
        stop.set()
