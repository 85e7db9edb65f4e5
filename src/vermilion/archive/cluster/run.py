"""A batch on many machines, from its plan to its manifest."""

import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from vermilion.archive.batch import (
    MANIFEST,
    BatchOptions,
    Manifest,
    Record,
    locked,
    open_manifest,
    read_manifest,
)
from vermilion.archive.batch.engine import header_of_run, order_of
from vermilion.archive.batch.painting import Order
from vermilion.archive.batch.record import FAILED, Header
from vermilion.archive.cluster.lease import Lease, leased
from vermilion.archive.cluster.paint import RemoteOrder
from vermilion.archive.cluster.plan import RemoteJob, RemotePlan
from vermilion.archive.cluster.shards import FOLDER, read_shards
from vermilion.archive.cluster.spread import spread_by_ray
from vermilion.archive.cluster.store import Store, refused
from vermilion.archive.run import refuse_without_model
from vermilion.outputs import make_folder

Shard = tuple[str, list[Record]]
Spread = Callable[[Sequence[RemoteJob], RemoteOrder, int | None], Iterator[Shard]]
"""Has jobs done by as many workers as there may be; yields the name of each shard and its records."""

_PUBLISH = 600.0  # seconds after which the manifest of a store is sent, so that shards do not pile up


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Who works, and where.

    Attributes:
        target: the folder of results.
        batch: how pictures are done; its folder is not used.
        address: of the cluster; "local" for one on this machine.
    """

    target: Store
    batch: BatchOptions
    address: str = "local"


def run_cluster(
    plan: RemotePlan, options: ClusterOptions, spread: Spread | None = None
) -> Generator[Record, None, None]:
    """Do a batch on a cluster, or go on with it; yield what became of each picture.

    Args:
        plan: what is to be done.
        options: who works, and where.
        spread: has the jobs done; by Ray if None.

    Raises:
        OutputError: another run works there, the manifest is of another run or was changed, or the store
            cannot be used.
        ModelError: there is no such model.
    """
    header = header_of_run(options.batch)
    order = RemoteOrder(options.target.uri, _order_of(options.batch, header), options.batch.plan.format)
    if spread is None:
        spread = spread_by_ray(options.address)
    try:
        with _Log.opened(options.target, header) as log:
            yield from log.recover()
            yield from log.manifest.settle(plan.settled)
            left = [job for job in plan.jobs if not log.is_finished(job)][: options.batch.limit]
            if left:
                for name, records in spread(left, order, options.batch.workers):
                    yield from log.add(name, records)
    except OSError as error:
        raise refused(options.target, error) from error


@dataclass(slots=True)
class _Log:
    """The manifest of a run, and the shards whose records it has."""

    store: Store
    manifest: Manifest
    lease: Lease | None = None
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)
    _merged: list[str] = field(default_factory=list)
    _sent: float = field(default_factory=time.monotonic)
    _held: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def opened(cls, store: Store, header: Header) -> "_Log":
        """Return the log of a folder, which is locked until it is closed."""
        lease = None
        with ExitStack() as held:
            if store.is_local:
                folder = Path(store.uri)
                make_folder(folder)
                held.enter_context(locked(folder))
            else:
                lease = held.enter_context(leased(store))
                folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
                if store.entry(MANIFEST) is not None:
                    store.fetch(MANIFEST, folder / MANIFEST)
            manifest = held.enter_context(open_manifest(folder, header))
            log = cls(store, manifest, lease)
            log._known = _finished(manifest)
            log._held = held.pop_all()
        return log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        with self._held:
            self.publish()

    def recover(self) -> Iterator[Record]:
        """Take the records that a killed run left in shards."""
        for name, records in read_shards(self.store):
            yield from self.add(name, records)
        self.publish()

    def is_finished(self, job: RemoteJob) -> bool:
        """Whether the manifest has all pages of a scan, and it is as it was then."""
        return self._known.get(job.source) == (job.size, job.changed)

    def add(self, name: str, records: Sequence[Record]) -> Iterator[Record]:
        """Take the records of a shard; those that the manifest has already are not told again."""
        for record in records:
            refuse_without_model(record.code, record.reason)
            state = record.scan_size, record.scan_mtime_ns, record.scan_sha256, record.options_sha256
            if record.outcome != FAILED and self.manifest.finished.get(record.key) == state:
                continue
            self.manifest.add(record)
            self._known[record.source] = state[:2]
            yield record
        for record in records:
            if record.outcome == FAILED:  # the scan is tried again, and its other pages are found finished
                self._known.pop(record.source, None)
        self._merged.append(name)
        self.manifest.flush_if_due()
        if time.monotonic() - self._sent > _PUBLISH:
            self.publish()

    def publish(self) -> None:
        """Have the manifest in the store, and only then remove the shards that it holds."""
        self.manifest.flush()
        if self.lease is not None:
            self.lease.check()
        if not self.store.is_local:
            self.store.send(self.manifest.path, MANIFEST)
        for name in self._merged:
            self.store.remove(name)
        self._merged.clear()
        self.store.remove_folder(FOLDER)
        self._sent = time.monotonic()


def _finished(manifest: Manifest) -> dict[str, tuple[int, int]]:
    """Size and time of change of each scan of which no page has failed."""
    failed: set[tuple[str, int]] = set()
    for line in read_manifest(manifest.path):
        if isinstance(line, Record):
            (failed.add if line.outcome == FAILED else failed.discard)(line.key)
    sources = {source for source, _ in failed}
    return {key[0]: value[:2] for key, value in manifest.finished.items() if key[0] not in sources}


def _order_of(options: BatchOptions, header: Header) -> Order:
    model = options.model
    if model is not None and os.path.isdir(model):  # noqa: PTH112 - it may be a name
        model = os.path.abspath(model)  # noqa: PTH100 - workers have another working folder
    return order_of(replace(options, model=model), header)
