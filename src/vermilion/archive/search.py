"""Folders walked and patterns matched: links are followed, and no folder is searched twice."""

import glob
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vermilion.archive.results import Failed, Skipped

_ANY_DEPTH = "**"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was reached, and the names of what lies in it but folders."""

    path: Path
    names: tuple[str, ...]


def walk(start: Path, leave_out: Path | None) -> Iterator[Folder | Skipped | Failed]:
    """Yield a folder and all below it, each once: by a way without links if there is one.

    Args:
        start: where to begin.
        leave_out: a folder that is never searched; hidden ones are not either.
    """
    waiting = deque([start])
    seen: dict[str, Path] = {}
    while waiting:
        path = waiting.popleft()
        real = os.path.realpath(path)
        reason = _no_need(path, real, seen) if path != start else ""
        if reason:
            yield Skipped(path, reason)
            continue
        seen[real] = path
        try:
            with os.scandir(path) as found:
                entries = sorted((entry for entry in found if entry.name[0] != "."), key=lambda e: e.name)
        except OSError as error:
            reason = f"{path} cannot be opened ({error.strerror}); check its permissions."
            yield Failed(path, reason, error)
            continue
        folders = [entry for entry in entries if _is_folder(entry)]
        names = {entry.name for entry in folders}
        yield Folder(path, tuple(entry.name for entry in entries if entry.name not in names))
        below = [entry for entry in folders if not _is_within(entry.path, leave_out)]
        waiting.extendleft(Path(entry.path) for entry in reversed(below) if not entry.is_symlink())
        waiting.extend(Path(entry.path) for entry in below if entry.is_symlink())


def match(pattern: str, leave_out: Path | None) -> Iterator[Path | Skipped | Failed]:
    """Yield what a pattern means, in order of names; ``**`` stands for folders as ``walk`` finds them.

    Args:
        pattern: with *, ?, [] and **.
        leave_out: a folder in which nothing is found.
    """
    head, rest = _split(pattern)
    if rest is None:
        yield from (path for path in map(Path, sorted(glob.glob(head))) if not _is_within(path, leave_out))  # noqa: PTH207 - any pattern
        return
    for start in sorted(glob.glob(head)) if head else ["."]:  # noqa: PTH207
        for folder in walk(Path(start), leave_out):
            if isinstance(folder, Folder):
                yield from match(os.path.join(glob.escape(str(folder.path)), rest), leave_out)  # noqa: PTH118
            else:
                yield folder


def fixed_part(pattern: str) -> Path:
    """The folders of a pattern before its first wildcard."""
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])


def _split(pattern: str) -> tuple[str, str | None]:
    """What stands before the first ``**`` and after it; None after it if there is none."""
    parts = Path(pattern).parts
    if _ANY_DEPTH not in parts:
        return pattern, None
    place = parts.index(_ANY_DEPTH)
    rest = [part for index, part in enumerate(parts) if index > place]
    while rest[:1] == [_ANY_DEPTH]:
        del rest[0]
    return os.path.join("", *parts[:place]), os.path.join(*rest or ["*"])  # noqa: PTH118


def _no_need(path: Path, real: str, seen: dict[str, Path]) -> str:
    """Why a folder needs no search; empty if it does."""
    if real in seen:
        return f"is the same folder as {seen[real]}"
    if Path(os.path.realpath(path.parent)).is_relative_to(real):
        return "leads back to a folder that holds it"
    return ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_within(path: str | Path, folder: Path | None) -> bool:
    return folder is not None and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
