"""Walks folders and matches patterns: follows links, and searches no folder twice."""

import glob
import os
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from vermilion.archive.entries import LeftOut
from vermilion.outputs import Failed, Skipped

_ANY_DEPTH = "**"

OTHER_PROGRAMS = frozenset(
    {
        "#recycle", "#snapshot", "$recycle.bin", "@eadir", "@recently-snapshot", "@recycle", "@tmp",
        "__macosx", "lost+found", "network trash folder", "system volume information", "temporary items",
    }
)  # fmt: skip
"""Folders in which disk stations and systems keep previews, waste and copies, in small letters."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was reached, and the names of what lies in it but folders."""

    path: Path
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is left out of a search.

    Attributes:
        output: a folder that is never searched, without a word: results are not scans.
        exclude: patterns of names, or with a slash of paths below the folder that is searched.
    """

    output: Path | None = None
    exclude: tuple[str, ...] = ()

    def check(self, path: Path, root: Path, *, is_folder: bool) -> LeftOut | None:
        """Return that something is left out, or None."""
        if is_folder and path.name.lower() in OTHER_PROGRAMS:
            return LeftOut(path)
        return self.excluded(path, root, is_folder=is_folder)

    def excluded(self, path: Path, root: Path, *, is_folder: bool) -> LeftOut | None:
        """Return that something is left out by a pattern, or None."""
        below = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        for pattern in self.exclude:
            bare = pattern.removesuffix("/")
            if bare != pattern and not is_folder:
                continue
            if fnmatch(below if "/" in bare else path.name, bare.removeprefix("/")):
                return LeftOut(path, pattern)
        return None

    def check_way(self, path: Path, root: Path, named: Collection[str]) -> LeftOut | None:
        """Return that something below a folder is left out, or a folder on the way to it; or None.

        Args:
            path: to which wildcards of a pattern led.
            root: the folder.
            named: parts of the pattern, which are meant even if they are called like folders of others.
        """
        for length in range(len(root.parts) + 1, len(path.parts) + 1):
            here = Path(*path.parts[:length])
            check = self.excluded if here.name in named else self.check
            if left_out := check(here, root, is_folder=length < len(path.parts) or here.is_dir()):
                return left_out
        return None


def walk(
    start: Path, sieve: Filter, root: Path | None = None
) -> Iterator[Folder | Skipped | Failed | LeftOut]:
    """Yield a folder and all below it, each once: by a way without links if there is one.

    Args:
        start: where to begin, whatever it is called.
        sieve: what is left out; hidden files and folders are, too.
        root: what patterns with a slash are counted from; ``start`` by default.
    """
    root = root or start
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
            yield Failed(path, reason, root=root)
            continue
        folders = [entry for entry in entries if _is_folder(entry)]
        names = {entry.name for entry in folders}
        yield Folder(path, tuple(entry.name for entry in entries if entry.name not in names))
        below = []
        for entry in folders:
            left_out = sieve.check(path / entry.name, root, is_folder=True)
            if left_out:
                yield left_out
            elif not is_within(entry.path, sieve.output):
                below.append(entry)
        waiting.extendleft(Path(entry.path) for entry in reversed(below) if not entry.is_symlink())
        waiting.extend(Path(entry.path) for entry in below if entry.is_symlink())


def match(
    pattern: str, sieve: Filter, root: Path | None = None
) -> Iterator[Path | Skipped | Failed | LeftOut]:
    """Yield what a pattern means, in order of names; ``**`` stands for folders as ``walk`` finds them.

    Args:
        pattern: with *, ?, [] and **.
        sieve: what is left out.
        root: what its patterns with a slash are counted from; the fixed part by default.
    """
    root = root or fixed_part(pattern)
    head, rest = _split(pattern)
    if rest is None:
        for path in map(Path, sorted(glob.glob(head))):  # noqa: PTH207 - any pattern
            if not is_within(path, sieve.output):
                yield sieve.check_way(path, root, Path(pattern).parts) or path
        return
    for start in sorted(glob.glob(head)) if head else ["."]:  # noqa: PTH207
        for folder in walk(Path(start), sieve, root):
            if isinstance(folder, Folder):
                below = os.path.join(glob.escape(str(folder.path)), rest)  # noqa: PTH118
                yield from match(below, sieve, root)
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


def is_within(path: str | Path, folder: Path | None) -> bool:
    """Return whether a path, its links followed, is a folder or lies in it; nothing lies in None."""
    return folder is not None and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
