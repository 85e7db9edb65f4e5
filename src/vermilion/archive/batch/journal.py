"""The journal of what a worker is about to finish: written before files get their names, read after a kill.

A manifest is flushed once a second, so it may lack pictures that are finished. A worker therefore writes
the whole record, with the hashes of all outputs, into a journal of its own before the first of them gets
its name.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vermilion.archive.batch.record import Record, record_of, to_json
from vermilion.errors import SettingsError

FOLDER = ".vermilion-journal"
_LINES = 4096  # far more than are finished in the second until the manifest has them


class Journal:
    """The journal of one worker.

    Args:
        folder: of the results.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FOLDER / f"{os.getpid()}-{os.urandom(4).hex()}.jsonl"
        self._count = 0
        self._number = self._open()

    def _open(self) -> int:
        self._path.parent.mkdir(exist_ok=True)
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)

    def add(self, record: Record) -> None:
        """Write what is about to be finished; a kill of this process leaves it in the file.

        Raises:
            OSError: it cannot be written.
        """
        if self._count >= _LINES:  # the lines before the last ones are in the manifest
            os.close(self._number)
            self._path.replace(self._path.with_suffix(".old"))
            self._number, self._count = self._open(), 0
        self._count += 1
        os.write(self._number, f"{to_json(record)}\n".encode())
        os.fsync(self._number)  # else a power cut could keep the name and lose the line


def journalled(folder: Path) -> Iterator[Record]:
    """Yield what the journals of a killed run hold, but for half a line at the end of each."""
    for path in sorted((folder / FOLDER).glob("*")):
        for line in path.read_bytes().splitlines():
            with suppress(ValueError, SettingsError, RecursionError):
                yield record_of(json.loads(line))


def clear(folder: Path) -> None:
    """Remove all journals, as the manifest has all that they say."""
    with suppress(OSError):
        for path in (folder / FOLDER).glob("*"):
            path.unlink()
        (folder / FOLDER).rmdir()
