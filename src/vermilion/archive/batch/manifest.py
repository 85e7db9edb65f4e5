"""manifest.jsonl: an append-only log with one line for each picture, each chained to those before it.

A line ends with ``,"chain":"…"}``: the first 16 hexadecimal digits of the SHA-256 of the chain before and of
the line without its own. So an edited, missing or moved line is noticed. Half a line at the end is what a
killed run leaves, and is dropped.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from vermilion.archive.batch.record import FAILED, Header, Record, header_of, record_of, to_json
from vermilion.errors import OutputError, SettingsError

MANIFEST = "manifest.jsonl"
"""What the log is called in the folder of the results."""

GROUP = 1.0
"""Seconds after which a record is on disk at the latest."""

_CHAIN = b',"chain":"'
_END = b'"}\n'
_TAIL = len(_CHAIN) + 16 + len(_END)
_LONGEST = 1 << 20  # bytes of a line


def _linked(before: str, line: bytes) -> str:
    return hashlib.sha256(before.encode() + line).hexdigest()[:16]


@dataclass(slots=True)
class Manifest:
    """A manifest that is written to; used in a ``with`` block, at the end of which all is on disk.

    Attributes:
        path: of the file.
        header: its first line.
        finished: the pictures that need nothing more: size, time of change and SHA-256 of the scan, and
            the SHA-256 of the options, by source and page.
    """

    path: Path
    header: Header
    finished: dict[tuple[str, int], tuple[int, int, str, str]] = field(default_factory=dict)
    _chain: str = ""
    _waiting: list[bytes] = field(default_factory=list)
    _since: float = 0.0
    _number: int = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        finally:
            os.close(self._number)

    def add(self, record: Record) -> None:
        """Append a record; it is on disk a second later, if ``flush_if_due`` is called."""
        self._append(to_json(record))
        if record.outcome != FAILED:
            self._finish(record)

    def settle(self, records: Iterable[Record]) -> Iterator[Record]:
        """Record what is known without a look at a picture; yield it."""
        for record in records:
            if record.outcome == FAILED:  # what is skipped is no picture to be done
                self.add(record)
            yield record

    def flush_if_due(self) -> None:
        """Flush what has waited for a second.

        Raises:
            OutputError: it cannot be written.
        """
        if self._waiting and time.monotonic() - self._since >= GROUP:
            self.flush()

    def flush(self) -> None:
        """Write and flush all that waits.

        Raises:
            OutputError: it cannot be written.
        """
        content = memoryview(b"".join(self._waiting))
        start = os.fstat(self._number).st_size
        try:
            while content:
                content = content[os.write(self._number, content) :]
            os.fsync(self._number)
        except OSError as error:
            os.ftruncate(self._number, start)  # no half a line is left, which a later attempt would continue
            raise OutputError(
                f"{self.path} cannot be written ({error.strerror}); correct that and run the same command "
                "again."
            ) from error
        self._waiting.clear()

    def _finish(self, record: Record) -> None:
        state = record.scan_size, record.scan_mtime_ns, record.scan_sha256
        self.finished[record.key] = (*state, sys.intern(record.options_sha256))

    def _append(self, text: str) -> None:
        line = text[:-1].encode()
        self._chain = _linked(self._chain, line)
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(line + _CHAIN + self._chain.encode() + _END)


def open_manifest(folder: Path, header: Header) -> Manifest:
    """Open the manifest of a folder to be written on, or begin one.

    Args:
        folder: of the results; it must be there, and locked.
        header: of this run.

    Raises:
        OutputError: it was made with other options or another model, was changed, or cannot be written.
    """
    path = folder / MANIFEST
    manifest = Manifest(path, header)
    try:
        if path.exists() and path.stat().st_size:
            _read_into(manifest)
        manifest._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)  # noqa: SLF001
    except OSError as error:
        raise OutputError(f"{path} cannot be used ({error.strerror}); correct that and run again.") from error
    if not manifest._chain:  # noqa: SLF001
        manifest._append(to_json(header))  # noqa: SLF001
        manifest.flush()
    return manifest


def _read_into(manifest: Manifest) -> None:
    end = 0
    lines = _lines(manifest.path)
    for number, (facts, chain, stop) in enumerate(lines, 1):
        end = stop
        try:
            if number == 1:
                _check_header(manifest.path, header_of(facts), manifest.header)
            else:
                _note(manifest, facts)
        except (KeyError, ValueError, TypeError) as error:
            raise _changed(manifest.path, number) from error
        manifest._chain = chain  # noqa: SLF001
    if end < manifest.path.stat().st_size:
        os.truncate(manifest.path, end)


def _note(manifest: Manifest, facts: dict[str, object]) -> None:
    """Remember a record; whoever can write the file can make a chain, too."""
    key = str(facts["source"]), int(str(facts["page"]))
    if facts["outcome"] != FAILED:
        size, changed, sha256 = facts["scan_size"], facts["scan_mtime_ns"], facts["scan_sha256"]
        options = sys.intern(str(facts["options_sha256"]))  # one text for all
        manifest.finished[key] = (int(str(size)), int(str(changed)), str(sha256), options)
    else:
        manifest.finished.pop(key, None)


def _check_header(path: Path, found: Header, wanted: Header) -> None:
    names = sorted(found.options.keys() | wanted.options.keys())
    others = [name for name in names if found.options.get(name) != wanted.options.get(name)]
    if others:
        raise OutputError(
            f"{path} was made with other options ({', '.join(others)}); give the same ones, or "
            "another folder with -o."
        )
    if found.model_sha256 != wanted.model_sha256:
        raise OutputError(
            f"{path} was made with another model ({found.model_sha256[:12]}, and this is "
            f"{wanted.model_sha256[:12]}); name that one with --model, or another folder with -o."
        )


def read_manifest(path: Path) -> Iterator[Header | Record]:
    """Yield the header of a manifest, and then every record in order.

    Raises:
        SettingsError: it is no manifest, was changed, or cannot be read.
    """
    try:
        for number, (facts, _, _) in enumerate(_lines(path), 1):
            yield header_of(facts) if number == 1 else record_of(facts)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}); check its name.") from error
    except OutputError as error:
        raise SettingsError(str(error)) from error


def look_into(path: Path) -> Manifest:
    """Return what a manifest says, which is not to be written on; of a file that is not there, nothing.

    Raises:
        SettingsError: it is no manifest, was changed, or cannot be read.
    """
    lines = read_manifest(path) if path.exists() else iter(())
    header = next(lines, None)
    manifest = Manifest(path, header if isinstance(header, Header) else Header({}, ""))
    for line in lines:
        if isinstance(line, Record) and line.outcome != FAILED:
            manifest._finish(line)  # noqa: SLF001
        elif isinstance(line, Record):
            manifest.finished.pop(line.key, None)
    return manifest


def _lines(path: Path) -> Iterator[tuple[dict[str, object], str, int]]:
    """Yield what each whole line says, its chain, and the offset at which it ends."""
    chain, end = "", 0
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LONGEST), b""), 1):
            if not line.endswith(b"\n") and len(line) < _LONGEST:
                return  # half a line, the last one
            body = line[:-_TAIL]
            chain = _linked(chain, body)
            if line[-_TAIL:] != _CHAIN + chain.encode() + _END:
                raise _changed(path, number)
            end += len(line)
            try:
                facts = json.loads(body + b"}")
            except (ValueError, RecursionError) as error:
                raise _changed(path, number) from error
            yield facts, chain, end


def _changed(path: Path, number: int) -> OutputError:
    return OutputError(
        f"{path} was changed or cut at line {number}; put its backup back, or move it away and name another "
        "folder with -o."
    )
