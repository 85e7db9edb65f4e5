"""A difference between a result and its scan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a result differs from its scan.

    Attributes:
        check: which of `CHECKS` failed, for programs.
        sentence: what differs, and where; begins in small letters and has no full stop.
    """

    check: str
    sentence: str
