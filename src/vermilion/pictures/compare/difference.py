"""What is said of a result that is not as it had to be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of a result that is not that of its scan.

    Attributes:
        check: which of `CHECKS` failed, for programs.
        sentence: what differs, and where; begins in small letters and has no full stop.
    """

    check: str
    sentence: str
