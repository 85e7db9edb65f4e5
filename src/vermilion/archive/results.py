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
    """

    source: Path
    reason: str
    existing: Path | None = None
    marked: bool = False


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
    """A picture, or a whole folder, that could not be done."""

    source: Path
    reason: str
    error: BaseException | None = None


Outcome = Done | Skipped | Failed
