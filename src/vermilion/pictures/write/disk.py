"""Writes bytes to a disk: flushed, without overwriting, with a sentence for each failure."""

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from vermilion.errors import ExistsError, OutputError
from vermilion.pictures.source import Buffer


class Digest(Protocol):
    """Something that takes in bytes, like a hash."""

    def update(self, content: Buffer, /) -> None:
        """Take in some more."""
        ...


def is_there(path: Path) -> bool:
    """Whether a name is taken, even by a broken link.

    Raises:
        OutputError: There can be no such name.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unwritable(path, error) from error
    return True


def give_name(temporary: Path, path: Path, *, overwrite: bool) -> bool:
    """Give a file its name, and return whether that was free or might be overwritten."""
    try:
        if overwrite:
            temporary.replace(path)
        else:
            _move_if_free(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise unwritable(path, error) from error
    return True


def write_parts(parts: Iterable[Buffer], path: Path, digest: "Digest | None" = None) -> int:
    """Write a new file, and flush it to disk.

    Args:
        parts: The content.
        path: Where to.
        digest: What is to take in every byte, too.

    Returns:
        How many bytes it has.

    Raises:
        OSError: It is there already, or cannot be written.
    """
    # 0o666 less the umask, as any new file; `tempfile` would make it private.
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(number, "wb") as file:
        for part in parts:
            file.write(part)
            if digest is not None:
                digest.update(part)
        file.flush()
        flush(file.fileno())
        return file.tell()


def flush(number: int) -> None:
    """Flush an open file to disk, where the disk can be asked to.

    Raises:
        OSError: It cannot take the bytes.
    """
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):  # a disk that cannot be asked
            raise


def flush_folder(folder: Path) -> None:
    """Flush the names that were given in a folder, on systems where a folder can be opened."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _move_if_free(temporary: Path, path: Path) -> None:
    """A hard link fails if the name is taken, in one step; some file systems know no links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        temporary.replace(path)


def same_content(one: Path, other: Path) -> bool:
    """Whether two files are equal byte by byte."""
    import filecmp  # noqa: PLC0415 - rarely needed

    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def exists(path: Path) -> ExistsError:
    """The error for a name that is taken."""
    return ExistsError(f"{path} exists already; choose another name or allow overwrite")


def unwritable(path: Path, error: OSError) -> OutputError:
    """The error for a file that the system does not accept."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"{path} does not fit: the disk is full; free some space or write elsewhere")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path} cannot be written: {path.parent} is read-only; write elsewhere")
    if error.errno == errno.ENAMETOOLONG:
        length = len(os.fsencode(path.name))
        return OutputError(
            f"{path} cannot be written: its name takes {length} bytes, more than the disk allows;"
            " give the scan a shorter one"
        )
    if isinstance(error, FileNotFoundError):
        return OutputError(f"{path} cannot be written: {path.parent} does not exist; create it first")
    reason = error.strerror or type(error).__name__
    return OutputError(f"{path} cannot be written ({reason}); write elsewhere")
