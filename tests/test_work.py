"""Progress, cancellation, and how many threads there are."""

import os
from pathlib import Path

import pytest

from vermilion import work
from vermilion.errors import CancelledError, SettingsError
from vermilion.work import UNWATCHED, Work, available_cores, limit_threads, lone_opencv, thread_count


def test_steps_are_reported_from_none_to_all() -> None:
    seen: list[tuple[str, float]] = []
    watched = Work(progress=lambda what, share: seen.append((what, share)))
    assert list(watched.steps("paint", ["a", "b"])) == ["a", "b"]
    assert seen == [("paint", 0.0), ("paint", 0.5), ("paint", 1.0)]
    assert list(UNWATCHED.steps("paint", [1])) == [1]


def test_cancelled_work_stops_before_the_next_step() -> None:
    done: list[int] = []
    stopped = Work(cancelled=lambda: len(done) == 2)
    steps = stopped.steps("paint", [1, 2, 3])
    done.append(next(steps))
    done.append(next(steps))
    with pytest.raises(CancelledError):
        next(steps)


@pytest.mark.parametrize(
    ("granted", "cores"), [("150000 100000", 2), ("max 100000", 8), ("100000 100000", 1)]
)
def test_cores_are_those_that_affinity_and_the_cgroup_grant(
    granted: str, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    limit = tmp_path / "cpu.max"
    limit.write_text(granted)
    monkeypatch.setattr(work, "_CGROUP_LIMIT", limit)
    monkeypatch.setattr(work, "_limit", [])
    assert available_cores() == cores
    assert thread_count() == min(cores, 4)


def test_the_number_of_threads_can_be_set_for_all_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    cv2 = pytest.importorskip("cv2")
    before = cv2.getNumThreads()
    monkeypatch.setattr(work, "_limit", [])
    monkeypatch.setenv("VIPS_CONCURRENCY", "")
    try:
        limit_threads(3)
        assert (thread_count(), os.environ["VIPS_CONCURRENCY"], cv2.getNumThreads()) == (3, "3", 3)
    finally:
        cv2.setNumThreads(before)
    with pytest.raises(SettingsError, match="0 threads cannot work; give 1 or more"):
        limit_threads(0)


def test_opencv_gets_its_threads_back_after_the_last_of_several_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import cv2

    threads = [4]
    monkeypatch.setattr(cv2, "getNumThreads", lambda: threads[-1])
    monkeypatch.setattr(cv2, "setNumThreads", threads.append)
    one, other = lone_opencv(), lone_opencv()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert threads[-1] == 1, "the other goes on"
    other.__exit__(None, None, None)
    assert threads[-1] == 4
