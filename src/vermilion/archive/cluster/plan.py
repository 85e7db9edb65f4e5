"""What becomes what, if scans lie in stores: names are settled before the first picture is fetched."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from vermilion.archive.batch import Record, Selection
from vermilion.archive.batch.record import FAILED, SKIPPED
from vermilion.archive.batch.table import Table
from vermilion.archive.cluster.store import Entry, Store
from vermilion.archive.inputs import is_picture_name
from vermilion.archive.plan import PlanOptions
from vermilion.archive.search import Filter
from vermilion.errors import OutputError
from vermilion.guidance import Controls
from vermilion.outputs import Job, is_result_name, refuse_clashes, result_suffix

_NOWHERE = Path("/vermilion")  # below it, names of stores are compared as paths


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A scan in a store, and its result.

    Attributes:
        store: the URI of the folder that was searched.
        name: of the scan in it, with slashes.
        target: of the result in the folder of results. Its suffix may change once the scan is looked into.
        size: of the scan in bytes.
        changed: when it was last changed, in nanoseconds since 1970.
        row: of the table of controls; empty if that does not name it.
    """

    store: str
    name: str
    target: str
    size: int
    changed: int
    row: dict[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The whole name of the scan, as the manifest has it."""
        return Store(self.store).name_of(self.name)


@dataclass(frozen=True, slots=True)
class RemotePlan:
    """All that is to be done, and what is known of other files already."""

    jobs: tuple[RemoteJob, ...]
    settled: tuple[Record, ...] = ()

    def told_by(self, table: Table, general: Controls) -> "RemotePlan":
        """Return the plan with what a table says of single scans, given what is said of all.

        Raises:
            SettingsError: a cell says nothing that can be, or a line names none of the scans.
        """
        rows = table.rows_of([(job.name, PurePosixPath(job.name).name) for job in self.jobs], general)
        jobs = (replace(job, row=row) for job, row in zip(self.jobs, rows, strict=True))
        return replace(self, jobs=tuple(jobs))


def plan_remote(
    sources: Sequence[Store], target: Store, options: PlanOptions, selection: Selection
) -> RemotePlan:
    """Settle which scan becomes which result.

    Args:
        sources: folders, each searched all the way down.
        target: the folder of results, which is not searched.
        options: how results are called, and what is left out.
        selection: what of it is meant.

    Raises:
        OutputError: two scans would become one result.
        SettingsError: a folder cannot be listed.
    """
    jobs: list[RemoteJob] = []
    settled: list[Record] = []
    for store in sources:
        for found in _search(store, target, options, selection):
            if isinstance(found, Record):
                settled.append(found)
            else:
                jobs.append(found)
    _refuse_clashes(jobs, target, options)
    if not jobs and not settled:
        names = ", ".join(store.uri for store in sources)
        settled.append(Record(names, 1, FAILED, "picture", f"{names} holds no pictures; check the name."))
    return RemotePlan(tuple(jobs), tuple(settled))


def _search(
    store: Store, target: Store, options: PlanOptions, selection: Selection
) -> Iterator[RemoteJob | Record]:
    inside = f"{target.uri.removeprefix(store.uri)}/".lstrip("/") if _holds(store, target) else None
    for entry in store.entries():
        name = entry.name
        if inside is not None and name.startswith(inside):
            continue
        if not is_picture_name(name) or not _is_wanted(name, options.exclude) or not _means(selection, entry):
            continue
        source = store.name_of(name)
        if PurePosixPath(name).as_posix() != name or {".", ".."} & set(name.split("/")):
            reason = f"{source} has a name that no file can have; rename it."
            yield Record(source, 1, FAILED, "picture", reason)
        elif is_result_name(Path(name)):
            yield Record(source, 1, SKIPPED, reason="is a result itself (NAME.color.EXT)")
        else:
            place = _NOWHERE / name
            suffix = result_suffix(place, options.format, jpeg_stays=options.jpeg)
            result = PurePosixPath(name).with_suffix(suffix).as_posix()
            yield RemoteJob(store.uri, name, result, entry.size, entry.changed)


def _holds(store: Store, target: Store) -> bool:
    return f"{target.uri}/".startswith(f"{store.uri}/")


def _is_wanted(name: str, exclude: Iterable[str]) -> bool:
    """Whether neither a file nor a folder on the way to it is hidden, left out, or of another program."""
    sieve, path = Filter(None, tuple(exclude)), _NOWHERE
    parts = name.split("/")
    for number, part in enumerate(parts, 1):
        path /= part
        folder = number < len(parts)
        if part.startswith(".") or (folder and sieve.check(path, _NOWHERE, is_folder=True)):
            return False
    return sieve.excluded(path, _NOWHERE, is_folder=False) is None


def _means(selection: Selection, entry: Entry) -> bool:
    name = os.path.basename(entry.name)  # noqa: PTH119 - for every file of a store
    patterns = selection.include
    if patterns and not any(
        fnmatch(entry.name if "/" in pattern else name, pattern.removeprefix("/")) for pattern in patterns
    ):
        return False
    return selection.newer is None or entry.changed > selection.newer * 1e9


def _refuse_clashes(jobs: Sequence[RemoteJob], target: Store, options: PlanOptions) -> None:
    scans, results = _NOWHERE / "scans", _NOWHERE / "results"
    paths = [Job(scans / str(number) / job.name, results / job.target) for number, job in enumerate(jobs)]
    try:
        refuse_clashes(paths, options.companions, every_page=options.every_page)
    except OutputError as error:
        told = str(error).replace(f"{results}/", f"{target.uri}/")
        for number, job in enumerate(jobs):
            told = told.replace(f"{scans}/{number}/", f"{job.store}/")
        raise OutputError(told) from error
