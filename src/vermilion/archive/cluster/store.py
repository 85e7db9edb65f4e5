"""A folder that a URI names, by fsspec: s3://bucket/scans, or one of this machine.

Only stores are taken in which a file appears whole or not at all. What a store refuses for a moment is tried
again, later each time.
"""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from vermilion.errors import OutputError, SettingsError

T = TypeVar("T")

_WHOLE = ("s3", "s3a", "gs", "gcs", "az", "abfs")  # an object is there once it was sent, and not before
_TRIES = 7
_FIRST, _LONGEST = 0.2, 20.0  # seconds between two of them
_FINAL = (FileNotFoundError, PermissionError, FileExistsError, IsADirectoryError, NotADirectoryError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a store.

    Attributes:
        name: its path below the folder, with slashes.
        size: in bytes.
        changed: when it was last changed, in nanoseconds since 1970; 0 if the store does not tell.
        tag: what changes with its content, as far as the store knows.
    """

    name: str
    size: int
    changed: int
    tag: str


def is_uri(text: str) -> bool:
    """Whether a text names a place by a URI."""
    return "://" in text


@dataclass(frozen=True, slots=True)
class Store:
    """A folder, and what is done with files in it.

    Attributes:
        uri: without a slash at its end; a folder of this machine is its absolute path.
    """

    uri: str

    @classmethod
    def of(cls, text: str) -> "Store":
        """Return the folder that a text names.

        Raises:
            SettingsError: it is of a kind in which files could be seen half written.
        """
        kind, _, rest = text.partition("://")
        if not rest:
            return cls(os.path.abspath(text))  # noqa: PTH100 - links must stay
        if kind == "file":
            return cls(os.path.abspath(rest))  # noqa: PTH100
        if kind not in _WHOLE:
            raise SettingsError(
                f"{text} is in no store that shows only whole files; name a folder, or one of "
                f"{', '.join(f'{name}://' for name in _WHOLE)}."
            )
        return cls(text.rstrip("/"))

    @property
    def is_local(self) -> bool:
        """Whether it is a folder that this machine sees."""
        return not is_uri(self.uri)

    @property
    def path(self) -> str:
        """Its path as its file system takes it."""
        return str(self._fs._strip_protocol(self.uri))  # noqa: SLF001 - the way of fsspec's own functions

    def name_of(self, name: str) -> str:
        """Return the whole name of a file, as manifests and people see it."""
        return f"{self.uri}/{name}"

    def entries(self) -> Iterator[Entry]:
        """Yield all files below it, folder by folder.

        Raises:
            SettingsError: it cannot be listed.
        """
        root, waiting = self.path, [self.path]
        while waiting:
            folder = waiting.pop()
            for facts in self._listed(folder):
                if facts["type"] == "directory":
                    waiting.append(str(facts["name"]).rstrip("/"))
                elif (name := str(facts["name"])) != root:
                    yield _entry(name.removeprefix(f"{root}/"), facts)

    def entry(self, name: str) -> Entry | None:
        """Return a file; None if there is none.

        Raises:
            OSError: the store cannot be reached.
        """
        try:
            facts = patiently(lambda: self._fs.info(self._place(name), refresh=True))
        except FileNotFoundError:
            return None
        return _entry(name, facts)

    def fetch(self, name: str, path: Path) -> None:
        """Copy a file to this machine.

        Raises:
            OSError: it is not there, or the store cannot be reached.
        """
        patiently(lambda: self._fs.get_file(self._place(name), str(path)))

    def send(self, path: Path, name: str) -> None:
        """Copy a file of this machine to the store, where it appears whole.

        Raises:
            OSError: the store does not take it.
        """
        place = self._place(name)
        if self.is_local:
            with _appearing(Path(place)) as unfinished:
                shutil.copyfile(path, unfinished)
            return
        patiently(lambda: self._fs.put_file(str(path), place))

    def read(self, name: str) -> bytes | None:
        """Return the content of a small file; None if there is none.

        Raises:
            OSError: the store cannot be reached.
        """
        try:
            content: bytes = patiently(lambda: self._fs.cat_file(self._place(name)))
        except FileNotFoundError:
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Write a small file, which appears whole.

        Raises:
            OSError: the store does not take it.
        """
        place = self._place(name)
        if self.is_local:
            with _appearing(Path(place)) as unfinished:
                unfinished.write_bytes(content)
            return
        patiently(lambda: self._fs.pipe_file(place, content))

    def create(self, name: str, content: bytes) -> bool:
        """Write a small file unless it is there; return whether it was written."""
        try:
            patiently(lambda: self._fs.pipe_file(self._place(name), content, mode="create"))
        except FileExistsError:
            return False
        except OSError as error:
            if "PreconditionFailed" in str(error) or "412" in str(error):
                return False
            raise
        return True

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            patiently(lambda: self._fs.rm_file(self._place(name)))
        except FileNotFoundError:
            return

    def remove_folder(self, name: str) -> None:
        """Remove a folder that is empty; a store of objects has none."""
        if self.is_local:
            with suppress(OSError):
                Path(self._place(name)).rmdir()

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies in a folder of the store, without what lies deeper."""
        try:
            found = patiently(lambda: self._fs.ls(self._place(folder), detail=False, refresh=True))
        except FileNotFoundError:
            return []
        return sorted(str(name).removeprefix(f"{self.path}/") for name in found)

    @property
    def _fs(self) -> Any:  # noqa: ANN401 - fsspec has no types
        try:
            import fsspec  # noqa: PLC0415 - an extra

            return fsspec.core.url_to_fs(self.uri)[0]
        except ImportError as error:
            raise SettingsError(
                f'{self.uri} needs a package that is not installed ({error}); run: pip install ".[cluster]".'
            ) from error

    def _place(self, name: str) -> str:
        return f"{self.path}/{name}"

    def _listed(self, folder: str) -> list[dict[str, Any]]:
        try:
            found: list[dict[str, Any]] = patiently(lambda: self._fs.ls(folder, detail=True, refresh=True))
        except OSError as error:
            raise SettingsError(
                f"{self.uri} cannot be listed ({error.strerror or error}); check its name and your "
                "permissions."
            ) from error
        return sorted(found, key=lambda facts: str(facts["name"]))


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """Yield a name beside a file; what is written there gets the file's own name at the end."""
    unfinished = path.with_name(f"{path.name}.vermilion-{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def patiently(do: Callable[[], T]) -> T:
    """Do something with a store; what fails for a moment is tried again, later each time.

    Raises:
        OSError: it failed for good, or too often.
    """
    for number in range(_TRIES):
        try:
            return do()
        except _FINAL:
            raise
        except (SettingsError, MemoryError):
            raise
        except Exception as error:  # stores raise whatever their libraries do
            if number == _TRIES - 1:
                raise OSError(f"tried {_TRIES} times: {error}") from error
            pause = min(_LONGEST, _FIRST * 2**number)
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that workers do not knock at once
    raise AssertionError


def refused(store: Store, error: OSError) -> OutputError:
    """Return what a store that fails for good means to whoever runs the batch."""
    reason = error.strerror or error
    return OutputError(f"{store.uri} cannot be used ({reason}); correct that and run the same command again.")


def _entry(name: str, facts: dict[str, Any]) -> Entry:
    changed = facts.get("LastModified") or facts.get("last_modified") or facts.get("mtime") or 0
    seconds = changed.timestamp() if hasattr(changed, "timestamp") else float(changed)
    tag = str(facts.get("ETag") or facts.get("etag") or facts.get("ino") or "")
    return Entry(name, int(facts.get("size") or 0), round(seconds * 1e9), tag)
