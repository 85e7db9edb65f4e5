"""The plan: which picture becomes which result, settled before anything starts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vermilion.archive.entries import Found, LeftOut, PassedOver
from vermilion.archive.inputs import PICTURE_SUFFIXES, find_pictures
from vermilion.archive.passed_over import sum_up
from vermilion.archive.search import Filter
from vermilion.errors import OutputError, SettingsError
from vermilion.outputs import (
    Companions,
    Failed,
    Identities,
    Job,
    Skipped,
    check_format,
    name_beside,
    names_a_file,
    refuse_clashes,
    result_suffix,
)
from vermilion.pictures import SUFFIXES


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Where results go and what they are called.

    Attributes:
        output: a folder that mirrors the tree, or for a single picture the file to write;
            None writes NAME.color.EXT beside each scan.
        format: the suffix of the results without its dot; None keeps the scan's own.
        every_page: whether each page of a multi-page file becomes a result of its own.
        companions: what is written beside each result.
        exclude: patterns of names, or of paths in the folders that are searched, which are left out.
        jpeg: whether a JPEG becomes a JPEG; where that could not be exact, it becomes a PNG.
    """

    output: Path | None = None
    format: str | None = None
    every_page: bool = False
    companions: Companions = field(default_factory=Companions)
    exclude: tuple[str, ...] = ()
    jpeg: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """All jobs, the inputs that led to none, files in folders that are no pictures, and what is left out."""

    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Failed, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def make_plan(inputs: Iterable[str | Path], options: PlanOptions | None = None) -> Plan:
    """Settle which picture becomes which result.

    Nothing is written. A missing file or an unreadable folder is a failure in the plan, and the other
    pictures are planned all the same.

    Args:
        inputs: files, folders and glob patterns.
        options: where results go; beside each scan by default.

    Raises:
        OutputError: two scans would become one result, or a result would replace a scan.
        SettingsError: the output does not fit the inputs.
    """
    options = options or PlanOptions()
    to_file = names_a_file(options.output)
    folder = None if to_file else options.output
    inputs = list(inputs)
    if not all(pattern.strip("/") for pattern in options.exclude):
        raise SettingsError(
            "An empty pattern leaves out nothing; check the variable that --exclude is given."
        )
    _check_folder(inputs, folder)
    entries = list(find_pictures(inputs, Filter(folder, options.exclude)))
    found = [entry for entry in entries if isinstance(entry, Found)]
    if to_file:
        jobs = _plan_single(found, options)
    else:
        jobs = [Job(entry.path, _target(entry, folder, options), entry.root) for entry in found]
    refuse_clashes(jobs, options.companions, every_page=options.every_page)
    return Plan(
        jobs=tuple(jobs),
        skipped=tuple(entry for entry in entries if isinstance(entry, Skipped)),
        failed=tuple(entry for entry in entries if isinstance(entry, Failed)),
        passed_over=sum_up(entry for entry in entries if isinstance(entry, PassedOver)),
        left_out=tuple(entry for entry in entries if isinstance(entry, LeftOut)),
    )


def _check_folder(inputs: list[str | Path], folder: Path | None) -> None:
    if folder is None:
        return
    if folder.suffix.lower() in PICTURE_SUFFIXES and not folder.is_dir():
        raise OutputError(f"{folder} cannot be written in that format; choose {', '.join(SUFFIXES)}.")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder; name a folder with -o.")
    identity = Identities().of
    for given in map(Path, inputs):
        if given.is_dir() and identity(given) == identity(folder):
            raise OutputError(
                f"The results would be written among the scans of {given}; name another folder, or leave out "
                "-o to write NAME.color.EXT beside each."
            )


def _plan_single(found: list[Found], options: PlanOptions) -> list[Job]:
    output = options.output
    if output is None or not found:
        return []
    if len(found) > 1:
        raise SettingsError(f"{len(found)} pictures cannot all become {output}; name a folder with -o.")
    if options.format:
        check_format(output, options.format)
    return [Job(found[0].path, output, found[0].root)]


def _target(entry: Found, folder: Path | None, options: PlanOptions) -> Path:
    path = entry.path
    suffix = result_suffix(path, options.format, jpeg_stays=options.jpeg)
    if folder is None:
        return name_beside(path, suffix)
    return folder / path.parent.relative_to(entry.root) / f"{path.stem}{suffix}"
