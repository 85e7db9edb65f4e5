"""Which picture becomes which result, settled before anything is started."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from vermilion.archive.inputs import PICTURE_SUFFIXES, Found, find_pictures, is_result_name
from vermilion.archive.names import Names
from vermilion.archive.passed_over import sum_up
from vermilion.archive.results import Failed, PassedOver, Skipped
from vermilion.errors import OutputError, SettingsError
from vermilion.pictures import SUFFIXES, is_jpeg

PLAIN_SUFFIX = ".png"
"""What a scan becomes whose own format we read but do not write (a BMP, a GIF, an AVIF)."""

TIFF_SUFFIX = ".tif"
"""What a scan becomes whose format is not written and often holds 16 bits, or is worked with in layers."""

_BECOMES_TIFF = frozenset(
    {".heic", ".heif", ".hif", ".j2c", ".j2k", ".jp2", ".jpc", ".jpf", ".jpx", ".jxl", ".psb", ".psd"}
)

JPEG_SUFFIX = ".jpg"
"""What a JPEG becomes that goes by another suffix (.jfif, .jpe) or by none."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Where results go and what they are called.

    Attributes:
        output: a folder that mirrors the tree, or for a single picture the file to write;
            None writes NAME.color.EXT beside each scan.
        format: the suffix of the results without its dot; None keeps the scan's own.
        every_page: whether each page of a multi-page file becomes a result of its own.
        companions: whether something named after the result (a recipe, a map, variants) is written beside it.
    """

    output: Path | None = None
    format: str | None = None
    every_page: bool = False
    companions: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One scan and its result."""

    source: Path
    target: Path

    def page_target(self, page: int) -> Path:
        """The result of one page when every page is done: NAME.p2.color.EXT, or STEM.p2.EXT in a folder."""
        beside = is_result_name(self.target)
        stem = Path(self.target.stem).stem if beside else self.target.stem
        mark = Path(self.target.stem).suffix if beside else ""
        return self.target.with_name(f"{stem}.p{page}{mark}{self.target.suffix}")


@dataclass(frozen=True, slots=True)
class Plan:
    """All jobs, the inputs that led to none, and the files in folders that are no pictures."""

    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Failed, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


def make_plan(inputs: Iterable[str | Path], options: PlanOptions | None = None) -> Plan:
    """Settle which picture becomes which result.

    Nothing is written. A missing file or an unreadable folder is a failure in the plan, and the other
    pictures are planned all the same.

    Args:
        inputs: files, folders and glob patterns.
        options: where results go; beside each scan unless told.

    Raises:
        OutputError: two scans would become one result, or a result would replace a scan.
        SettingsError: the output cannot be meant so.
    """
    options = options or PlanOptions()
    to_file = _names_a_file(options.output)
    folder = None if to_file else options.output
    inputs = list(inputs)
    _check_folder(inputs, folder)
    entries = list(find_pictures(inputs, folder))
    found = [entry for entry in entries if isinstance(entry, Found)]
    if to_file:
        jobs = _plan_single(found, options)
    else:
        jobs = [Job(entry.path, _target(entry, folder, options.format)) for entry in found]
    _refuse_collisions(jobs, options)
    return Plan(
        jobs=tuple(jobs),
        skipped=tuple(entry for entry in entries if isinstance(entry, Skipped)),
        failed=tuple(entry for entry in entries if isinstance(entry, Failed)),
        passed_over=sum_up(entry for entry in entries if isinstance(entry, PassedOver)),
    )


def _check_folder(inputs: list[str | Path], folder: Path | None) -> None:
    if folder is None:
        return
    if folder.suffix.lower() in PICTURE_SUFFIXES and not folder.is_dir():
        raise OutputError(f"{folder} cannot be written in that format; choose {', '.join(SUFFIXES)}.")
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file and no picture; name a folder with -o.")
    identity = Names().identity
    for given in map(Path, inputs):
        if given.is_dir() and identity(given) == identity(folder):
            raise OutputError(
                f"The results would lie among the scans of {given}; name another folder, or leave out -o "
                "to write NAME.color.EXT beside each."
            )


