"""The source of a scan: a path or bytes, with clear errors for what cannot be opened."""

import hashlib
import mmap
import os
import re
from dataclasses import dataclass
from pathlib import Path

from vermilion.errors import PictureError

Buffer = bytes | bytearray | memoryview | mmap.mmap
"""What is read as bytes without copying; `collections.abc.Buffer` needs Python 3.12."""

LARGEST_WHOLE = 4 << 30
"""Bytes of a file of a kind that must be read whole: JPEG and most others. PNG, TIFF and WebP need not."""


class UnopenedError(PictureError):
    """A file that libvips does not know, or whose head it does not understand."""


class DamagedError(PictureError):
    """A file that a decoder could not decode to its end, or warned of."""


_UNREAD = re.compile(
    r"unsupported|not supported|not implemented|not configured|cannot handle|unhandled|out of range"
    r"|not a whole number|plugin|unknown (?:image|compression|pixel|data|bitfields)",
    re.IGNORECASE,
)


def undecoded(name: str, reason: str) -> DamagedError:
    """The error for a file that a decoder does not decode: it cannot, or the file is damaged."""
    if _UNREAD.search(reason):
        return DamagedError(
            f"{name} holds a picture of a kind that vermilion cannot read ({reason}); save it as TIFF or PNG"
        )
    return DamagedError(_damage(name, reason))


def damaged(name: str, reason: object) -> PictureError:
    """The error for a file whose structure makes no sense."""
    return PictureError(_damage(name, reason))


def _damage(name: str, reason: object) -> str:
    return f"{name} is damaged or cut off ({reason}); copy or scan it again"


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its path, or its bytes; exactly one of the two is given."""

    name: str
    path: Path | None = None
    given: bytes | None = None

    def head(self, length: int) -> bytes:
        """The first bytes."""
        if self.path is None:
            return (self.given or b"")[:length]
        try:
            with self.path.open("rb") as file:
                return file.read(length)
        except OSError as error:
            raise unreadable(self.name, error) from error

    def read(self) -> bytes:
        """All bytes.

        Raises:
            PictureError: There are too many to be held in memory, or they cannot be read.
        """
        if self.path is None:
            return self.given or b""
        try:
            if self.path.stat().st_size > LARGEST_WHOLE:
                raise too_many_bytes(self.name)
            return self.path.read_bytes()
        except OSError as error:
            raise unreadable(self.name, error) from error

    def sha256(self) -> str:
        """SHA-256 of all bytes, in hexadecimal, without holding them all."""
        if self.path is None:
            return hashlib.sha256(self.given or b"").hexdigest()
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise unreadable(self.name, error) from error


@dataclass(frozen=True, slots=True)
class NamedBytes:
    """The bytes of a file that has no path, such as one from standard input, by a name.

    Attributes:
        content: All bytes.
        name: What to call them in messages and recipes.
    """

    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file with another name than its path, such as an upload that is kept under its hash.

    Attributes:
        path: Where it lies.
        name: What to call it in messages and recipes.
    """

    path: Path
    name: str


Openable = str | Path | bytes | bytearray | memoryview | NamedBytes | NamedFile


def open_source(source: Openable) -> Source:
    """A source that exists, can be read and is not empty.

    Raises:
        PictureError: It does not, it cannot, or it is.
    """
    if isinstance(source, NamedBytes):
        opened = Source(source.name, given=source.content)
    elif isinstance(source, NamedFile):
        opened = Source(source.name, path=source.path)
    elif isinstance(source, bytes | bytearray | memoryview):
        opened = Source("<bytes>", given=bytes(source))
    else:
        opened = Source(os.fspath(source), path=Path(source))
    if not opened.head(1):
        raise PictureError(f"{opened.name} is empty (0 bytes); copy or scan it again")
    return opened


def unreadable(name: str, error: OSError) -> PictureError:
    """The error for a file that the system does not hand over."""
    if isinstance(error, FileNotFoundError):
        return PictureError(f"{name} does not exist; check the spelling and the folder")
    if isinstance(error, IsADirectoryError):
        return PictureError(f"{name} is a folder; name a picture in it")
    if isinstance(error, PermissionError):
        return PictureError(f"{name} may not be read; give yourself read permission for it")
    reason = error.strerror or type(error).__name__
    return PictureError(f"{name} cannot be read ({reason}); copy it to a healthy disk and try again")


def too_many_bytes(name: str) -> PictureError:
    """The error for a file that is too large to be read into memory."""
    return PictureError(
        f"{name} has more than {LARGEST_WHOLE >> 20:,} MB, and its kind must be read whole;"
        " save it as PNG or TIFF"
    )


def check_size(name: str, height: int, width: int, max_pixels: int) -> None:
    """Refuse a picture that claims more pixels than allowed, before it is decoded.

    Raises:
        PictureError: It does.
    """
    if height < 1 or width < 1:
        raise PictureError(f"{name} claims to be {width} x {height} pixels; save it again")
    if height * width > max_pixels:
        raise PictureError(
            f"{name} claims {width:,} x {height:,} pixels, more than the allowed {max_pixels:,};"
            " most such claims are damage; if it is true, save the picture smaller or in parts"
        )
