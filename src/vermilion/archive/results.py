"""What became of each picture."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Done:
    """A picture that was colourised and written.

    Attributes:
        source: the scan.
        target: the result.
        seconds: that it took.
        page: of the scan, counted from 1.
        pages: of the scan.
        other_pages_done: whether every page is done.
        remarks: of the picture: what is left out of it, and hints that could not be followed.
    """

    source: Path
    target: Path
    seconds: float
    page: int = 1
    pages: int = 1
    other_pages_done: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def pages_left_out(self) -> int:
        """How many pages of the scan this run does not do."""
        return 0 if self.other_pages_done else self.pages - 1

    @property
    def note(self) -> str:
        """What a person should know besides success; empty for an ordinary picture."""
        return "; ".join([*self._pages_note, *self.remarks])

    @property
    def _pages_note(self) -> list[str]:
        if self.pages == 1:
            return []
        if self.other_pages_done:
            return [f"page {self.page} of {self.pages}"]
        return [f"page {self.page} of {self.pages} only; --page all takes every page"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture that needed nothing: its result is there already, or it is a result itself.

    Attributes:
        source: the picture.
        reason: why it was left alone.
        existing: the result that is there already, if that is the reason.
        marked: whether the reason is a mark of ours in the picture.
        other_options: whether the existing result was made with other options, or by another model; None
            where no mark tells.
    """

    source: Path
    reason: str
    existing: Path | None = None
    marked: bool = False
    other_options: bool | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder or a file that is not looked at, on purpose.

    Attributes:
        path: the folder or file.
        pattern: of --exclude that it matches; empty for a folder that other programs keep.
    """

    path: Path
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Files in folders that are no pictures which can be read, by their suffix.

    Attributes:
        suffix: in lower case, with its dot; empty for names without one.
        count: of the files.
    """

    suffix: str
    count: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A picture, or a whole folder, that could not be done.

    Attributes:
        source: the picture or folder.
        reason: one sentence.
        trace: where it happened, as formatted: the exception itself would keep the picture in memory.
        root: the folder that the picture's place in a mirrored tree is counted from.
    """

    source: Path
    reason: str
    trace: tuple[str, ...] = ()
    root: Path | None = None


Outcome = Done | Skipped | Failed
