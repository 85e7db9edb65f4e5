"""The outcome of each picture: values that pass between processes and into JSON."""

import traceback
from dataclasses import dataclass
from pathlib import Path

from vermilion.errors import PictureError, VermilionError


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
        """How many pages of the scan this run leaves out."""
        return 0 if self.other_pages_done else self.pages - 1

    @property
    def note(self) -> str:
        """What the user should know besides success; empty for an ordinary picture."""
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
    """A picture that was skipped: its result exists already, or it is a result itself.

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
class Failed:
    """A picture, or a whole folder, that could not be coloured.

    Attributes:
        source: the picture or folder.
        reason: one sentence.
        code: for programs: that of the error (``VermilionError.code``), "memory", "system" for what the
            system refused, or "fault" for a fault of ours.
        trace: where it happened, as formatted: the exception itself would keep the picture in memory.
        root: the folder that the picture's place in a mirrored tree is counted from.
    """

    source: Path
    reason: str
    code: str = PictureError.code
    trace: tuple[str, ...] = ()
    root: Path | None = None


Outcome = Done | Skipped | Failed


def failed_by(error: Exception, source: Path, root: Path | None = None) -> Failed:
    """Turn an error into the outcome of a picture: its sentence, its code and its trace.

    Args:
        error: any; one that is not of our own is reported as what the system refused or as a fault of ours.
        source: the picture.
        root: the folder that the picture's place in a mirrored tree is counted from.
    """
    reason, code = _reason(error, source)
    return Failed(source, reason, code, tuple(traceback.format_exception(error)), root)


def _reason(error: Exception, source: Path) -> tuple[str, str]:
    if isinstance(error, VermilionError):
        return str(error), error.code
    if isinstance(error, MemoryError):
        return f"{source} does not fit into memory; close other programs, or reduce the scan.", "memory"
    if isinstance(error, OSError):
        return (
            f"{source} could not be coloured ({error.strerror or error}); correct that and run again.",
            "system",
        )
    fault = f"{type(error).__name__}: {error}"
    return f"{source} met a fault of vermilion ({fault}); please report it with the output of -v.", "fault"
