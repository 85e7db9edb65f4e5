r"""not-done.txt: the failures of a run, as a text for people and as an input for the next run.

    # /home/me/shoebox/1931/gate.jpg is damaged or cut off; copy or scan it again.
    /home/me/shoebox/./1931/gate.jpg

What follows ``/./`` is mirrored in the folder of the results. In names, ``\\`` stands for ``\`` and ``\n``
for the end of a line.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from vermilion.errors import OutputError, SettingsError
from vermilion.outputs import Done, Failed, Outcome, Skipped, make_folder
from vermilion.pictures import publish

NOT_DONE = "not-done.txt"
"""What the list is called in the folder of the results."""

_HEAD = "# What vermilion did not colour. To try again, give this file as PATH."
_HERE = "/./"
_LARGEST = 64 * 2**20  # bytes; a million long paths


@dataclass(frozen=True, slots=True)
class Listed:
    """A picture or a folder in a list, and the folder that its place in a mirrored tree is counted from."""

    path: Path
    root: Path | None = None


@dataclass(slots=True)
class NotDone:
    """The list of a run; what an earlier one listed stays in it until it is tried again.

    Attributes:
        file: the list, or None for none.
    """

    file: Path | None
    _failed: list[Failed] = field(default_factory=list)
    _tried: set[str] = field(default_factory=set)

    def check(self) -> None:
        """Refuse a file that is no list of ours, before anything is done.

        Raises:
            OutputError: it is not.
        """
        if self.file is not None and os.path.lexists(self.file) and not is_list(self.file):
            raise OutputError(
                f"{self.file} exists and is not a list that vermilion wrote; move it away, "
                "or name another: --not-done."
            )

    def add(self, outcome: Outcome) -> None:
        """Remember what became of a picture."""
        if self.file is None:
            return
        if isinstance(outcome, Failed) and outcome.root is not None:
            self._failed.append(replace(outcome, trace=()))
        if isinstance(outcome, Done | Skipped | Failed):
            self._tried.add(os.path.abspath(outcome.source))  # noqa: PTH100 - links must stay

    def write(self) -> int:
        """Write the list; without anything in it, there is none.

        Returns:
            How many entries it has.

        Raises:
            OutputError: it cannot be written.
        """
        if self.file is None:
            return 0
        earlier = _blocks(self.file) if self.file.exists() else []
        kept = [block for line, block in earlier if os.path.abspath(_parse(line).path) not in self._tried]  # noqa: PTH100
        failed = {_line(each): each for each in self._failed}
        blocks = [*kept, *(f"# {_escape(each.reason)}\n{line}\n" for line, each in failed.items())]
        if not blocks:
            self.file.unlink(missing_ok=True)
            return 0
        make_folder(self.file.parent)
        text = "\n".join([f"{_HEAD}\n", *blocks])
        publish([text.encode("utf-8", "surrogateescape")], self.file, overwrite=True)
        return len(blocks)


def is_list(path: Path) -> bool:
    """Whether a file is a list as ``NotDone`` writes it."""
    if path.suffix.lower() != ".txt":
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD.encode()
    except OSError:
        return False


def read_list(path: Path) -> Iterable[Listed]:
    """Return what a list names.

    Raises:
        SettingsError: it is too large for one.
        OSError: it cannot be read.
    """
    return [_parse(line) for line, _ in _blocks(path)]


def _blocks(path: Path) -> list[tuple[str, str]]:
    """The entries of a list: the line with the path, and all lines that belong to it."""
    if path.stat().st_size > _LARGEST:
        raise SettingsError(f"{path} is too large for a list of pictures; name the pictures' folder.")
    blocks, remarks = [], ""
    for line in path.read_bytes().decode("utf-8", "surrogateescape").split("\n"):
        if line.startswith("#"):
            remarks += "" if line == _HEAD else f"{line}\n"
        elif line.strip():
            blocks.append((line, f"{remarks}{line}\n"))
            remarks = ""
    return blocks


def _line(failed: Failed) -> str:
    """The path of what failed, with the mark at which its place in a mirrored tree begins."""
    source, root = (os.path.abspath(path) for path in (failed.source, failed.root or failed.source.parent))  # noqa: PTH100
    if not Path(source).is_relative_to(root):
        return _escape(source)
    below = Path(source).relative_to(root).as_posix()
    return _escape(f"{Path(root).as_posix().rstrip('/')}{_HERE}{below}")


def _parse(line: str) -> Listed:
    text = _unescape(line)
    root, here, below = text.partition(_HERE)
    mirrored = here and ".." not in Path(below).parts  # which would lead out of the folder of the results
    return Listed(Path(text), Path(root or "/") if mirrored else None)


def _escape(text: str) -> str:
    if os.sep == "\\":  # where a backslash parts folders, and no name holds the end of a line
        return text.replace("\n", " ")
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _unescape(text: str) -> str:
    if os.sep == "\\":
        return text
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)
