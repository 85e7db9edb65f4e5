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

from vermilion.archive.cluster.store import Store
from vermilion.errors import OutputError

LEASE = ".vermilion-lease"
EVERY = 5.0
"""Seconds between two signs of life."""

PATIENCE = 4
"""So many of these intervals without a sign mean that the holder is dead."""


@contextmanager
def leased(store: Store, every: float = EVERY) -> Iterator[None]:
    """Hold the lease of a folder.

    Args:
        store: the folder.
        every: seconds between two signs of life.

    Raises:
        OutputError: another run holds it.
    """
    own = os.urandom(8).hex()
    if not store.create(LEASE, _sign(own, 0)):
        _wait_for_death(store, every)
        store.write(LEASE, _sign(own, 0))
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(store, own, every, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        with suppress(OSError):  # the next run waits and takes it over
            store.remove(LEASE)


def _sign(own: str, number: int) -> bytes:
    return f"{own} {number}\n".encode()


def _keep(store: Store, own: str, every: float, ended: threading.Event) -> None:
    number = 0
    while not ended.wait(every):
        number += 1
        with suppress(OSError):
            store.write(LEASE, _sign(own, number))


def _wait_for_death(store: Store, every: float) -> None:
    first = store.read(LEASE)
    deadline = time.monotonic() + PATIENCE * every
    while first is not None and time.monotonic() < deadline:
        time.sleep(every / 2)
        now = store.read(LEASE)
        if now is None:
            return
        if now != first:
            raise OutputError(
                f"Another run works in {store.uri}; wait until it has ended, or choose another folder "
                "with -o."
            )
