"""Refuses, before anything starts, two results in one file, or a result in place of a scan."""

from collections.abc import Callable, Sequence
from pathlib import Path

from vermilion.errors import OutputError
from vermilion.outputs.companions import Companions
from vermilion.outputs.identity import Identities
from vermilion.outputs.names import PAGE, Job

_SHOWN = 3


def refuse_clashes(jobs: Sequence[Job], companions: Companions, *, every_page: bool = False) -> None:
    """Compare all names that are written, those of companions, too.

    Args:
        jobs: all scans and their results.
        companions: what is written beside each result.
        every_page: whether each page of a multi-page file becomes a result of its own.

    Raises:
        OutputError: two are one, or one is that of a scan.
    """
    identity = Identities().of
    scans = {identity(job.source): job.source for job in jobs}
    claimed: dict[str, tuple[Job, Path]] = {}
    clashes: dict[tuple[Path, Path], str] = {}
    for job in jobs:
        for path in reversed(companions.names(job.target)):
            key = identity(path)
            if key in scans:
                raise OutputError(
                    f"{path} is a scan and would be replaced by the result of {job.source}; "
                    "choose another folder with -o."
                )
            first, other = claimed.setdefault(key, (job, path))
            if first is not job:
                clashes.setdefault((first.source, job.source), _clash(first, other, job, path))
    if every_page:
        clashes |= _page_clashes(claimed, identity)
    if clashes:
        sentences = list(clashes.values())
        more = f" (and {len(sentences) - _SHOWN} more)" if len(sentences) > _SHOWN else ""
        raise OutputError(f"{'; '.join(sentences[:_SHOWN])}{more}; rename one, or colourise them separately.")


def _clash(first: Job, one: Path, second: Job, other: Path) -> str:
    """Say how files of two pictures get the same name."""
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


def _page_clashes(
    claimed: dict[str, tuple[Job, Path]], identity: Callable[[Path], str]
) -> dict[tuple[Path, Path], str]:
    """If every page is coloured, a page of a.tif could get the name of the result of a.p1.tif."""
    clashes: dict[tuple[Path, Path], str] = {}
    for job, path in claimed.values():
        whole = PAGE.sub("", path.name)
        other = claimed.get(identity(path.with_name(whole)))
        if whole != path.name and other is not None and other[0] is not job:
            clash = f"a page of {other[0].source} and {job.source} would both become {path}"
            clashes.setdefault((other[0].source, job.source), clash)
    return clashes
