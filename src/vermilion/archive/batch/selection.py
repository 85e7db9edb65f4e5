"""Selects pictures of a plan."""

from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from vermilion.archive.plan import Plan
from vermilion.errors import SettingsError
from vermilion.outputs import Job


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pictures of a plan are done.

    Attributes:
        include: patterns of names, or with a slash of paths below the folder that is searched; none for all.
        newer: a time in seconds since 1970: only scans that were changed after it; None for all.
    """

    include: tuple[str, ...] = ()
    newer: float | None = None

    def of(self, plan: Plan) -> Plan:
        """Return the plan with the jobs that are meant."""
        return replace(plan, jobs=tuple(job for job in plan.jobs if self._means(job)))

    def _means(self, job: Job) -> bool:
        if self.include and not any(_matches(job, pattern) for pattern in self.include):
            return False
        if self.newer is None:
            return True
        try:
            return job.source.stat().st_mtime > self.newer
        except OSError:  # which is reported when its turn comes
            return True


def _matches(job: Job, pattern: str) -> bool:
    path, root = job.source, job.root or job.source.parent
    below = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return fnmatch(below if "/" in pattern else path.name, pattern.removeprefix("/"))


def parse_newer(text: str) -> float:
    """Return the time that a text means: a date such as 2026-11-30, with a time of day, or a file's own.

    Raises:
        SettingsError: it is neither.
    """
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        pass
    try:
        return Path(text).stat().st_mtime
    except OSError as error:
        raise SettingsError(
            f"{text!r} is neither a date nor a file; write 2026-11-30, 2026-11-30T08:00, or a file's name."
        ) from error
