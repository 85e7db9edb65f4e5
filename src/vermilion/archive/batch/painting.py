"""Colours one picture of a batch: paints, hashes, writes the journal, names files, checks the scan again."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from vermilion.archive.batch.journal import Journal
from vermilion.archive.batch.record import DONE, FAILED, KILLED, SKIPPED, Output, Record, killed_reason
from vermilion.archive.run import RunOptions, Task, colorizer_of_worker, paint_and_save
from vermilion.colorizer import Colorizer
from vermilion.errors import ExistsError, OutputError
from vermilion.guidance import Recipe, UsedFile, UsedModel
from vermilion.leftovers import sweep
from vermilion.outputs import failed_by, is_own_result
from vermilion.pictures import Scan
from vermilion.pictures.write import Written


@dataclass(frozen=True, slots=True)
class Order:
    """The common settings of all pictures of a batch; each worker gets them once.

    Attributes:
        folder: of the results.
        run: how each picture is done.
        model: as ``Colorizer`` takes it.
        device: that computes.
        threads: of one worker.
        options_sha256: of all options.
        model_sha256: of the model.
        proof: whether scans and results are hashed and journalled; benchmarks see what that costs.
        journal: whether what is about to be finished is written down first.
        keep_dates: whether results get the time of change of their scans.
    """

    folder: Path
    run: RunOptions
    model: str | None = None
    device: str = "auto"
    threads: int = 1
    options_sha256: str = ""
    model_sha256: str = ""
    proof: bool = True
    keep_dates: bool = False
    journal: bool = True


class Painter:
    """Does one picture after the other, in the process of a worker.

    Args:
        order: what is the same for all.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._colorizer: Colorizer | None = None
        self._journal = Journal(order.folder) if order.proof and order.journal else None
        self._swept: set[Path] = set()

    def do(self, task: Task) -> Record:
        """Colour one picture; an error becomes its record."""
        record = _begun(task, self._order)
        started = time.perf_counter()
        try:
            if not self._order.run.recolor and is_own_result(task.source, self._order.run.max_pixels):
                return replace(record, outcome=SKIPPED, reason="is a result itself (its XMP says so)")
            record = self._paint(task, record)
        except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
            failed = failed_by(error, task.source)
            record = replace(record, outcome=FAILED, code=failed.code, reason=failed.reason, outputs=())
        return replace(record, seconds=round(time.perf_counter() - started, 4))

    def _paint(self, task: Task, record: Record) -> Record:
        self._sweep(task.target.parent)
        journalled: list[Record] = []

        def before_naming(scan: Scan, written: list[Written]) -> None:
            outputs = tuple(self._output(each) for each in written)
            sha256 = sha256_of(task.source)
            if sha256 != scan.sha256 and scan.crop is None and task.page == 1:
                raise OutputError(
                    f"{task.source} was changed while it was coloured; run the same command again."
                )
            found = replace(record, scan_sha256=sha256, outputs=outputs)
            journalled.append(found)
            if self._journal is not None:
                self._journal.add(found)

        colorizer = self._colorizer or self._load()
        naming = before_naming if self._order.proof else None
        run = self._order.run
        if task.again:
            run = replace(run, save=replace(run.save, overwrite=True))
        try:
            pages, remarks = paint_and_save(task, colorizer, run, naming)
        except ExistsError as error:
            raise ExistsError(
                f"{task.target} exists, and no record says that it was made of {task.source} in its "
                "present state; move it away, or allow --overwrite."
            ) from error
        if pages > 1 and not task.every_page:
            remarks = (f"page {task.page} of {pages} only; --page all takes every page", *remarks)
        if not journalled:
            return replace(record, remarks=remarks)
        if self._order.keep_dates:
            keep_dates(self._order.folder, journalled[0])
        after = sha256_of(task.source)
        return replace(journalled[0], scan_sha256_after=after, remarks=remarks)

    def _output(self, written: Written) -> Output:
        path = os.path.relpath(written.path, self._order.folder)
        return Output(Path(path).as_posix(), written.sha256, written.size)

    def _load(self) -> Colorizer:
        order = self._order
        self._colorizer = colorizer_of_worker(
            order.model, device=order.device, max_pixels=order.run.max_pixels, threads=order.threads
        )
        return self._colorizer

    def _sweep(self, folder: Path) -> None:
        """Remove what killed runs left there."""
        if folder not in self._swept:
            self._swept.add(folder)
            sweep(folder)


def learn(order: Order) -> Callable[[Task], Record]:
    """Return what does one picture after the other, for a worker."""
    return Painter(order).do


def bury(order: Order, task: Task, how: str) -> Record:
    """Return the record of a picture that ended its worker."""
    reason = killed_reason(task.source, how)
    return replace(_begun(task, order), outcome=FAILED, code=KILLED, reason=reason)


def _begun(task: Task, order: Order) -> Record:
    try:
        state = task.source.stat()
        size, changed = state.st_size, state.st_mtime_ns
    except OSError:  # which is reported when it is read
        size = changed = 0
    return Record(
        source=key_of(task)[0],
        page=task.page,
        outcome=DONE,
        scan_size=size,
        scan_mtime_ns=changed,
        options_sha256=options_of(task, order.options_sha256),
        model_sha256=order.model_sha256,
        identifier=task.identifier,
    )


def key_of(task: Task) -> tuple[str, int]:
    """What tells pictures apart: the scan's absolute path and the page."""
    return os.path.abspath(task.source), task.page  # noqa: PTH100 - links must stay


def options_of(task: Task, general: str) -> str:
    """Return the SHA-256 of the options of a picture, given that of the batch."""
    if not task.again or task.controls is None:
        return general
    recipe = Recipe("", UsedFile(""), UsedModel("", ""), controls=task.controls)
    return hashlib.sha256(f"{general} {recipe.options_hash}".encode()).hexdigest()


def keep_dates(folder: Path, record: Record) -> None:
    """Give the outputs of a picture the time at which its scan was last changed."""
    for output in record.outputs:
        os.utime(folder / output.path, ns=(record.scan_mtime_ns, record.scan_mtime_ns))


def holds(folder: Path, output: Output) -> bool:
    """Whether an output is there, byte for byte."""
    path = folder / output.path
    try:
        return path.stat().st_size == output.size and sha256_of(path) == output.sha256
    except OSError:
        return False


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
