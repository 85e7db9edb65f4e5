"""Proves results that lie in a store, or whose scans do: each file is fetched, proved, and thrown away."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from vermilion.archive.batch import Record, read_manifest
from vermilion.archive.batch.proof import ProofOrder, done_of, prove, verified
from vermilion.archive.batch.record import Header
from vermilion.archive.batch.workers import Trade
from vermilion.archive.cluster.store import Store, is_uri
from vermilion.archive.verification import Verified, VerifyOptions, verify
from vermilion.errors import SettingsError
from vermilion.pictures.compare import Difference
from vermilion.work import limit_threads


def verify_remote(scan: str, result: str, options: VerifyOptions | None = None) -> Verified:
    """Prove that a result keeps everything of its scan, each named by a path or a URI.

    Args:
        scan: the file that was painted.
        result: the file that came of it.
        options: how it was made, and what may differ.
    """
    with tempfile.TemporaryDirectory() as place:
        copies = _Copies(Path(place))
        try:
            here = copies.of(scan), copies.of(result)
        except (OSError, SettingsError) as error:
            return _lost(scan, result, error)
        return copies.renamed(verify(*here, options), scan, result)


def is_remote(manifest: str) -> bool:
    """Whether a manifest lies in a store, or its first scan does.

    Raises:
        SettingsError: it is no manifest, or was changed.
    """
    if is_uri(manifest):
        return True
    first = next((line for line in read_manifest(Path(manifest)) if isinstance(line, Record)), None)
    return first is not None and is_uri(first.source)


def verify_remote_manifest(
    manifest: str, workers: int | None = None, max_pixels: int | None = None
) -> Iterator[Verified]:
    """Prove every picture that a manifest says is done, wherever scans and results lie.

    Args:
        manifest: its path or URI; its folder is that of the results.
        workers: processes; None for one a core.
        max_pixels: the most pixels that a file may claim; None for the usual limit.

    Raises:
        SettingsError: it is no manifest, was changed, or cannot be fetched.
    """
    with tempfile.TemporaryDirectory() as place:
        try:
            copy = _Copies(Path(place)).of(manifest)
        except OSError as error:
            raise SettingsError(f"{manifest} cannot be fetched ({error}); check its name.") from error
        if not copy.exists():
            raise SettingsError(f"{manifest} does not exist; check its name.")
        header, done = done_of(copy)
    folder = Store.of(manifest.rpartition("/")[0] or ".")
    order = _Order(folder, header, max_pixels or VerifyOptions().max_pixels)
    yield from prove(Trade(_learn, order, partial(_bury, order)), done, workers)


@dataclass(frozen=True, slots=True)
class _Order:
    folder: Store
    header: Header
    max_pixels: int


@dataclass(slots=True)
class _Copies:
    """Files of this machine, and copies of those in stores; messages call each by its own name.

    Attributes:
        place: a folder for the copies.
    """

    place: Path
    _names: dict[Path, str] = field(default_factory=dict)

    def of(self, name: str) -> Path:
        """Return a file, fetched if a URI names it; the copy is missing if there is no such object.

        Raises:
            OSError: the store cannot be reached.
            SettingsError: there are no such stores.
        """
        if not is_uri(name):
            return Path(name)
        folder, _, last = name.rpartition("/")
        suffix = PurePosixPath(last).suffix
        copy = self.place / f"{len(self._names)}{suffix if suffix[1:].isalnum() else ''}"
        self._names[copy] = name
        try:
            Store.of(folder).fetch(last, copy)
        except FileNotFoundError:
            copy.unlink(missing_ok=True)
        return copy

    def renamed(self, found: Verified, scan: str, result: str) -> Verified:
        """Return what was found, in the names that people know."""
        differences, allowed = (tuple(map(self._told, each)) for each in (found.differences, found.allowed))
        return replace(found, scan=scan, result=result, differences=differences, allowed=allowed)

    def _told(self, difference: Difference) -> Difference:
        sentence = difference.sentence
        for copy, name in self._names.items():
            sentence = sentence.replace(str(copy), name)
        return replace(difference, sentence=sentence)


def _learn(order: _Order) -> Callable[[Record], Verified]:
    limit_threads(1)
    return partial(_verified, order)


def _verified(order: _Order, record: Record) -> Verified:
    result = _result_of(order, record)
    with tempfile.TemporaryDirectory() as place:
        copies = _Copies(Path(place))
        try:
            scan = copies.of(record.source)
            files = [str(copies.of(order.folder.name_of(output.path))) for output in record.outputs]
        except (OSError, SettingsError) as error:
            return _lost(record.source, result, error)
        outputs = (replace(each, path=file) for each, file in zip(record.outputs, files, strict=True))
        here = ProofOrder(Path(place), order.header, order.max_pixels)
        found = verified(here, replace(record, source=str(scan), outputs=tuple(outputs)))
        return copies.renamed(found, record.source, result)


def _result_of(order: _Order, record: Record) -> str:
    return order.folder.name_of(record.outputs[-1].path) if record.outputs else order.folder.uri


def _lost(scan: str, result: str, error: Exception) -> Verified:
    reason = str(error).rstrip(".")
    return Verified(scan, result, (Difference("store", f"a file cannot be fetched ({reason})"),))


def _bury(order: _Order, record: Record, how: str) -> Verified:
    lost = Difference("result", f"reading it ended the process ({how})")
    return Verified(record.source, _result_of(order, record), (lost,))
