"""From what was typed (files, folders, globs) to the pictures that are meant."""

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vermilion.archive.results import Failed, Skipped

PICTURE_SUFFIXES = frozenset(
    {
        ".avif", ".bmp", ".gif", ".heic", ".heif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".jxl",
        ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp",
    }
)  # fmt: skip
"""Suffixes looked for in folders; a file named outright is tried whatever it is called."""

RESULT_MARK = ".color"
"""The last part of the stem of every result that stands beside its scan."""


@dataclass(frozen=True, slots=True)
class Found:
    """A picture and the folder that its place in a mirrored tree is counted from."""

    path: Path
    root: Path


_BESIDE = re.compile(r"\.(confidence|variants|v\d+)$")


def is_result_name(path: Path) -> bool:
    """Tell whether a file is called as our own results are: NAME.color.EXT or NAME.color.confidence.png."""
    return _BESIDE.sub("", path.stem.lower()).endswith(RESULT_MARK)


def find_pictures(inputs: Iterable[str | Path], leave_out: Path | None) -> Iterator[Found | Skipped | Failed]:
    """Yield every picture that the inputs mean, each once, in the order typed and then by name.

    Args:
        inputs: files, folders (searched all the way down) and glob patterns.
        leave_out: the output folder, which is never searched: results are not scans.
    """
    seen: set[str] = set()
    for given in inputs:
        for found in _expand(str(given), leave_out):
            path = found.path if isinstance(found, Found) else found.source
            key = os.path.realpath(path)
            if key in seen:
                continue
            seen.add(key)
            if isinstance(found, Found) and is_result_name(found.path):
                yield Skipped(found.path, "is a result itself (NAME.color.EXT)")
            else:
                yield found


def _expand(given: str, leave_out: Path | None) -> Iterator[Found | Failed]:
    path = Path(given)
    if path.is_dir():
        yield from _search_folder(path, leave_out)
    elif path.is_file() or not glob.has_magic(given):
        yield Found(path, path.parent) if path.is_file() else _missing(path)
    else:
        yield from _match_glob(given, leave_out)


def _missing(path: Path) -> Failed:
    if path.exists():
        return Failed(path, f"{path} is neither a file nor a folder; name a picture.")
    return Failed(path, f"{path} does not exist; check the spelling.")


def _match_glob(pattern: str, leave_out: Path | None) -> Iterator[Found | Failed]:
    root = _fixed_part(pattern)
    any_found = False
    for match in map(Path, sorted(glob.glob(pattern, recursive=True))):  # noqa: PTH207 - any pattern
        if leave_out is not None and _is_within(match, leave_out):
            continue
        if match.is_file() and match.suffix.lower() in PICTURE_SUFFIXES:
            any_found = True
            yield Found(match, root)
        elif match.is_dir() and "**" not in pattern:
            any_found = True
            yield from _search_folder(match, leave_out)
    if not any_found:
        yield Failed(Path(pattern), f"{pattern} matches no picture; check the pattern.")


def _fixed_part(pattern: str) -> Path:
    """The folders of a pattern before its first wildcard."""
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])


def _search_folder(folder: Path, leave_out: Path | None) -> Iterator[Found | Failed]:
    troubles: list[OSError] = []
    count = 0
    for here, folders, names in os.walk(folder, onerror=troubles.append):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not (leave_out and _is_within(Path(here, name), leave_out))
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in PICTURE_SUFFIXES:
                count += 1
                yield Found(Path(here, name), folder)
    for trouble in troubles:
        reason = f"{trouble.filename} cannot be opened ({trouble.strerror}); check its permissions."
        yield Failed(Path(trouble.filename), reason, trouble)
    if count == 0 and not troubles:
        yield Failed(folder, f"{folder} holds no pictures; name a folder with photographs in it.")


def _is_within(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
