"""Progress, cancellation and threads of long work.

A ``Work`` is passed explicitly to whatever may take long. The number of threads belongs to the process, as
ONNX Runtime, OpenCV and libvips have one pool each: ``limit_threads`` sets it for all of them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeVar

from vermilion.errors import CancelledError, SettingsError

T = TypeVar("T")

_MOST_THREADS = 4  # a network and a join of this size gain nothing from more
_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # Linux, version 2; elsewhere it is not there


@dataclass(frozen=True, slots=True)
class Work:
    """How long work reports its progress, and learns that nobody waits for it any more.

    Attributes:
        progress: called with a word for what is done and the share of it that is done, 0..1; from any thread.
        cancelled: returns whether to stop; such as the ``is_set`` of a ``threading.Event``.
    """

    progress: Callable[[str, float], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def check(self) -> None:
        """Stop here if the work was cancelled.

        Raises:
            CancelledError: it was.
        """
        if self.cancelled is not None and self.cancelled():
            raise CancelledError("The work was cancelled.")

    def report(self, what: str, share: float) -> None:
        """Report progress, and stop here if the work was cancelled.

        Args:
            what: is done.
            share: of it that is done, 0..1.

        Raises:
            CancelledError: it was cancelled.
        """
        self.check()
        if self.progress is not None:
            self.progress(what, share)

    def steps(self, what: str, things: Sequence[T]) -> Iterator[T]:
        """Yield things one by one, with a report before each and after the last.

        Raises:
            CancelledError: the work was cancelled in between.
        """
        for number, thing in enumerate(things):
            self.report(what, number / len(things))
            yield thing
        self.report(what, 1.0)


UNWATCHED = Work()
"""Work that nobody watches and nobody cancels."""

_lone_lock = Lock()
_lone: list[int] = []  # OpenCV's threads before each work in ``lone_opencv``

_limit: list[int] = []  # of threads, for the whole process; empty until somebody sets it


def available_cores() -> int:
    """Return how many cores this process may use: those it may run on, and no more than its cgroup grants."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux has it
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(cores, _cores_of_cgroup(cores)))


def _cores_of_cgroup(otherwise: int) -> int:
    """Return the cores that ``cpu.max`` grants ("200000 100000" are two), rounded up."""
    try:
        quota, period = _CGROUP_LIMIT.read_text(encoding="ascii").split()
        return -(-int(quota) // int(period))
    except (OSError, ValueError):  # there is none, or it says "max"
        return otherwise


def thread_count() -> int:
    """Return how many threads may work on one picture."""
    return _limit[-1] if _limit else min(available_cores(), _MOST_THREADS)


def limit_threads(count: int) -> None:
    """Set how many threads this process uses for one picture, in all libraries.

    ONNX Runtime takes the number when a model is loaded, libvips when it is loaded, OpenCV at once.

    Raises:
        SettingsError: the number is less than 1.
    """
    if count < 1:
        raise SettingsError(f"{count} threads cannot work; give 1 or more.")
    _limit[:] = [count]
    os.environ["VIPS_CONCURRENCY"] = str(count)
    import cv2  # noqa: PLC0415 - only who limits it pays for it

    cv2.setNumThreads(count)


@contextmanager
def lone_opencv() -> Iterator[None]:
    """Let OpenCV work on the calling thread alone: between short calls its others spin, and do no work.

    Its threads belong to the process: they come back once the last of several such works is over.
    """
    import cv2  # noqa: PLC0415 - only who limits it pays for it

    with _lone_lock:
        _lone.append(cv2.getNumThreads())
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        with _lone_lock:
            before = _lone.pop()
            if not _lone:
                cv2.setNumThreads(before)
