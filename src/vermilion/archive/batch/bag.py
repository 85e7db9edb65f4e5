"""A BagIt bag (RFC 8493) of the results of a batch, with its manifest inside.

The bag is made beside the folder of the results, of hard links where the disk knows them, so that it takes no
room and the folder stays as it is. SHA-256 of results comes from the manifest, and is compared while they are
linked; all else is hashed.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from vermilion import __version__
from vermilion.archive.batch.manifest import MANIFEST, read_manifest
from vermilion.archive.batch.painting import sha256_of
from vermilion.archive.batch.record import DONE, Record
from vermilion.errors import OutputError, SettingsError
from vermilion.leftovers import scratch_prefix

_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class _Payload:
    """A file of the bag: its path below data/, its SHA-256 and its size in bytes."""

    path: str
    sha256: str
    size: int


def refuse_existing_bag(bag: Path) -> None:
    """Refuse to make a bag where something is.

    Raises:
        OutputError: there is.
    """
    if bag.exists():
        raise OutputError(f"{bag} exists already; name a folder that does not exist yet.")


def write_bag(folder: Path, bag: Path, day: date) -> int:
    """Write a bag of all results that the manifest of a folder says are done.

    Args:
        folder: of the results.
        bag: the folder to make.
        day: of the bagging, as bag-info.txt tells it.

    Returns:
        How many files its payload has.

    Raises:
        OutputError: it is there already, a result is not what the manifest says, or it cannot be written.
        SettingsError: the manifest was changed, or names results outside of its folder.
    """
    refuse_existing_bag(bag)
    unfinished = bag.with_name(f"{scratch_prefix()}bag")
    try:
        (unfinished / "data").mkdir(parents=True)
        payload = [_linked(folder, unfinished, each) for each in _files_of(folder)]
        _write_tags(unfinished, payload, day)
        unfinished.rename(bag)
    except OSError as error:
        raise OutputError(
            f"{bag} cannot be written ({error.strerror}); correct that and make the bag again."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return len(payload)


def _files_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield path and SHA-256 of the manifest and of all that it says is done."""
    last = {line.key: line for line in read_manifest(folder / MANIFEST) if isinstance(line, Record)}
    yield MANIFEST, sha256_of(folder / MANIFEST)
    for record in last.values():
        if record.outcome == DONE:
            yield from ((output.path, output.sha256) for output in record.outputs)


def _linked(folder: Path, bag: Path, found: tuple[str, str]) -> _Payload:
    path, sha256 = found
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise SettingsError(
            f"{path} lies outside of {folder}, and a bag holds what is in it; leave out --beside."
        )
    source, target = folder / path, bag / "data" / path
    if not source.is_file() or sha256_of(source) != sha256:
        raise OutputError(f"{source} is missing, or not what the manifest says; verify the manifest first.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if path == MANIFEST:
        shutil.copyfile(source, target)  # a later run appends to the original
    else:
        _link(source, target)
    return _Payload(path, sha256, target.stat().st_size)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except (OSError, NotImplementedError):  # another disk, or one without links
        shutil.copy2(source, target)


def _write_tags(bag: Path, payload: list[_Payload], day: date) -> None:
    lines = [f"{each.sha256}  data/{_encoded(each.path)}\n" for each in payload]
    (bag / "manifest-sha256.txt").write_text("".join(sorted(lines)), "utf-8", newline="\n")
    (bag / "bagit.txt").write_text(_DECLARATION, "utf-8", newline="\n")
    size = sum(each.size for each in payload)
    info = f"Bag-Software-Agent: vermilion {__version__}\nBagging-Date: {day.isoformat()}\n"
    info += f"Payload-Oxum: {size}.{len(payload)}\n"
    (bag / "bag-info.txt").write_text(info, "utf-8", newline="\n")
    tags = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
    sums = [f"{sha256_of(bag / name)}  {name}\n" for name in tags]
    (bag / "tagmanifest-sha256.txt").write_text("".join(sums), "utf-8", newline="\n")


def _encoded(path: str) -> str:
    """A path as a manifest has it: the ends of lines and % escaped (RFC 8493, 2.1.3).

    Raises:
        OutputError: its name is no Unicode, which a bag cannot tell.
    """
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise OutputError(
            f"{path!r} is no Unicode, and a bag names files in UTF-8; rename its scan."
        ) from error
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
