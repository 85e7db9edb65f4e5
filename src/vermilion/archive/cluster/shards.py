"""Shards of a manifest: what one worker has finished, as a small file that appears whole.

A store cannot append to a file, and workers on many machines cannot share one. So each worker writes the
records of every block of pictures as a file of its own, and the run that drives them puts all records into
manifest.jsonl.
"""

import json
import os
from collections.abc import Iterator, Sequence

from vermilion.archive.batch.record import Record, record_of, to_json
from vermilion.archive.cluster.store import Store
from vermilion.errors import SettingsError

FOLDER = ".vermilion-shards"


def write_shard(store: Store, records: Sequence[Record]) -> str:
    """Write the records of a block; return the name of the shard."""
    name = f"{FOLDER}/{os.urandom(12).hex()}.jsonl"
    store.write(name, "".join(f"{to_json(record)}\n" for record in records).encode())
    return name


def read_shards(store: Store) -> Iterator[tuple[str, list[Record]]]:
    """Yield the shards that a run which was killed has left.

    Raises:
        SettingsError: one holds something else.
    """
    for name in store.names(FOLDER):
        content = store.read(name)
        if content is None or not name.endswith(".jsonl"):
            continue
        try:
            yield name, [record_of(json.loads(line)) for line in content.splitlines()]
        except (ValueError, RecursionError, SettingsError) as error:
            raise SettingsError(
                f"{store.name_of(name)} was changed; move it away, and its pictures are proved again."
            ) from error
