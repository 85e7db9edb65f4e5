"""Jobs spread over a cluster by Ray Data, which places workers, holds them back, and replaces lost ones."""

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

from vermilion.archive.batch.record import Record, record_of, to_json
from vermilion.archive.batch.workers import Trade, Workers
from vermilion.archive.cluster.paint import RemoteOrder, bury, learn
from vermilion.archive.cluster.plan import RemoteJob
from vermilion.archive.cluster.shards import write_shard
from vermilion.archive.cluster.store import Store
from vermilion.errors import SettingsError
from vermilion.work import available_cores

BLOCK = 32
"""Pictures a shard: what a worker that is killed may have to do again."""

_STORE = 100 << 20  # bytes of Ray's store of objects on one machine: nothing but names goes through it


class Hands:
    """A worker of Ray: one process of ours below it, which loads the model once.

    A picture that kills that process costs one picture, and not the worker, which Ray would start anew
    with the same picture for ever.

    Args:
        order: what is the same for all pictures.
    """

    def __init__(self, order: RemoteOrder) -> None:
        self._order = order
        self._workers: Workers[RemoteJob, list[Record]] | None = None

    def __call__(self, block: dict[str, Any]) -> dict[str, Any]:
        """Do a block of jobs; return the name of its shard and the records, as JSON."""
        if self._workers is None:  # in the thread that will live as long as this worker
            self._workers = Workers(Trade(learn, self._order, partial(bury, self._order)), 1)
        jobs = (RemoteJob(**json.loads(text)) for text in block["job"])
        found = [each[1] for each in self._workers.results(jobs) if each is not None]
        records = [record for some in found for record in some]
        name = write_shard(Store(self._order.target), records)
        return {"shard": [name], "records": ["\n".join(map(to_json, records))]}


def spread_by_ray(
    address: str,
) -> Callable[[Sequence[RemoteJob], RemoteOrder, int | None], Iterator[tuple[str, list[Record]]]]:
    """Return what has jobs done by a cluster.

    Args:
        address: of the cluster; "local" for one on this machine that ends with this process.

    Raises:
        SettingsError: Ray is not installed.
    """
    try:
        import ray.data  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise SettingsError(
            'Many machines need the package ray, which is not installed; run: pip install ".[cluster]".'
        ) from error
    return partial(_spread, address)


def _spread(
    address: str, jobs: Sequence[RemoteJob], order: RemoteOrder, workers: int | None
) -> Iterator[tuple[str, list[Record]]]:
    import ray.data  # noqa: PLC0415

    with _cluster(address, workers):
        threads = order.order.threads
        cores: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        count = workers or max(1, int(cores.get("CPU", 1)) // threads)
        block = max(1, min(BLOCK, len(jobs) // count))
        texts = [{"job": json.dumps(asdict(job))} for job in jobs]
        rows = ray.data.from_items(texts, override_num_blocks=-(-len(jobs) // block))
        done = rows.map_batches(
            Hands,
            fn_constructor_args=(order,),
            batch_size=None,  # a block of rows is one task
            num_cpus=threads,
            compute=ray.data.ActorPoolStrategy(
                min_size=workers or 1,
                max_size=count,
                max_tasks_in_flight_per_actor=1,  # else the first that is ready takes a small batch whole
            ),
        )
        for row in done.iter_rows():
            yield row["shard"], [record_of(json.loads(line)) for line in row["records"].splitlines()]


@contextmanager
def _cluster(address: str, workers: int | None) -> Iterator[None]:
    """Be connected with a cluster.

    Raises:
        SettingsError: it cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent to anybody
    import ray  # noqa: PLC0415

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address == "local":
            ray.init(
                "local",
                num_cpus=workers or available_cores(),
                include_dashboard=False,
                object_store_memory=_STORE,
                **quiet,
            )
        else:
            ray.init(address, **quiet)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise SettingsError(
            f"No Ray cluster answers at {address} ({error}); start one there, or write --ray local."
        ) from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    try:
        yield
    finally:
        ray.shutdown()