def _names_a_file(output: Path | None) -> bool:
    return output is not None and output.suffix.lower() in SUFFIXES and not output.is_dir()


def _plan_single(found: list[Found], options: PlanOptions) -> list[Job]:
    output = options.output
    if output is None or not found:
        return []
    if len(found) > 1:
        raise SettingsError(f"{len(found)} pictures cannot all become {output}; name a folder with -o.")
    if options.format:
        check_format(output, options.format)
    return [Job(found[0].path, output)]


def check_format(output: Path, format_name: str) -> None:
    """Refuse a file whose name says another format than the one that was asked for.

    Raises:
        SettingsError: it does.
    """
    if SUFFIXES.get(output.suffix.lower()) != SUFFIXES[f".{format_name}"]:
        raise SettingsError(f"{output} is no {format_name} file; leave out --format or change the name.")


def _target(entry: Found, folder: Path | None, format_name: str | None) -> Path:
    path = entry.path
    if format_name:
        suffix = f".{format_name}"
    elif path.suffix.lower() in SUFFIXES:
        suffix = path.suffix
    elif path.suffix.lower() in _BECOMES_TIFF:
        suffix = TIFF_SUFFIX
    else:
        suffix = JPEG_SUFFIX if _holds_jpeg(path) else PLAIN_SUFFIX
    if folder is None:
        return path.with_name(f"{path.stem}.color{suffix}")
    return folder / path.parent.relative_to(entry.root) / f"{path.stem}{suffix}"


def _holds_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_jpeg(file.read(3))
    except OSError:  # which is told when its turn comes
        return False


def _refuse_collisions(jobs: list[Job], options: PlanOptions) -> None:
    identity = Names().identity
    scans = {identity(job.source): job.source for job in jobs}
    claimed: dict[str, Job] = {}
    clashes: list[str] = []
    for job in jobs:
        key = identity(job.target)
        if key in scans:
            raise OutputError(
                f"{job.target} is a scan itself and would be replaced by the result of {job.source}; "
                "choose another folder with -o."
            )
        if key in claimed:
            clashes.append(_clash(claimed[key], job))
        claimed.setdefault(key, job)
    if options.companions:
        clashes += _companion_clashes(claimed, identity)
    if options.every_page:
        clashes += _page_clashes(jobs, claimed, identity)
    if clashes:
        more = f" (and {len(clashes) - _SHOWN} more)" if len(clashes) > _SHOWN else ""
        raise OutputError(f"{'; '.join(clashes[:_SHOWN])}{more}; rename one, or colourise them separately.")


def _clash(first: Job, second: Job) -> str:
    if first.target == second.target:
        return f"{first.source} and {second.source} would both become {second.target}"
    return (
        f"{first.source} and {second.source} would become {first.target} and {second.target}, "
        "which are one file on this disk"
    )


def _companion_clashes(claimed: dict[str, Job], identity: Callable[[Path], str]) -> list[str]:
    """What stands beside a.jpg and beside a.png has one name: a.recipe.json."""
    stems: dict[str, Job] = {}
    clashes = []
    for job in claimed.values():
        first = stems.setdefault(identity(job.target.with_suffix("")), job)
        if first is not job:
            clashes.append(
                f"what is written beside {first.target} and {job.target} would have the same names"
            )
    return clashes


def _page_clashes(jobs: list[Job], claimed: dict[str, Job], identity: Callable[[Path], str]) -> list[str]:
    """With every page done, a page of a.tif could become the result that a.p1.tif claims."""
    clashes = []
    for job in jobs:
        whole = re.sub(r"\.p\d+(?=(\.color)?\.[^.]+$)", "", job.target.name)
        other = claimed.get(identity(job.target.with_name(whole)))
        if other is not None and other is not job:
            clashes.append(f"a page of {other.source} and {job.source} would both become {job.target}")
    return clashes
