"""Jobs over an archive: one after the other, by the engine of ``vermilion batch``; a restart resumes them.

Each job has a folder of its own in the folder of results, with the manifest and ``job.json``. No path of a
request is ever used: the archive is named when the server starts, folders are called by numbers that the
server draws, and patterns are only compared with names.
"""

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from vermilion.archive.batch import BatchReport, Record, is_planned, run_batch
from vermilion.errors import VermilionError
from vermilion.outputs import make_folder
from vermilion.pictures import publish
from vermilion.studio.asked import FINAL, BatchAsked, BatchTable, FailureTable, State
from vermilion.studio.faults import BusyError, NoArchiveError, UnknownError
from vermilion.studio.pace import Pace
from vermilion.studio.shapes import ProblemTable, read_kept
from vermilion.studio.web.problems import facts_of, facts_of_error

JOB = "job.json"
_MOST = 1000  # jobs that are kept, and failures that are listed of each
_LARGEST = 64 << 20  # bytes of job.json
_TELL = 0.5  # seconds between two events of one job
_STOPPING = 5.0  # seconds that pictures in progress get at the end

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Archive:
    """What jobs work on.

    Attributes:
        scans: the folder that is coloured.
        results: the folder in which each job has one of its own.
        model: as ``Colorizer`` takes it.
        device: that computes.
    """

    scans: Path
    results: Path
    model: str | None = None
    device: str = "auto"


