"""Measures what the seconds of a training are spent on."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Spent:
    """Seconds by what they were spent on; what is measured inside something else counts there alone."""

    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    _inside: list[float] = field(default_factory=list)  # seconds of the parts of each open stretch

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Count the seconds of a `with` block."""
        began = self.clock()
        self._inside.append(0.0)
        try:
            yield
        finally:
            whole = self.clock() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + whole - self._inside.pop()
            if self._inside:
                self._inside[-1] += whole
