"""Makes files appear complete or not at all: a temporary name in the same folder, a flush, then a rename."""

import hashlib
import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from vermilion.errors import OutputError
from vermilion.leftovers import temporary_name
from vermilion.pictures.source import Buffer
from vermilion.pictures.write.disk import (
    exists,
    flush_folder,
    give_name,
    is_there,
    same_content,
    unwritable,
    write_parts,
)

Same = Callable[[Path, Path], bool]


class Stream(Protocol):
    """A target for bytes: an open binary file, a socket's file, `io.BytesIO` ..."""

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
                raise OutputError(
                    "The stream cannot be written any further, so the picture in it is incomplete."
                )
            rest = rest[taken:]


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written.

    Attributes:
        path: The name that it has or will get.
        sha256: Of its content, in hexadecimal.
        size: In bytes.
    """

    path: Path
    sha256: str
    size: int


class WholeFiles:
    """Files of one picture: all are written and flushed to disk before the first of them gets its name.

    They get their names in the order in which they were written, the result last: if it exists, so does the
    rest, whenever the power fails. Use it in a ``with`` block; at its end nothing temporary is left.

    Args:
        hashed: Whether `written` is to list all files.

    Attributes:
        written: What was written so far, in order; empty unless it was asked for.
    """

    def __init__(self, *, hashed: bool = False) -> None:
        self._written: list[tuple[Path, Path]] = []
        self._hashed = hashed
        self.written: list[Written] = []

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
            digest = hashlib.sha256() if self._hashed else None
            size = write_parts(parts, temporary, digest)
            if digest is not None:
                self.written.append(Written(path, digest.hexdigest(), size))
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
            if not give_name(temporary, path, overwrite=overwrite) and not _is_good(path, temporary, same):
                raise _taken(path)
        if companions:
            flush_folder(result[1].parent)
        if not give_name(*result, overwrite=overwrite):
            raise exists(result[1])

    def _refuse_taken(self, same: Same | None) -> None:
        """Look at all names before one is given; names that are too long are found, too."""
        *companions, result = self._written
        if is_there(result[1]):
            raise exists(result[1])
        for temporary, path in companions:
            if is_there(path) and not _is_good(path, temporary, same):
                raise _taken(path)


def _is_good(there: Path, new: Path, same: Same | None) -> bool:
    return same_content(there, new) or (same is not None and same(there, new))


def _taken(path: Path) -> OutputError:
    return OutputError(f"{path} exists already with other content; move it away, or allow --overwrite.")
