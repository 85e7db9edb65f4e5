"""Worker processes: one task at a time each; they end with their parent, and restart if a codec kills one."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Self, TypeVar, cast

from vermilion.archive.memory import Memory, share_arena

T = TypeVar("T")
R = TypeVar("R")

TICK = 0.5
"""Seconds after which ``results`` yields, even if nothing is finished."""

_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True, slots=True)
class Trade(Generic[T, R]):
    """The work of workers.

    Attributes:
        learn: called once in each worker, to which it goes pickled; returns what turns a task into a result.
        order: its argument: what is the same for all tasks.
        bury: what a task comes to that ended its worker, given how that ended.
    """

    learn: Callable[[Any], Callable[[T], R]]
    order: object
    bury: Callable[[T, str], R]


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: BaseProcess
    pipe: Connection
    task: T | None = None


class Workers(Generic[T, R]):
    """Processes that work; used in a ``with`` block, at the end of which none is left.

    Args:
        trade: what they do.
        count: of processes.
    """

    def __init__(self, trade: Trade[T, R], count: int) -> None:
        self._trade = trade
        self._context = get_context("spawn")
        self._workers = [self._start() for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.pipe.close()  # an idle worker ends by itself
            if worker.task is not None:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(10)
            worker.process.kill()

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        return [worker.process.pid or 0 for worker in self._workers]

    def results(self, tasks: Iterator[T]) -> Iterator[tuple[T, R] | None]:
        """Do all tasks; yield each with its result once it is finished, and None at least twice a second."""
        for worker in self._workers:
            self._give(worker, tasks)
        while busy := [worker for worker in self._workers if worker.task is not None]:
            ready = wait([worker.pipe for worker in busy], TICK)
            if not ready:
                yield None
            for worker in busy:
                if worker.pipe in ready and worker.task is not None:
                    task, result = worker.task, self._receive(worker)
                    self._give(worker, tasks)
                    yield task, result

    def drain(self) -> Iterator[tuple[T, R]]:
        """Yield what is still being done; nothing new is begun."""
        for worker in self._workers:
            if worker.task is not None:
                task, result = worker.task, self._receive(worker)
                worker.task = None
                yield task, result

    def _give(self, worker: _Worker[T], tasks: Iterator[T]) -> None:
        worker.task = next(tasks, None)
        if worker.task is not None:
            with suppress(OSError):  # of a dead one, which is reported when its answer is wanted
                worker.pipe.send(worker.task)

    def _receive(self, worker: _Worker[T]) -> R:
        try:
            result: R = worker.pipe.recv()
        except (EOFError, OSError):
            return self._buried(worker)
        return result

    def _buried(self, worker: _Worker[T]) -> R:
        """Restart a worker, and give the result of the task that killed it."""
        task, worker.task = worker.task, None
        worker.process.join()
        how = _end_of(worker.process.exitcode)
        fresh = self._start()
        worker.process, worker.pipe = fresh.process, fresh.pipe
        return self._trade.bury(cast("T", task), how)

    def _start(self) -> _Worker[T]:
        here, there = self._context.Pipe()
        process = self._context.Process(
            target=work, args=(there, self._trade.learn, self._trade.order, os.getpid()), daemon=True
        )
        process.start()
        there.close()
        return _Worker(process, here)


def _end_of(code: int | None) -> str:
    if code is not None and code < 0:
        return f"by signal {-code}, {signal.Signals(-code).name}"
    return f"with exit code {code}"


def work(
    pipe: Connection, learn: Callable[[Any], Callable[[Any], object]], order: object, parent: int
) -> None:
    """What a worker does: tasks in, results out, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which lets pictures be finished
    _end_with(parent)
    share_arena()
    do, memory = learn(order), Memory()
    while True:
        try:
            task = pipe.recv()
            pipe.send(do(task))
        except (EOFError, OSError):
            return
        memory.give_back()


def _end_with(parent: int) -> None:
    """Have the system kill this process when its parent ends; elsewhere than on Linux its pipe tells it."""
    try:
        import ctypes  # noqa: PLC0415 - rarely needed

        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    except (AttributeError, OSError, TypeError):
        return
    if os.getppid() != parent:  # it ended before
        os._exit(1)
