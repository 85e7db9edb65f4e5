"""Memory that large pictures needed is given back: the C library would keep it for the next large one.

Where neither it nor the system can be asked, nothing is done.
"""

import os
from contextlib import suppress
from pathlib import Path

LARGE = 4_000_000
"""Pixels from which on a picture is worth the milliseconds that it takes to give memory back."""

_GROWN = 48 << 20  # bytes of which the same is true

_ARENA_MAX = -8  # M_ARENA_MAX of mallopt(3)


class Memory:
    """Gives back what large pictures needed, once they are done."""

    def __init__(self) -> None:
        self._usual = 0

    def give_back(self) -> None:
        """Have the C library give back what is free, if this process has grown."""
        if resident() > self._usual + _GROWN:
            trim()
            self._usual = resident()


def resident() -> int:
    """Return how many bytes of memory this process has; 0 if nobody knows."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def trim() -> None:
    """Give what is free back to the system, where the C library can (glibc)."""
    with suppress(AttributeError, OSError, TypeError):
        import ctypes  # noqa: PLC0415 - rarely needed

        ctypes.CDLL(None).malloc_trim(0)


def share_arena() -> None:
    """Have all threads take memory from one place; each one's own would keep what they free (glibc)."""
    with suppress(AttributeError, OSError, TypeError):
        import ctypes  # noqa: PLC0415 - rarely needed

        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
