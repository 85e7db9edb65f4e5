"""What a search finds, and what it leaves alone."""

from dataclasses import dataclass
from pathlib import Path

from vermilion.outputs import Failed, Skipped


@dataclass(frozen=True, slots=True)
class Found:
    """A picture and the folder that its place in a mirrored tree is counted from."""

    path: Path
    root: Path


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


Entry = Found | Skipped | Failed | PassedOver | LeftOut
"""What an input may mean."""
