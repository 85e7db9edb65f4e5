"""Assets: files that controls use, known by the SHA-256 of their bytes and read once."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vermilion.errors import SettingsError

DATA = "base64,"
"""What stands before the content of an asset that is written into a text: "data:image/png;base64,..."."""

_MOST_KEPT = 32 << 20  # bytes; larger files are read again when they are used, and checked against their hash
_LARGEST = 2 << 30  # bytes


class Asset:
    """The bytes of a reference, a palette's picture, a mask, a cube, a look or an agreed picture.

    Two assets are equal if their bytes are.

    Attributes:
        name: where the bytes came from, for messages and as a reminder in recipes; empty if nowhere.
        sha256: of the bytes, in hexadecimal.
    """

    __slots__ = ("_content", "_path", "name", "sha256")

    def __init__(self, content: bytes, name: str = "") -> None:
        self.name = name
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._content: bytes | None = content
        self._path: Path | None = None

    @classmethod
    def read(cls, path: str | Path, what: str = "") -> "Asset":
        """Read a file.

        Args:
            path: of the file.
            what: to call it in messages, such as "The reference"; the path follows.

        Raises:
            SettingsError: it cannot be read, or is larger than 2 GiB.
        """
        called = f"{what} {path}".strip()
        content = _read(Path(path), called)
        asset = cls(content, str(path))
        if len(content) > _MOST_KEPT:
            asset._content, asset._path = None, Path(path)
        return asset

    @classmethod
    def from_text(cls, text: str) -> "Asset":
        """Return the asset that ``to_text`` wrote into a text.

        Raises:
            SettingsError: the text is no such data.
        """
        head, found, content = text.partition(DATA)
        if not (found and head.startswith("data:")):
            raise SettingsError(f'{text[:40]!r} is not data; write "data:image/png;base64,...".')
        try:
            return cls(base64.b64decode(content, validate=True))
        except binascii.Error as error:
            raise SettingsError(
                f"The data {text[:40]!r} is not base64 ({error}); encode it again."
            ) from error

    @property
    def content(self) -> bytes:
        """The bytes.

        Raises:
            SettingsError: a large file, which is not kept in memory, has changed or is gone.
        """
        if self._content is not None:
            return self._content
        content = _read(self._path or Path(self.name), self.name)
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise SettingsError(f"{self.name} was changed while it was used; start again.")
        return content

    def to_plain(self) -> Any:  # noqa: ANN401 - a dict or a text, as JSON has them
        """Return its form in a recipe: the hash and the name, or all bytes if it has no name."""
        if self.name:
            return {"path": self.name, "sha256": self.sha256}
        return f"data:;{DATA}" + base64.b64encode(self.content).decode("ascii")

    def to_named(self) -> Any:  # noqa: ANN401 - as above
        """Return the same for a reader elsewhere: the file's name alone stands for its path."""
        named = {"sha256": self.sha256, "name": self.name.replace("\\", "/").rpartition("/")[2]}
        return named if self.name else self.to_plain()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"Asset({self.name or self.sha256[:12]})"

    def __deepcopy__(self, _: dict[int, Any]) -> "Asset":
        return self


AssetReader = Callable[[str, str], Asset]
"""Gives the asset for a path and a SHA-256 that a text names; either may be empty."""


def no_files(path: str, sha256: str) -> Asset:
    """An ``AssetReader`` for texts that must not open a file on this machine."""
    raise SettingsError(
        f"names the file {path or sha256[:12]!r}, which cannot be opened from here; send it along."
    )


def files_from(folder: Path) -> AssetReader:
    """Return an ``AssetReader`` that opens files; relative paths start from a folder."""

    def read(path: str, sha256: str) -> Asset:
        if not path:
            raise SettingsError("names a file by its hash alone; add its path, so that it can be opened.")
        asset = Asset.read(folder / path)
        if sha256 not in ("", asset.sha256):
            raise SettingsError(
                f"{folder / path} has changed since this was written; restore the old one, or empty its "
                "sha256 to take the new one."
            )
        return asset

    return read


def given(value: "Asset | str | None") -> Asset | None:
    """Return the asset of a control that was given one; None for a word or for nothing."""
    return value if isinstance(value, Asset) else None


def _read(path: Path, called: str) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{called} is larger than 2 GiB; give a smaller file.")
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{called} cannot be read ({error.strerror or error}); check its path."
        ) from error
