"""A file appears whole or not at all: a temporary name in the same folder, flushed to disk, then a rename."""

import errno
import io
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from vermilion.errors import ExistsError, OutputError
from vermilion.leftovers import temporary_name
from vermilion.pictures.buffers import Buffer

Same = Callable[[Path, Path], bool]


class Stream(Protocol):
    """What bytes can be written to: an open binary file, a socket's file, `io.BytesIO` ..."""

    def write(self, content: Any, /) -> Any:  # noqa: ANN401 - as streams have it
        """Take some or all of the bytes, and return how many."""
        ...


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
    with WholeFiles() as files:
        files.write(parts, path)
        files.publish(overwrite=overwrite)


def write_stream(parts: Iterable[Buffer], stream: Stream) -> None:
    """Write `parts` one after the other to an open binary stream.

    Raises:
        OutputError: It takes texts and not bytes, or takes no more.
    """
    if isinstance(stream, io.TextIOBase):
        raise OutputError("A picture cannot be written to a stream of text; open it in binary mode.")
    for part in parts:
        rest = memoryview(part).cast("B")
        while rest:
            taken = stream.write(rest)
            if not taken:  # one that would block
                raise OutputError("The stream takes no more, so that the picture in it is torn.")
            rest = rest[taken:]


class WholeFiles:
    """Files of one picture: all are written and flushed to disk before the first of them gets its name.

    They get their names in the order in which they were written, the result last: where it is, all else is,
    too, whenever the power fails. Used in a ``with`` block, at the end of which nothing temporary is left.
    """

    def __init__(self) -> None:
        self._written: list[tuple[Path, Path]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for temporary, _ in self._written:
            with suppress(OSError):  # a disk that took nothing has nothing to give back
                temporary.unlink(missing_ok=True)

    def write(self, parts: Iterable[Buffer], path: Path) -> None:
        """Write what `path` shall hold, under a temporary name in its folder.

        Raises:
            OutputError: It cannot be written.
        """
        temporary = path.with_name(temporary_name())
        self._written.append((temporary, path))
        try:
            _write(parts, temporary)
        except OSError as error:
            raise unwritable(path, error) from error

    def publish(self, *, overwrite: bool, same: Same | None = None) -> None:
        """Give all files their names; if the names are not free, none gets its own.

        Args:
            overwrite: Replace what is there.
            same: Whether a file that is there with another content is as good as a new one: then it stays, as
                one with the same content does. The last file must be new in any case.

        Raises:
            ExistsError: The last file is there.
            OutputError: Another one is there with another content, or one cannot be written.
        """
        *companions, result = self._written
        if not overwrite:
            self._refuse_taken(same)
        for temporary, path in companions:
            if not _name(temporary, path, overwrite=overwrite) and not _is_good(path, temporary, same):
                raise _taken(path)
        if companions:
            _flush_folder(result[1].parent)
        if not _name(*result, overwrite=overwrite):
            raise exists(result[1])

    def _refuse_taken(self, same: Same | None) -> None:
        """Look at all names before one is given; names that are too long are found, too."""
        *companions, result = self._written
        if _is_there(result[1]):
            raise exists(result[1])
        for temporary, path in companions:
            if _is_there(path) and not _is_good(path, temporary, same):
                raise _taken(path)


def _is_there(path: Path) -> bool:
    """Whether a name is taken, be it by a link that leads nowhere.

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


def _name(temporary: Path, path: Path, *, overwrite: bool) -> bool:
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


def _write(parts: Iterable[Buffer], path: Path) -> None:
    # 0o666 less the umask, as any new file; `tempfile` would make it private.
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(number, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        _flush(file.fileno())


def _flush(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):  # a disk that cannot be asked
            raise


def _flush_folder(folder: Path) -> None:
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


def _is_good(there: Path, new: Path, same: Same | None) -> bool:
    return _same_content(there, new) or (same is not None and same(there, new))


def _same_content(one: Path, other: Path) -> bool:
    """Whether two files are equal byte by byte."""
    import filecmp  # noqa: PLC0415 - rarely needed

    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def exists(path: Path) -> ExistsError:
    """What to tell about a name that is taken."""
    return ExistsError(f"{path} exists already; choose another name or allow overwrite")


def _taken(path: Path) -> OutputError:
    return OutputError(f"{path} exists already with other content; move it away, or allow --overwrite.")


def unwritable(path: Path, error: OSError) -> OutputError:
    """What to tell about a file that the system does not accept."""
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
