"""Finds the pictures of typed inputs: files, folders, globs."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from vermilion.archive.entries import Entry, Found, LeftOut
from vermilion.archive.not_done import is_list, read_list
from vermilion.archive.passed_over import count_others
from vermilion.archive.search import Filter, Folder, fixed_part, match, walk
from vermilion.errors import SettingsError
from vermilion.outputs import Failed, Skipped, is_result_name

PICTURE_SUFFIXES = frozenset(
    {
        ".apng", ".avif", ".bmp", ".dib", ".gif", ".heic", ".heif", ".hif", ".j2c", ".j2k", ".jfif", ".jif",
        ".jp2", ".jpc", ".jpe", ".jpeg", ".jpf", ".jpg", ".jps", ".jpx", ".jxl", ".mpo", ".pbm", ".pcx",
        ".pgm", ".png", ".pnm", ".ppm", ".psb", ".psd", ".tif", ".tiff", ".webp",
    }
)  # fmt: skip
"""Suffixes looked for in folders; a file named outright is tried whatever it is called."""

_IS_RESULT = "is a result itself (NAME.color.EXT)"


def is_picture_name(name: str) -> bool:
    """Tell whether a file is called like a picture that can be read."""
    return Path(name).suffix.lower() in PICTURE_SUFFIXES


def find_pictures(inputs: Iterable[str | Path], sieve: Filter) -> Iterator[Entry]:
    """Yield every picture of the inputs, each once, in the order typed and then by name.

    Other files of folders and patterns are counted.

    Links are followed. Of several ways to one picture, the shortest without links is taken; the others
    are skipped.

    Args:
        inputs: files, folders (searched all the way down), glob patterns, and lists of what an earlier run
            did not do.
        sieve: what is left out.

    Raises:
        SettingsError: an input is empty.
    """
    taken: dict[str, Path] = {}
    left_out: set[LeftOut] = set()
    for given in map(str, inputs):
        if not given:
            raise SettingsError("An empty PATH names no picture; check the variable that should hold it.")
        entries = list(_expand(given, sieve))
        best = _best_ways(entry.path for entry in entries if isinstance(entry, Found))
        for entry in entries:
            if isinstance(entry, LeftOut) and entry in left_out:
                continue
            if isinstance(entry, LeftOut):
                left_out.add(entry)
            if not isinstance(entry, Found):
                yield entry
                continue
            real = os.path.realpath(entry.path)
            chosen = taken.get(real, best[real])
            if entry.path != chosen:
                if os.path.abspath(entry.path) != os.path.abspath(chosen):  # noqa: PTH100 - links must stay
                    yield Skipped(entry.path, f"is the same picture as {chosen}")
            elif real not in taken:
                taken[real] = chosen
                yield Skipped(entry.path, _IS_RESULT) if is_result_name(entry.path) else entry


def _best_ways(paths: Iterable[Path]) -> dict[str, Path]:
    """Of several paths to one file the one without links, then the shortest, by the file's real path."""
    best: dict[str, tuple[bool, bool, int, Path]] = {}
    for path in paths:
        real = os.path.realpath(path)
        by_links = os.path.abspath(path) != real  # noqa: PTH100 - links must stay
        way = (path.is_symlink(), by_links, len(path.parts), path)
        best[real] = min(way, best.get(real, way))
    return {real: way[-1] for real, way in best.items()}


def _expand(given: str, sieve: Filter) -> Iterator[Entry]:
    try:
        path = Path(given)
        if path.is_file() and is_list(path):
            for listed in read_list(path):
                yield from _meant(str(listed.path), sieve, listed.root)
        else:
            yield from _meant(given, sieve)
    except OSError as error:  # something in a folder that cannot be opened, or an impossible name
        reason = f"{given} cannot be read ({error.strerror}); check its name and its permissions."
        yield Failed(Path(given), reason)


def _meant(given: str, sieve: Filter, root: Path | None = None) -> Iterator[Entry]:
    """Yield what a path means; ``root`` is what its place is counted from, unless it is its own folder."""
    path = Path(given)
    if path.is_dir():
        yield from _search_folder(path, sieve, root)
    elif path.is_file() or root or not glob.has_magic(given):
        yield _regular(path, root or path.parent, sieve)
    else:
        yield from _match_glob(given, sieve)


def _missing(path: Path, root: Path) -> Failed:
    if path.exists():
        return Failed(path, f"{path} is neither a file nor a folder; name a picture.", root=root)
    if path.is_symlink():
        return Failed(path, f"{path} is a broken link; correct it or remove it.", root=root)
    return Failed(path, f"{path} does not exist; check the spelling.", root=root)


def _match_glob(pattern: str, sieve: Filter) -> Iterator[Entry]:
    root = fixed_part(pattern)
    any_found, others = False, []
    for found in match(pattern, sieve):
        if not isinstance(found, Path):
            any_found = any_found or not isinstance(found, Skipped)
            yield found
        elif found.is_dir() and "**" not in pattern:
            any_found = True
            yield from _search_folder(found, sieve)
        elif found.is_dir():
            continue
        elif is_picture_name(found.name):
            any_found = True
            yield _in_folder(found, root)
        else:
            others.append(found.name)
    yield from count_others(others)
    if not any_found:
        yield Failed(Path(pattern), f"{pattern} matches no picture; check the pattern.")


def _search_folder(folder: Path, sieve: Filter, root: Path | None = None) -> Iterator[Entry]:
    any_found = False
    for found in walk(folder, sieve, root):
        if not isinstance(found, Folder):
            any_found = any_found or isinstance(found, Failed)
            yield found
            continue
        pictures = [name for name in found.names if is_picture_name(name)]
        any_found = any_found or bool(pictures)
        for path in (found.path / name for name in pictures):
            left_out = sieve.excluded(path, root or folder, is_folder=False)
            yield left_out or _in_folder(path, root or folder)
        yield from count_others(name for name in found.names if not is_picture_name(name))
    if not any_found:
        yield Failed(folder, f"{folder} holds no pictures; name a folder with photographs in it.")


def _in_folder(path: Path, root: Path) -> Entry:
    """A file of a folder; reading a pipe or a device that is merely called like a picture might never end."""
    try:
        if path.is_file():
            return Found(path, root)
        return Skipped(path, "is not a regular file") if path.exists() else _missing(path, root)
    except OSError as error:  # the others in its folder are found all the same
        reason = f"{path} cannot be read ({error.strerror}); check its permissions."
        return Failed(path, reason, root=root)


def _regular(path: Path, root: Path, sieve: Filter) -> Entry:
    """A file that was named outright."""
    if not path.is_file():
        return _missing(path, root)
    return sieve.excluded(path, root, is_folder=False) or Found(path, root)
