"""One run at a time in a store: whoever holds the lease writes it anew every few seconds.

Stores have no locks that end with their holder. So a run that finds a lease waits and looks again: if it has
changed, another run works there; if not, its holder is dead, and the lease is taken over. No two clocks are
compared.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from vermilion.archive.cluster.store import Store
from vermilion.errors import OutputError

LEASE = ".vermilion-lease"
KEEPER = "vermilion-lease"
"""The name of the thread that gives signs of life."""

EVERY = 5.0
"""Seconds between two signs of life."""

PATIENCE = 4
"""So many of these intervals without a sign mean that the holder is dead."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What one run holds.

    Attributes:
        store: the folder.
        own: what tells this run from others.
        lost: set once another run has taken the lease over, as this one gave no sign of life for too long.
    """

    store: Store
    own: str = field(default_factory=lambda: os.urandom(8).hex())
    lost: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Refuse to go on if another run works there by now.

        Raises:
            OutputError: it does.
        """
        if self.lost.is_set():
            raise _other(self.store)

    def write(self, number: int) -> None:
        """Give a sign of life."""
        self.store.write(LEASE, _sign(self.own, number))

    def is_ours(self) -> bool:
        """Whether nobody else has written the lease."""
        return (self.store.read(LEASE) or b"").startswith(self.own.encode())


@contextmanager
def leased(store: Store, every: float | None = None) -> Iterator[Lease]:
    """Hold the lease of a folder.

    Args:
        store: the folder.
        every: seconds between two signs of life; None for the usual ones.

    Raises:
        OutputError: another run holds it.
    """
    every = EVERY if every is None else every
    lease = Lease(store)
    if not store.create(LEASE, _sign(lease.own, 0)):
        _wait_for_death(store, every)
        lease.write(0)
        time.sleep(every / 2)
        if not lease.is_ours():  # two runs have waited, and the other was later
            raise _other(store)
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(lease, every, ended), name=KEEPER, daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        ended.set()
        thread.join()
        if not lease.lost.is_set():
            with suppress(OSError):  # the next run waits and takes it over
                store.remove(LEASE)


def _sign(own: str, number: int) -> bytes:
    return f"{own} {number}\n".encode()


def _other(store: Store) -> OutputError:
    return OutputError(
        f"Another run works in {store.uri}; wait until it has ended, or choose another folder with -o."
    )


def _keep(lease: Lease, every: float, ended: threading.Event) -> None:
    number = 0
    while not ended.wait(every):
        number += 1
        with suppress(OSError):
            if not lease.is_ours():
                lease.lost.set()
                return
            lease.write(number)


def _wait_for_death(store: Store, every: float) -> None:
    first = store.read(LEASE)
    deadline = time.monotonic() + PATIENCE * every
    while first is not None and time.monotonic() < deadline:
        time.sleep(every / 2)
        now = store.read(LEASE)
        if now is None:
            return
        if now != first:
            raise _other(store)
