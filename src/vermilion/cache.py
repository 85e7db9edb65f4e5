"""A bounded cache: the least recently used values go first, and each is computed by one thread only."""

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
Key = tuple[Hashable, ...]

DEFAULT_LIMIT = 256 * 2**20
"""Bytes that a ``Cache`` holds by default."""

_LEAST = 256  # bytes that any value counts, for the key and the bookkeeping


@dataclass(slots=True)
class _Gate:
    """The lock of one key, and how many threads hold or await it."""

    lock: Lock = field(default_factory=Lock)
    users: int = 0


class Cache:
    """Values by key, at most ``limit`` bytes of them. Safe to use from several threads.

    The first part of a key names its owner, so that everything of one owner can be dropped at once.

    Args:
        limit: bytes, as ``size_of`` counts them; a larger value is returned but not kept.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self.limit = limit
        self._values: OrderedDict[Key, tuple[Any, int]] = OrderedDict()
        self._gates: dict[Key, _Gate] = {}
        self._lock = Lock()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """The size of all values together."""
        return self._bytes

    def __len__(self) -> int:
        """How many values are held."""
        return len(self._values)

    def get(self, key: Key, make: Callable[[], T]) -> T:
        """Return the value of a key, computed by ``make`` if it is not held.

        Threads that ask for the same key wait for the first; other keys are not held up. What ``make``
        raises is raised, and nothing is kept.
        """
        found, value = self._find(key)
        if found:
            return value  # type: ignore[no-any-return] # a key always holds the same type
        with self._gate(key):
            found, value = self._find(key)
            if not found:
                value = make()
                self._keep(key, value)
        return value  # type: ignore[no-any-return]

    def drop(self, owner: Hashable) -> None:
        """Forget everything whose key begins with ``owner``."""
        with self._lock:
            for key in [key for key in self._values if key[0] == owner]:
                self._bytes -= self._values.pop(key)[1]

    def _find(self, key: Key) -> tuple[bool, Any]:
        with self._lock:
            if key not in self._values:
                return False, None
            self._values.move_to_end(key)
            return True, self._values[key][0]

    def _keep(self, key: Key, value: object) -> None:
        size = size_of(value)
        with self._lock:
            if size > self.limit:
                return
            self._values[key] = value, size
            self._bytes += size
            while self._bytes > self.limit:
                self._bytes -= self._values.popitem(last=False)[1][1]

    @contextmanager
    def _gate(self, key: Key) -> "Iterator[None]":
        """Let one thread at a time pass for a key; the gate goes with its last user."""
        with self._lock:
            gate = self._gates.setdefault(key, _Gate())
            gate.users += 1
        try:
            with gate.lock:
                yield
        finally:
            with self._lock:
                gate.users -= 1
                if not gate.users:
                    del self._gates[key]


def size_of(value: object) -> int:
    """Return about how many bytes a value takes: arrays and bytes, and what containers hold of them."""
    return _LEAST + _content(value)


def _content(value: object) -> int:
    own = getattr(value, "nbytes", None)
    if isinstance(own, int):
        return own
    if isinstance(value, bytes | str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(size_of(part) for part in value.values())
    if isinstance(value, tuple | list):
        return sum(size_of(part) for part in value)
    if dataclasses.is_dataclass(value):
        return sum(_content(getattr(value, entry.name)) for entry in dataclasses.fields(value))
    return 0