class Batches:
    """Keeps jobs, and runs them in a thread.

    Args:
        archive: that was named when the server was started; None if none was.
        tell: called with each change, as an event.
    """

    def __init__(self, archive: Archive | None, tell: Tell) -> None:
        self._archive = archive
        self._tell = tell
        self._jobs: dict[str, BatchTable] = {}
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="studio-batches", daemon=True)

    def start(self) -> None:
        """Resume what an earlier server had not finished, and start."""
        if self._archive is None:
            return
        found = [job for path in self._archive.results.glob(f"*/{JOB}") if (job := _read(path)) is not None]
        for job in sorted(found, key=lambda job: job.submitted):
            self._jobs[job.id] = job
            if job.state not in FINAL:
                job.state = "waiting"
                self._waiting.put(job.id)
        self._thread.start()

    def stop(self) -> None:
        """Let started pictures finish; jobs continue when the server is started again."""
        self._stopping.set()
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(_STOPPING)

    def submit(self, asked: BatchAsked) -> BatchTable:
        """Queue a job.

        Raises:
            NoArchiveError: no archive was named when the server was started.
            BusyError: too many jobs are kept already.
            SettingsError: what is asked is impossible.
            OutputError: it cannot be kept.
        """
        archive = self._named()
        if len(self._jobs) >= _MOST:
            raise BusyError(f"{_MOST} jobs are kept already; move the folders of old ones away.")
        now = datetime.now(UTC).isoformat()
        job = BatchTable(id=secrets.token_hex(8), state="waiting", submitted=now, asked=asked)
        folder = archive.results / job.id
        asked.options(folder, archive.model, archive.device)
        make_folder(folder)
        self._keep(job)
        with self._lock:
            self._jobs[job.id] = job
        self._waiting.put(job.id)
        return job

    def all(self) -> list[BatchTable]:
        """Return all jobs, in the order in which they came."""
        with self._lock:
            return [_copied(job) for job in self._jobs.values()]

    def get(self, number: str) -> BatchTable:
        """Return a job.

        Raises:
            UnknownError: there is none of that number.
        """
        with self._lock:
            if number not in self._jobs:
                raise UnknownError("There is no such job; ask for all of them.")
            return _copied(self._jobs[number])

    def cancel(self, number: str) -> BatchTable:
        """End a job once its started pictures are finished; its results stay.

        Raises:
            UnknownError: there is none of that number.
        """
        self.get(number)
        with self._lock:
            job = self._jobs[number]
            self._cancelled.add(number)
        if job.state == "waiting":
            self._change(job, "cancelled")
        return self.get(number)

    def _named(self) -> Archive:
        if self._archive is None:
            raise NoArchiveError(
                "No archive was named; start the server with --archive FOLDER and -o OUT for jobs."
            )
        return self._archive

    def _work(self) -> None:
        while (number := self._waiting.get()) is not None and not self._stopping.is_set():
            job = self._jobs[number]
            if job.state == "waiting":
                self._do(job)

    def _do(self, job: BatchTable) -> None:
        self._change(job, "running")
        try:
            ended = self._run(job)
        except VermilionError as error:
            job.error = ProblemTable.model_validate(facts_of_error(error))
            ended = "failed"
        except Exception as error:  # noqa: BLE001 - the next job must have its turn
            told = f"The job ended in an unexpected way ({type(error).__name__}); look at the server."
            job.error = ProblemTable.model_validate(facts_of(500, "internal", told))
            ended = "failed"
        if ended is not None:
            self._change(job, ended)

    def _run(self, job: BatchTable) -> State | None:
        """Run a job; return how it ended, or None if the server has to stop before."""
        archive = self._named()
        folder = archive.results / job.id
        options = job.asked.options(folder, archive.model, archive.device)
        batch = job.asked.plan(archive.scans, options)
        finished = sum(done for _, done in is_planned(batch, folder))
        self._begin(job, len(batch.tasks), finished)
        known = {each.key for each in batch.settled}
        pace = Pace(min(len(batch.tasks) - finished, options.limit or len(batch.tasks)))
        report, told = BatchReport(), 0.0
        with closing(run_batch(batch, options)) as records:
            for record in records:
                report.add(record)
                if record.key not in known:
                    pace.step(took_time=not record.recovered)
                self._count(job, record, archive, pace)
                if time.monotonic() - told >= _TELL:
                    told = time.monotonic()
                    self._tell(event_of(job))
                if self._stopping.is_set() or job.id in self._cancelled:
                    break
        report.write(folder)
        if self._stopping.is_set():
            return None
        return "cancelled" if job.id in self._cancelled else "done"

    def _begin(self, job: BatchTable, pictures: int, finished: int) -> None:
        """Count from what an earlier server had finished; its failures are tried again."""
        with self._lock:
            job.pictures, job.done = pictures, finished
            job.skipped, job.failed, job.failures = 0, 0, []

    def _count(self, job: BatchTable, record: Record, archive: Archive, pace: Pace) -> None:
        with self._lock:
            job.rate, job.seconds_left = pace.rate, pace.seconds_left
            setattr(job, record.outcome, getattr(job, record.outcome) + 1)
            if record.outcome == "failed" and len(job.failures) < _MOST:
                job.failures.append(_failure(record, archive))

    def _change(self, job: BatchTable, state: State) -> None:
        """Change the state on disk first: who hears that a job has ended may stop the server."""
        with self._lock:
            job.rate, job.seconds_left = 0, None
        try:
            self._keep(job.model_copy(update={"state": state}))
        except VermilionError as error:  # a full disk: the job reports it, too
            job.error = ProblemTable.model_validate(facts_of_error(error))
        with self._lock:
            job.state = state
        self._tell(event_of(job))

    def _keep(self, job: BatchTable) -> None:
        """Have it on disk.

        Raises:
            OutputError: it cannot be written.
        """
        content = job.model_dump_json(indent=1).encode()
        publish([content], self._named().results / job.id / JOB, overwrite=True)


def _copied(job: BatchTable) -> BatchTable:
    """A job as it is now; the thread that does it goes on to change it."""
    return job.model_copy(update={"failures": list(job.failures)})


def event_of(job: BatchTable) -> dict[str, Any]:
    """Return the event with a job's progress, without what was asked and the failures."""
    return {"type": "job", "job": job.model_dump(mode="json", exclude={"asked", "failures"})}


def _failure(record: Record, archive: Archive) -> FailureTable:
    """A failure with paths of the archive only: places on this machine stay private."""
    place = f"{archive.scans.resolve()}/"
    picture = record.source.removeprefix(place)
    reason = record.reason.replace(place, "").replace(f"{archive.scans}/", "")
    return FailureTable(picture=picture, page=record.page, code=record.code, reason=reason)


def _read(path: Path) -> BatchTable | None:
    """A job of an earlier server; None if the file is not ours, or damaged."""
    job = read_kept(path, BatchTable, _LARGEST)
    return job if job is not None and job.id == path.parent.name else None
