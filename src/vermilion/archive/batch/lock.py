"""One run at a time in a folder of results."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vermilion.errors import OutputError

LOCK = ".vermilion-lock"
"""The file that is locked; the system lets go of it when the process ends, however that happens."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    Raises:
        OutputError: another run holds it, or this system has no ``flock``.
    """
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ModuleNotFoundError as error:
        raise OutputError("A batch needs flock, which Windows lacks; use Linux, macOS or WSL.") from error
    try:
        number = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to ({error.strerror}); choose another folder with -o."
        ) from error
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"Another run works in {folder}; wait until it has ended, or choose another folder with -o."
            ) from error
        yield
    finally:
        os.close(number)
