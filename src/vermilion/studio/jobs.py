"""Runs long work: a few threads, a short queue, and an end when nobody waits any more."""

import asyncio
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from queue import PriorityQueue
from typing import Any, TypeVar

from starlette.requests import Request

from vermilion.errors import CancelledError
from vermilion.studio.faults import BusyError, SlowError
from vermilion.studio.settings import Limits
from vermilion.work import Work

T = TypeVar("T")


class Urgency(IntEnum):
    """The order of waiting work."""

    GESTURE = 0
    SHOWN = 1
    ASIDE = 2
    STOP = 9


@dataclass(order=True)
class _Job:
    urgency: Urgency
    number: int
    do: Callable[[Work], Any] = field(compare=False)
    future: "asyncio.Future[Any]" = field(compare=False)
    cancelled: threading.Event = field(compare=False, default_factory=threading.Event)


class Jobs:
    """Runs work in threads for requests.

    Args:
        limits: how many threads, how many may wait, and how long one may take.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._queue: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        self._jobs: dict[int, _Job] = {}
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"studio-{number}", daemon=True)
            for number in range(limits.workers)
        ]

    def __len__(self) -> int:
        """How much is running or waits."""
        return len(self._jobs)

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Cancel everything, and wait until the threads have ended."""
        self._stopping = True
        for job in list(self._jobs.values()):
            job.cancelled.set()
        loop = asyncio.get_running_loop()
        for _ in self._threads:
            self._queue.put(_Job(Urgency.STOP, next(self._numbers), lambda _: None, loop.create_future()))
        for thread in self._threads:
            if thread.is_alive():
                thread.join(self._limits.seconds)

    async def run(self, request: Request, do: Callable[[Work], T], urgency: Urgency = Urgency.SHOWN) -> T:
        """Do something in a thread and return what it gives.

        It is cancelled as soon as the caller goes away, or when it takes too long.

        Args:
            request: who waits for it; its body was read.
            do: is called with the means to learn that it was cancelled.
            urgency: what it is for.

        Raises:
            BusyError: too much is waiting already.
            SlowError: it took too long.
            CancelledError: the caller went away.
        """
        if len(self._jobs) >= self._limits.workers + self._limits.waiting:
            raise BusyError("This server is busy; try again in a second.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = _Job(urgency, next(self._numbers), do, future)
        self._jobs[job.number] = job
        future.add_done_callback(lambda _: self._jobs.pop(job.number, None))
        self._queue.put(job)
        gone = asyncio.create_task(_until_gone(request))
        try:
            waited: set[asyncio.Future[Any]] = {future, gone}
            await asyncio.wait(waited, timeout=self._limits.seconds, return_when="FIRST_COMPLETED")
        finally:
            left = gone.done()
            gone.cancel()
            if not future.done():
                job.cancelled.set()
        if future.done():
            return future.result()
        future.add_done_callback(_take_notice)
        if left:
            raise CancelledError("Nobody waits for this any more.")
        raise SlowError(
            f"This took longer than {self._limits.seconds:g} s and was stopped; ask for less at once."
        )

    def _work(self) -> None:
        while (job := self._queue.get()).urgency != Urgency.STOP:
            try:
                work = Work(cancelled=job.cancelled.is_set)
                work.check()
                result, error = job.do(work), None
            except BaseException as raised:  # noqa: BLE001 - it is raised where the caller waits
                result, error = None, raised
            loop = job.future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, job.future, result, error)


def _settle(future: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _take_notice(future: "asyncio.Future[Any]") -> None:
    """Look at an outcome that nobody waits for, or Python would report an error that was never seen."""
    if not future.cancelled():
        future.exception()


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
