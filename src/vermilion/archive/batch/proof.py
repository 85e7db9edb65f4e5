"""Proves every picture of a manifest: hashes of scans and outputs, and each result against its scan."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vermilion.archive.batch.manifest import read_manifest
from vermilion.archive.batch.painting import holds
from vermilion.archive.batch.record import DONE, Header, Record
from vermilion.archive.batch.workers import Trade, Workers
from vermilion.archive.verification import Verified, VerifyOptions, verify
from vermilion.errors import SettingsError
from vermilion.pictures.compare import Difference
from vermilion.work import available_cores, limit_threads


@dataclass(frozen=True, slots=True)
class ProofOrder:
    """What is the same for all pictures of a manifest.

    Attributes:
        folder: of the results.
        header: of the manifest.
        max_pixels: the most that a file may claim.
    """

    folder: Path
    header: Header
    max_pixels: int


def verify_manifest(
    path: Path, workers: int | None = None, max_pixels: int | None = None
) -> Iterator[Verified]:
    """Prove every picture that a manifest says is done, in worker processes.

    Args:
        path: of the manifest; its folder is that of the results.
        workers: processes; None for one a core.
        max_pixels: the most pixels that a file may claim; None for the usual limit.

    Raises:
        SettingsError: it is no manifest, or was changed.
    """
    header, done = done_of(path)
    order = ProofOrder(path.parent, header, max_pixels or VerifyOptions().max_pixels)
    yield from prove(Trade(_learn, order, partial(_bury, order)), done, workers)


def done_of(path: Path) -> tuple[Header, list[Record]]:
    """Return the header of a manifest, and the last record of each picture that is done.

    Raises:
        SettingsError: it is no manifest, or was changed.
    """
    lines = read_manifest(path)
    header = next(lines, None)
    if not isinstance(header, Header):
        raise SettingsError(f"{path} is empty; name the manifest.jsonl of a batch.")
    last = {line.key: line for line in lines if isinstance(line, Record)}
    return header, [record for record in last.values() if record.outcome == DONE]


def prove(trade: Trade[Record, Verified], done: list[Record], workers: int | None) -> Iterator[Verified]:
    """Have worker processes prove pictures; yield what each finds."""
    if done:
        with Workers(trade, min(len(done), workers or available_cores())) as hands:
            yield from (found[1] for found in hands.results(iter(done)) if found is not None)


def _learn(order: ProofOrder) -> Callable[[Record], Verified]:
    limit_threads(1)
    return partial(verified, order)


def verified(order: ProofOrder, record: Record) -> Verified:
    """Prove one picture: its hashes, and its result against its scan."""
    options = VerifyOptions(
        record.page, order.header.crop_print, frozenset(order.header.may_differ), order.max_pixels
    )
    result = order.folder / record.outputs[-1].path if record.outputs else order.folder
    found = verify(record.source, result, options)
    return replace(found, differences=(*_changed(order, record, found), *found.differences))


def _changed(order: ProofOrder, record: Record, found: Verified) -> Iterator[Difference]:
    if found.scan_sha256 and found.scan_sha256 != record.scan_sha256:
        yield Difference("hash", "its scan is not the file that was coloured: its SHA-256 differs")
    if record.scan_sha256_after != record.scan_sha256:
        yield Difference("hash", "its scan was changed while it was coloured")
    for output in record.outputs:
        if not holds(order.folder, output):
            yield Difference("hash", f"{output.path} is missing, or its SHA-256 is not that of the manifest")


def _bury(order: ProofOrder, record: Record, how: str) -> Verified:
    result = order.folder / record.outputs[-1].path if record.outputs else order.folder
    lost = Difference("result", f"reading it ended the process ({how})")
    return Verified(Path(record.source), result, (lost,))
