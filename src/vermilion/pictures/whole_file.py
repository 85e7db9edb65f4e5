"""A file appears whole or not at all: a temporary name in the same folder, then a rename."""

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from vermilion.errors import ExistsError, OutputError
from vermilion.pictures.buffers import Buffer


def publish(parts: Iterable[Buffer], path: Path, *, overwrite: bool) -> None:
    """Write `parts` one after the other to `path`.

    Args:
        parts: The content.
        path: Where to; its folder must exist.
        overwrite: Replace what is there. Otherwise a file that appears meanwhile is kept, too.

    Raises:
        ExistsError: The file is there.
        OutputError: It cannot be written; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.part")
    try:
        _write(parts, temporary)
        if overwrite:
            temporary.replace(path)
        else:
            _move_if_free(temporary, path)
    except FileExistsError as error:
        raise exists(path) from error
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):  # a disk that took nothing has nothing to give back
            temporary.unlink(missing_ok=True)


def _write(parts: Iterable[Buffer], path: Path) -> None:
    # 0o666 less the umask, as any new file; `tempfile` would make it private.
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(number, "wb") as file:
        for part in parts:
            file.write(part)


def _move_if_free(temporary: Path, path: Path) -> None:
    """A hard link fails if the name is taken, in one step; some file systems know no links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        temporary.replace(path)


def exists(path: Path) -> ExistsError:
    """What to tell about a name that is taken."""
    return ExistsError(f"{path} exists already; choose another name or allow overwrite")


def unwritable(path: Path, error: OSError) -> OutputError:
    """What to tell about a file that the system does not accept."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(f"{path} does not fit: the disk is full; free some space or write elsewhere")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path} cannot be written: {path.parent} is read-only; write elsewhere")
    if isinstance(error, FileNotFoundError):
        return OutputError(f"{path} cannot be written: {path.parent} does not exist; create it first")
    reason = error.strerror or type(error).__name__
    return OutputError(f"{path} cannot be written ({reason}); write elsewhere")
