"""One picture of a store: fetched, painted, sent, and told as records."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vermilion.archive.batch.painting import Order, Painter, sha256_of
from vermilion.archive.batch.record import DONE, FAILED, KILLED, Output, Record, killed_reason
from vermilion.archive.batch.table import controls_of, identifier_of
from vermilion.archive.cluster.plan import RemoteJob
from vermilion.archive.cluster.store import Store
from vermilion.archive.run import tasks_of
from vermilion.errors import ExistsError
from vermilion.leftovers import scratch_prefix, sweep
from vermilion.outputs import Job, failed_by, result_suffix


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """What is the same for all pictures.

    Attributes:
        target: the URI of the folder of results.
        order: how pictures are painted; its folder is not used.
        format: the suffix of results without its dot; None keeps the scan's own.
    """

    target: str
    order: Order
    format: str | None = None


class RemotePainter:
    """Does one scan after the other, in the process of a worker; its files lie in a folder of its own.

    Args:
        order: what is the same for all.
    """

    def __init__(self, order: RemoteOrder) -> None:
        sweep(Path(tempfile.gettempdir()))  # what killed workers left
        self._order = order
        self._place = Path(tempfile.mkdtemp(prefix=scratch_prefix()))
        self._out = self._place / "out"
        self._out.mkdir()
        self._painter = Painter(replace(order.order, folder=self._out, journal=False))

    def close(self) -> None:
        """Remove what lies on this machine."""
        shutil.rmtree(self._place, ignore_errors=True)

    def do(self, job: RemoteJob) -> list[Record]:
        """Do all pages of a scan that are wanted; whatever is wrong with it becomes a record."""
        store = Store(job.store)
        scan = Path(job.source) if store.is_local else self._place / "scan" / job.name
        try:
            return self._pages(job, scan)
        except Exception as error:  # noqa: BLE001 - one bad scan must not stop an archive
            failed = failed_by(error, Path(job.source))
            reason = failed.reason.replace(str(scan), job.source).replace(str(Path(job.source)), job.source)
            return [replace(_begun(job, self._order), outcome=FAILED, code=failed.code, reason=reason)]
        finally:
            shutil.rmtree(self._place / "scan", ignore_errors=True)
            for path in self._out.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _pages(self, job: RemoteJob, scan: Path) -> list[Record]:
        store = Store(job.store)
        before = store.entry(job.name)
        if before is None:
            reason = f"{job.source} is gone; run the same command again, or put it back."
            return [replace(_begun(job, self._order), outcome=FAILED, code="picture", reason=reason)]
        if not store.is_local:
            scan.parent.mkdir(parents=True, exist_ok=True)
            store.fetch(job.name, scan)
        run = self._order.order.run
        suffix = result_suffix(scan, self._order.format, jpeg_stays=run.save.jpeg_stays)
        target = (self._out / job.target).with_suffix(suffix)
        records = []
        given: dict[str, Any] = {
            "name": "" if store.is_local else job.source,
            "identifier": identifier_of(job.row),
        }
        if job.row:
            given["controls"] = controls_of(job.row, run.controls)
        for task in tasks_of(Job(scan, target), run):
            record = self._painter.do(replace(task, **given))
            if record.outcome == DONE:
                record = self._sent(record, job)
            told = record.reason.replace(str(scan), job.source).replace(f"{self._out}/", "")
            unchanged = store.entry(job.name) == before
            after = record.scan_sha256 if unchanged else ""
            records.append(
                replace(
                    record, source=job.source, reason=told, scan_size=before.size,
                    scan_mtime_ns=before.changed, scan_sha256_after=after,
                )
            )  # fmt: skip
        return records

    def _sent(self, record: Record, job: RemoteJob) -> Record:
        """Send what was written, the result last; what is there already must be the same, byte for byte."""
        store = Store(self._order.target)
        try:
            known = [self._send(store, output) for output in record.outputs]
        except ExistsError as error:
            return replace(record, outcome=FAILED, code=error.code, reason=str(error), outputs=())
        except OSError as error:
            reason = f"The result of {job.source} could not be sent ({error}); run the same command again."
            return replace(record, outcome=FAILED, code="output", reason=reason, outputs=())
        return replace(record, recovered=all(known))

    def _send(self, store: Store, output: Output) -> bool:
        """Send a file, or leave it if it is there; return whether it was."""
        there = store.entry(output.path)
        if there is not None and not self._order.order.run.save.overwrite:
            copy = self._place / "there"
            store.fetch(output.path, copy)
            if sha256_of(copy) != output.sha256:
                raise ExistsError(
                    f"{store.name_of(output.path)} is there with another content, and no record tells of it; "
                    "move it away, or allow --overwrite."
                )
            return True
        store.send(self._out / output.path, output.path)
        return False


def learn(order: RemoteOrder) -> Callable[[RemoteJob], list[Record]]:
    """Return what does one scan after the other, for a worker."""
    return RemotePainter(order).do


def bury(order: RemoteOrder, job: RemoteJob, how: str) -> list[Record]:
    """Return the record of a scan that ended its worker."""
    reason = killed_reason(job.source, how)
    return [replace(_begun(job, order), outcome=FAILED, code=KILLED, reason=reason)]


def _begun(job: RemoteJob, order: RemoteOrder) -> Record:
    return Record(
        job.source, order.order.run.page or 1, DONE, scan_size=job.size, scan_mtime_ns=job.changed,
        options_sha256=order.order.options_sha256, model_sha256=order.order.model_sha256,
        identifier=identifier_of(job.row),
    )  # fmt: skip
