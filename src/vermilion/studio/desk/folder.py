"""The folder in which a studio keeps open pictures: one for each studio that runs at the same time."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vermilion.errors import SettingsError
from vermilion.leftovers import scratch_prefix, sweep
from vermilion.user_folders import user_folder

VARIABLE = "VERMILION_STUDIO"
"""Environment variable that names another folder for what is open."""

_MOST = 64  # studios at the same time


@contextmanager
def work_folder(*, keep: bool) -> Iterator[Path]:
    """Yield a folder that no other running server uses.

    Args:
        keep: whether it is there again at the next start: what was open then is open again, however this
            one ends. Else it is removed at the end.

    Raises:
        SettingsError: it cannot be made.
    """
    if not keep:
        yield from _scratch()
        return
    root = studio_folder()
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder, lock = _first_free(root)
    except OSError as error:
        raise SettingsError(
            f"The studio keeps open pictures in {root}, which cannot be used ({error.strerror or error}); "
            f"make room there, or name another folder in {VARIABLE}."
        ) from error
    with lock:  # closing the file lets go of it, and so does the system if this process is killed
        yield folder


def studio_folder() -> Path:
    """Return the folder of this user's studios, which need not exist yet.

    Raises:
        SettingsError: this user has no home folder.
    """
    try:
        return user_folder("studio", VARIABLE, "XDG_STATE_HOME", ".local", "state")
    except RuntimeError as error:
        raise SettingsError(
            "The studio keeps open pictures in the home folder, and there is none; name a folder in "
            f"{VARIABLE}."
        ) from error


def _scratch() -> Iterator[Path]:
    sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=scratch_prefix()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _first_free(root: Path) -> tuple[Path, IO[bytes]]:
    """Return the first folder that no running studio holds, and the file whose lock holds it now."""
    for number in range(1, _MOST + 1):
        folder = root / str(number)
        folder.mkdir(exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("ab")
        if _is_locked(lock):
            return folder, lock
        lock.close()
    raise SettingsError(f"{_MOST} studios run already; close one of them.")


if sys.platform == "win32":
    import msvcrt

    def _is_locked(file: IO[bytes]) -> bool:
        """Take the lock of a file; tell whether it was free."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _is_locked(file: IO[bytes]) -> bool:
        """Take the lock of a file; tell whether it was free."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
