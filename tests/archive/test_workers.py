"""Worker processes: what one does inside, and what becomes of a task that kills its worker."""

import ctypes
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from vermilion.archive import memory
from vermilion.archive.batch import workers as module
from vermilion.archive.batch.painting import Order, bury
from vermilion.archive.batch.workers import Trade, Workers, work
from vermilion.archive.run import RunOptions, Task

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of Unix")
DIE = "__import__('os').kill(__import__('os').getpid(), 11)"
LEAVE = "__import__('os')._exit(7)"
EVALUATE: Trade[str, Any] = Trade(partial, eval, lambda _, how: f"ended {how}")


def test_a_task_that_kills_its_worker_costs_one_task_and_none_is_left_running() -> None:
    with Workers(EVALUATE, 1) as workers:
        found = [each for each in workers.results(iter(["1 + 1", DIE, "2 + 2", LEAVE])) if each is not None]
        pids = workers.pids
        assert len(pids) == 1
    assert found == [
        ("1 + 1", 2), (DIE, "ended by signal 11, SIGSEGV"), ("2 + 2", 4), (LEAVE, "ended with exit code 7"),
    ]  # fmt: skip
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_two_workers_share_the_tasks_and_what_is_under_way_can_be_drained() -> None:
    with Workers(EVALUATE, 2) as workers:
        results = workers.results(iter([f"({number}, __import__('os').getpid())" for number in range(40)]))
        first = next(each for each in results if each is not None)
        rest = list(workers.drain())
        assert 1 <= len(rest) <= 2, "each worker has at most one task"
        assert list(workers.drain()) == []
        found = [first[1], *(result for _, result in rest)]
    assert {number for number, _ in found} == set(range(len(found)))


def test_somebody_who_waits_hears_from_time_to_time_that_nothing_is_finished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TICK", 0.02)
    with Workers(EVALUATE, 1) as workers:
        found = list(workers.results(iter(["__import__('time').sleep(.3)"])))
    assert found[-1] is not None
    assert found[:-1].count(None) == len(found) - 1 >= 1


def test_a_worker_that_works_is_stopped_when_the_batch_is_left() -> None:
    started = time.monotonic()
    with Workers(EVALUATE, 1) as workers:
        assert list(zip(range(1), workers.results(iter(["__import__('time').sleep(60)"])), strict=False))
        [pid] = workers.pids
    assert time.monotonic() - started < 30
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_inside_a_worker_tasks_become_results_until_the_pipe_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parents: list[object] = []
    ignored: list[object] = []
    learned: list[object] = []
    monkeypatch.setattr(module, "_end_with", parents.append)
    monkeypatch.setattr("signal.signal", lambda *of: ignored.append(of))

    def learn(order: object) -> Callable[[int], int]:
        learned.append(order)
        return lambda task: task * 10

    here, there = Pipe()
    for task in (1, 2):
        here.send(task)
    closing = iter([False, False])

    class Half:
        """The worker's end, whose other end is closed after two tasks."""

        def recv(self) -> object:
            if next(closing, True):
                here.close()
            return there.recv()

        def send(self, result: object) -> None:
            there.send(result)
            answers.append(here.recv())

    answers: list[object] = []
    work(Half(), learn, "an order", 42)  # type: ignore[arg-type]
    assert (answers, learned, parents) == ([10, 20], ["an order"], [42])
    assert len(ignored) == 1, "Ctrl-C is for the parent"


def test_a_worker_whose_parent_is_gone_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class Library:
        """libc, without asking the system for anything."""

        @staticmethod
        def prctl(what: int, which: int) -> None:
            asked.append((what, which))

    codes: list[int] = []
    monkeypatch.setattr("ctypes.CDLL", lambda _: Library)
    monkeypatch.setattr("os._exit", codes.append)
    module._end_with(os.getppid())
    assert (asked, codes) == ([(1, 9)], [])
    module._end_with(os.getppid() + 1)
    assert codes == [1]


def test_a_picture_that_ended_its_worker_is_named_with_the_cure(tmp_path: Path) -> None:
    scan = tmp_path / "a.jpg"
    scan.write_bytes(b"twelve bytes")
    order = Order(tmp_path, RunOptions(), options_sha256="o", model_sha256="m")
    record = bury(order, Task(scan, tmp_path / "out.jpg", page=3), "by signal 11, SIGSEGV")
    assert (record.outcome, record.code, record.page, record.scan_size) == ("failed", "killed", 3, 12)
    assert record.scan_mtime_ns == scan.stat().st_mtime_ns
    assert (record.options_sha256, record.model_sha256) == ("o", "m")
    assert record.reason == (
        f"{scan} ended the process that painted it (by signal 11, SIGSEGV); save it as TIFF, or leave it out."
    )
    scan.unlink()
    assert bury(order, Task(scan, tmp_path / "out.jpg", page=1), "").scan_size == 0


def hoard() -> int:
    """Take 200 MB in small pieces, keep the last of them, and return how much this process had meanwhile."""
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    pieces = [library.malloc(50_000) for _ in range(4000)]
    for piece in pieces:
        ctypes.memset(piece, 1, 50_000)
    most = memory.resident()
    for piece in pieces[:-1]:
        library.free(piece)
    return most


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others cannot be asked")
def test_what_a_large_picture_needed_is_given_back_before_the_next() -> None:
    words = "__import__('tests.archive.test_workers', fromlist=['hoard'])"
    with Workers(EVALUATE, 1) as workers:
        tasks = iter([f"{words}.memory.resident()", f"{words}.hoard()", f"{words}.memory.resident()"])
        before, most, after = (each[1] for each in workers.results(tasks) if each is not None)
    assert most - before > 190e6
    assert after - before < 50e6


def count_arenas(place: str) -> int:
    """Return how many arenas the C library has after another thread has taken memory."""
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    with ThreadPoolExecutor(1) as pool:
        pool.submit(library.malloc, 1000).result()
    library.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(library.fopen(place.encode(), b"w"))
    library.malloc_info(0, file)
    library.fclose(file)
    return Path(place).read_text().count("<heap ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others cannot be asked")
def test_the_threads_of_a_worker_take_memory_from_one_place(tmp_path: Path) -> None:
    words = "__import__('tests.archive.test_workers', fromlist=['count_arenas'])"
    with Workers(EVALUATE, 1) as workers:
        tasks = iter([f"{words}.count_arenas({str(tmp_path / 'info.xml')!r})"])
        assert [each[1] for each in workers.results(tasks) if each is not None] == [1]
