"""Runs a batch: finished pictures are left, workers colour the rest, and the manifest records it."""

import hashlib
import json
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from vermilion import __version__
from vermilion.archive.batch import journal
from vermilion.archive.batch.lock import locked
from vermilion.archive.batch.manifest import MANIFEST, Manifest, look_into, open_manifest
from vermilion.archive.batch.painting import (
    Order,
    bury,
    holds,
    keep_dates,
    key_of,
    learn,
    options_of,
    sha256_of,
)
from vermilion.archive.batch.record import FAILED, SKIPPED, Header, Record
from vermilion.archive.batch.workers import Trade, Workers
from vermilion.archive.memory import trim
from vermilion.archive.plan import Plan, PlanOptions
from vermilion.archive.run import RunOptions, Task, refuse_without_model, tasks_of
from vermilion.errors import OutputError, VermilionError
from vermilion.guidance import Recipe, UsedFile, UsedModel
from vermilion.network import find_model, folder_hash
from vermilion.outputs import Failed, Skipped, failed_by, make_folder
from vermilion.work import available_cores


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """The workers, and the folder.

    Attributes:
        folder: of the results and the manifest.
        run: how each picture is done.
        plan: how results are called.
        model: as ``Colorizer`` takes it.
        device: that computes.
        workers: processes; None for one a core.
        threads: of one worker.
        limit: the most pictures that this run begins; None for all.
        keep_dates: whether results get the time of change of their scans.
        table_sha256: of the table that says what single pictures get; empty if there is none.
    """

    folder: Path
    run: RunOptions = field(default_factory=RunOptions)
    plan: PlanOptions = field(default_factory=PlanOptions)
    model: str | None = None
    device: str = "auto"
    workers: int | None = None
    threads: int = 1
    limit: int | None = None
    keep_dates: bool = False
    table_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that a batch is going to do, settled before the first picture.

    Attributes:
        tasks: the pages that are to be done.
        settled: what is known of others already: failures and what is skipped.
    """

    tasks: tuple[Task, ...]
    settled: tuple[Record, ...] = ()

    @classmethod
    def of(cls, plan: Plan, run: RunOptions) -> "Batch":
        """Return what a plan comes to, page by page."""
        tasks: list[Task] = []
        known: list[Failed | Skipped] = [*plan.failed, *plan.skipped]
        settled = [_settled(each) for each in known]
        for job in plan.jobs:
            try:
                tasks += tasks_of(job, run)
            except VermilionError as error:
                settled.append(_settled(failed_by(error, job.source)))
        trim()  # pages of large files were counted
        return cls(tuple(tasks), tuple(settled))


class BatchRun:
    """One run in a folder of results; used in a ``with`` block, in which it holds lock, manifest and workers.

    Args:
        options: who works, and where.
    """

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._held = ExitStack()
        self._workers: Workers[Task, Record] | None = None

    def __enter__(self) -> Self:
        """Take the lock, and read or begin the manifest.

        Raises:
            OutputError: another run works there, or the manifest is of another run or was changed.
            ModelError: there is no such model.
        """
        options = self._options
        header = header_of_run(options)
        make_folder(options.folder)
        with ExitStack() as held:
            held.enter_context(locked(options.folder))
            self.manifest = held.enter_context(open_manifest(options.folder, header))
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def recover(self) -> Iterator[Record]:
        """Record what a killed run had finished and not yet recorded; yield those records."""
        yield from _recover(self.manifest, self._options)

    def is_finished(self, task: Task) -> bool:
        """Whether the manifest has a picture, its scan is that of then, and what is done again was so."""
        return is_finished(self.manifest, task)

    def do(self, tasks: Sequence[Task]) -> Iterator[Record]:
        """Do pictures, whatever the manifest says of them; yield their records.

        Raises:
            OutputError: the disk is full.
            ModelError: the model cannot be loaded.
        """
        if tasks:
            yield from _work(iter(tasks), self._hands(), self.manifest, self._options.folder)
        self.manifest.flush()
        journal.clear(self._options.folder)

    def _hands(self) -> Workers[Task, Record]:
        """The workers, started when there is something to do."""
        if self._workers is None:
            order = order_of(self._options, self.manifest.header)
            count = self._options.workers or max(1, available_cores() // self._options.threads)
            workers = Workers(Trade(learn, order, partial(bury, order)), count)
            self._workers = self._held.enter_context(workers)
        return self._workers


def run_batch(batch: Batch, options: BatchOptions) -> Generator[Record, None, None]:
    """Run or resume a batch; yield the outcome of each picture as soon as it is known.

    Pictures that are finished by the manifest are left out silently. Closing the generator, or Ctrl-C,
    lets started pictures finish.

    Args:
        batch: what is to be done.
        options: who works, and where.

    Raises:
        OutputError: another run works there, the manifest is of another run or was changed, or the disk is
            full.
        ModelError: there is no such model.
    """
    with BatchRun(options) as run:
        yield from run.recover()
        yield from run.manifest.settle(batch.settled)
        left = [task for task in batch.tasks if not run.is_finished(task)]
        yield from run.do(left[: options.limit])


def header_of_run(options: BatchOptions) -> Header:
    """Return the first line of the manifest of a run with such options."""
    run, plan = options.run, options.plan
    recipe = Recipe("", UsedFile(""), UsedModel("", ""), size=run.size, view=run.view, controls=run.controls)
    save = {name: value for name, value in asdict(run.save).items() if name != "overwrite"}
    facts = {
        "colours": recipe.options_hash,
        "companions": asdict(run.companions),
        "crop-print": run.crop_print,
        "format": plan.format,
        "page": run.page,
        "recolor": run.recolor,
        "save": save,
        "table": options.table_sha256,
    }
    if run.versions is not None:
        facts["versions"] = (str(run.versions.path.resolve()), run.versions.trust, run.versions.neutralize)
    texts = {name: json.dumps(value, default=str, sort_keys=True) for name, value in facts.items()}
    model = folder_hash(find_model(options.model))
    return Header(texts, model, __version__, tuple(sorted(run.save.may_differ)), run.crop_print)


def options_hash(header: Header) -> str:
    """Return the SHA-256 of all options, in hexadecimal."""
    return hashlib.sha256(json.dumps(header.options, sort_keys=True).encode()).hexdigest()


def is_finished(manifest: Manifest, task: Task) -> bool:
    """Whether the manifest has a picture, and its scan is that of then: by size and time, or else by hash.

    A picture that is to be done again is finished once that was done, with what is said of it now.
    """
    found = manifest.finished.get(key_of(task))
    if found is None:
        return False
    if task.again:
        return found[3] == options_of(task, options_hash(manifest.header))
    try:
        state = task.source.stat()
    except OSError:  # it was done; a scan that is gone by now is no reason to fail
        return True
    if found[:2] == (state.st_size, state.st_mtime_ns):
        return True
    return found[0] == state.st_size and found[2] == _hash_now(str(task.source))


def _recover(manifest: Manifest, options: BatchOptions) -> Iterator[Record]:
    """Record what a killed run had finished and not yet recorded, proved by its hashes."""
    folder = options.folder
    for record in journal.journalled(folder):
        known = manifest.finished.get(record.key)
        new = known is None or known[3] != record.options_sha256
        if new and all(holds(folder, each) for each in record.outputs):
            found = replace(record, recovered=True, scan_sha256_after=_hash_now(record.source))
            if options.keep_dates:
                keep_dates(folder, record)
            manifest.add(found)
            yield found
    manifest.flush()
    journal.clear(folder)


def is_planned(batch: Batch, folder: Path) -> Iterator[tuple[Task, bool]]:
    """Yield every picture of a batch, and whether a run would leave it as finished by the manifest.

    Nothing is written, and no lock is taken.

    Raises:
        SettingsError: the manifest was changed.
    """
    manifest = look_into(folder / MANIFEST)
    for task in batch.tasks:
        yield task, is_finished(manifest, task)


def _hash_now(path: str) -> str:
    try:
        return sha256_of(Path(path))
    except OSError:
        return ""


def order_of(options: BatchOptions, header: Header) -> Order:
    """Return what each worker gets once, given the header of the manifest."""
    return Order(
        options.folder,
        options.run,
        options.model,
        options.device,
        options.threads,
        options_hash(header),
        header.model_sha256,
        keep_dates=options.keep_dates,
    )


def _work(
    tasks: Iterator[Task], workers: Workers[Task, Record], manifest: Manifest, folder: Path
) -> Iterator[Record]:
    try:
        for found in workers.results(tasks):
            if found is not None:
                refuse_without_model(found[1].code, found[1].reason)
                manifest.add(found[1])
                yield found[1]
                _refuse_full_disk(found[1], folder)
            manifest.flush_if_due()
    except (KeyboardInterrupt, GeneratorExit, VermilionError):
        for _, record in workers.drain():
            manifest.add(record)
        raise


def _refuse_full_disk(record: Record, folder: Path) -> None:
    """Stop where every picture would fail.

    Raises:
        OutputError: the disk is full.
    """
    if record.outcome == FAILED and record.code == OutputError.code and "disk is full" in record.reason:
        raise OutputError(
            f"The disk of {folder} is full; free some space, and run the same command again to continue."
        )


def _settled(outcome: Failed | Skipped) -> Record:
    source = os.path.abspath(outcome.source)  # noqa: PTH100 - links must stay
    if isinstance(outcome, Failed):
        return Record(source, 1, FAILED, code=outcome.code, reason=outcome.reason)
    return Record(source, 1, SKIPPED, reason=outcome.reason)
