"""Watches folders: new files are coloured once they have stopped growing."""

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from vermilion.archive.batch.engine import Batch, BatchOptions, BatchRun
from vermilion.archive.batch.painting import key_of
from vermilion.archive.batch.record import Record
from vermilion.archive.run import Task
from vermilion.archive.search import is_within
from vermilion.errors import SettingsError

QUIET = 2.0
"""Seconds that a file must stay as it is before it is read."""

_State = tuple[int, int]
_GONE: _State = (-1, -1)
_Key = tuple[str, int]


@dataclass(slots=True)
class Settled:
    """Knows which files have stopped growing, by looking at them again and again.

    States are compared and never the time of a file with that of the clock, which may be set back.

    Attributes:
        quiet: seconds that a file must stay as it is.
        now: a clock that only goes forward.
    """

    quiet: float = QUIET
    now: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[_State, float]] = field(default_factory=dict)

    def is_settled(self, path: Path) -> bool:
        """Whether a file has been as it is for long enough; the first look begins the wait."""
        name, state, now = str(path), _state_of(path), self.now()
        before = self._seen.get(name)
        if before is None or before[0] != state:
            self._seen[name] = before = state, now
        return now - before[1] >= self.quiet


def check_watched(sources: Sequence[str], target: Path | None, folder: Path) -> tuple[Path, ...]:
    """Return the folders to be watched.

    Args:
        sources: as they were typed.
        target: the folder of the results; None if they go beside the scans.
        folder: of the manifest.

    Raises:
        SettingsError: a source is no folder, or results would go into what is watched.
    """
    folders = tuple(map(Path, sources))
    for source in folders:
        if not source.is_dir():
            raise SettingsError(f"--watch waits for files in folders, and {source} is none; name its folder.")
        for output in (target or source, folder):
            if is_within(output, source):
                raise SettingsError(
                    f"{output} lies in {source}, which is watched, so that results would come back as scans; "
                    "name a folder outside of it with -o, and leave out --beside."
                )
    return folders


def watch_batch(
    plan: Callable[[], Batch], options: BatchOptions, folders: Sequence[Path], stop: Event
) -> Generator[Record | None, None, None]:
    """Run a batch, and then colour whatever comes into its folders, until it has to stop.

    Args:
        plan: makes the plan again.
        options: who works, and where.
        folders: to be watched.
        stop: set when it is to end.

    Yields:
        What became of each picture, and None whenever all is done that there is.

    Raises:
        OutputError, ModelError: as ``run_batch`` does.
        SettingsError: the package that watches is missing.
    """
    changes = _changes(folders, stop)
    with BatchRun(options) as run:
        yield from run.recover()
        watch = _Watch(run, folders)
        for changed in changes:
            if changed or watch.waiting:
                yield from watch.look(plan())
                if not watch.waiting:
                    yield None


class _Watch:
    """What was reported and tried: nothing is reported twice, and failures are tried again on changes."""

    def __init__(self, run: BatchRun, folders: Sequence[Path]) -> None:
        self._run = run
        self._folders = {os.path.abspath(folder) for folder in folders}  # noqa: PTH100 - as in records
        self._settled = Settled()
        self._told: set[tuple[str, str]] = set()
        self._tried: dict[_Key, _State] = {}
        self.waiting = True  # for the first look

    def look(self, batch: Batch) -> Iterator[Record]:
        """Do what is new and has stopped growing."""
        told = [each for each in batch.settled if each.source not in self._folders]  # they may be empty yet
        new = [each for each in told if (each.source, each.reason) not in self._told]
        self._told.update((each.source, each.reason) for each in new)
        yield from self._run.manifest.settle(new)
        left = [task for task in batch.tasks if self._is_new(task) and not self._run.is_finished(task)]
        ready = [task for task in left if self._settled.is_settled(task.source)]
        self.waiting = len(ready) < len(left)
        self._tried.update((key_of(task), _state_of(task.source)) for task in ready)
        yield from self._run.do(ready)

    def _is_new(self, task: Task) -> bool:
        return self._tried.get(key_of(task)) != _state_of(task.source)


def _state_of(path: Path) -> _State:
    try:
        state = path.stat()
    except OSError:
        return _GONE
    return state.st_size, state.st_mtime_ns


def _changes(folders: Sequence[Path], stop: Event) -> Iterator[bool]:
    """Yield at least every ``QUIET`` seconds whether folders have changed, until it has to stop."""
    try:
        import watchfiles  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise SettingsError(
            'Watching needs the package watchfiles, which is not installed; run: pip install ".[watch]".'
        ) from error
    milliseconds = int(QUIET * 1000)
    for found in watchfiles.watch(
        *folders, stop_event=stop, watch_filter=None, yield_on_timeout=True, rust_timeout=milliseconds
    ):
        yield bool(found)
