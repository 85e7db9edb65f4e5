"""Which picture becomes which result, settled before anything is started."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vermilion.archive.companions import Companions
from vermilion.archive.inputs import PICTURE_SUFFIXES, Found, find_pictures, is_result_name
from vermilion.archive.names import Names
from vermilion.archive.passed_over import sum_up
from vermilion.archive.results import Failed, LeftOut, PassedOver, Skipped
from vermilion.archive.search import Filter
from vermilion.errors import OutputError, SettingsError
from vermilion.pictures import SUFFIXES, is_deep_jpeg, is_jpeg

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

    def suffix_of(self, path: Path) -> str:
        """Return the suffix of the result of a scan."""
        if self.format:
            return f".{self.format}"
        if path.suffix.lower() in _BECOMES_TIFF or is_deep_jpeg(path):
            return TIFF_SUFFIX
        written = path.suffix.lower() in SUFFIXES
        suffix = path.suffix if written else JPEG_SUFFIX if _holds_jpeg(path) else PLAIN_SUFFIX
        return suffix if self.jpeg or SUFFIXES[suffix.lower()] != "jpeg" else PLAIN_SUFFIX


@dataclass(frozen=True, slots=True)
class Job:
    """One scan and its result.

    Attributes:
        source: the scan.
        target: the result.
        root: the folder that the scan's place in a mirrored tree is counted from.
    """

    source: Path
    target: Path
    root: Path | None = None

    def page_target(self, page: int) -> Path:
        """The result of one page when every page is done: NAME.p2.color.EXT, or STEM.p2.EXT in a folder."""
        beside = is_result_name(self.target)
        stem = Path(self.target.stem).stem if beside else self.target.stem
        mark = Path(self.target.stem).suffix if beside else ""
        return self.target.with_name(f"{stem}.p{page}{mark}{self.target.suffix}")


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
        options: where results go; beside each scan unless told.

    Raises:
        OutputError: two scans would become one result, or a result would replace a scan.
        SettingsError: the output cannot be meant so.
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
    _refuse_collisions(jobs, options)
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
        raise OutputError(f"{folder} is a file and no picture; name a folder with -o.")
    identity = Names().identity
    for given in map(Path, inputs):
        if given.is_dir() and identity(given) == identity(folder):
            raise OutputError(
                f"The results would lie among the scans of {given}; name another folder, or leave out -o "
                "to write NAME.color.EXT beside each."
            )


def names_a_file(output: Path | None) -> bool:
    """Whether a result is meant, and not a folder for results."""
    return output is not None and output.suffix.lower() in SUFFIXES and not output.is_dir()


def _plan_single(found: list[Found], options: PlanOptions) -> list[Job]:
    output = options.output
    if output is None or not found:
        return []
    if len(found) > 1:
        raise SettingsError(f"{len(found)} pictures cannot all become {output}; name a folder with -o.")
    if options.format:
        check_format(output, options.format)
    return [Job(found[0].path, output, found[0].root)]


def check_format(output: Path, format_name: str) -> None:
    """Refuse a file whose name says another format than the one that was asked for.

    Raises:
        SettingsError: it does.
    """
    if SUFFIXES.get(output.suffix.lower()) != SUFFIXES[f".{format_name}"]:
        raise SettingsError(f"{output} is no {format_name} file; leave out --format or change the name.")


def _target(entry: Found, folder: Path | None, options: PlanOptions) -> Path:
    path, suffix = entry.path, options.suffix_of(entry.path)
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
    """Compare all names that are written, those of companions, too.

    Raises:
        OutputError: two are one, or one is that of a scan.
    """
    identity = Names().identity
    scans = {identity(job.source): job.source for job in jobs}
    claimed: dict[str, tuple[Job, Path]] = {}
    clashes: dict[tuple[Path, Path], str] = {}
    for job in jobs:
        for path in reversed(options.companions.names(job.target)):
            key = identity(path)
            if key in scans:
                raise OutputError(
                    f"{path} is a scan itself and would be replaced by what is made of {job.source}; "
                    "choose another folder with -o."
                )
            first, other = claimed.setdefault(key, (job, path))
            if first is not job:
                clashes.setdefault((first.source, job.source), _clash(first, other, job, path))
    if options.every_page:
        clashes |= _page_clashes(claimed, identity)
    if clashes:
        told = list(clashes.values())
        more = f" (and {len(told) - _SHOWN} more)" if len(told) > _SHOWN else ""
        raise OutputError(f"{'; '.join(told[:_SHOWN])}{more}; rename one, or colourise them separately.")


def _clash(first: Job, one: Path, second: Job, other: Path) -> str:
    """Tell how two files of two pictures meet in one name."""
    results = (one == first.target) + (other == second.target)
    if not results:
        return f"what is written beside {first.target} and {second.target} would have the same names"
    if results == 1:
        return f"{one} would be written for both {first.source} and {second.source}"
    if one == other:
        return f"{first.source} and {second.source} would both become {one}"
    return (
        f"{first.source} and {second.source} would become {one} and {other}, which are one file on this disk"
    )


_PAGE = re.compile(
    r"\.p\d+(?=(\.color)?(\.v\d+)?(\.recipe\.json|\.confidence\.png|\.variants\.jpg|\.[^.]+)$)"
)
"""The part of a name that tells a page, as ``Job.page_target`` puts it in."""


def _page_clashes(
    claimed: dict[str, tuple[Job, Path]], identity: Callable[[Path], str]
) -> dict[tuple[Path, Path], str]:
    """With every page done, a page of a.tif could become what a.p1.tif claims."""
    clashes: dict[tuple[Path, Path], str] = {}
    for job, path in claimed.values():
        whole = _PAGE.sub("", path.name)
        other = claimed.get(identity(path.with_name(whole)))
        if whole != path.name and other is not None and other[0] is not job:
            clash = f"a page of {other[0].source} and {job.source} would both become {path}"
            clashes.setdefault((other[0].source, job.source), clash)
    return clashes
