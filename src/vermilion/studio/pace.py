"""How fast pictures of a job are done of late, and how long the others will take."""

import time
from collections import deque
from collections.abc import Callable

_LATELY = 50  # pictures that the rate is taken from
_LEAST = 3  # before that many, nobody knows


class Pace:
    """Counts pictures of one run.

    Args:
        left: how many are to be done.
        clock: gives seconds.
    """

    def __init__(self, left: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._left = left
        self._clock = clock
        self._times = deque([clock()], _LATELY + 1)

    def step(self, *, took_time: bool = True) -> None:
        """Count a picture; one that a killed run had finished took no time."""
        self._left = max(0, self._left - 1)
        if took_time:
            self._times.append(self._clock())

    @property
    def rate(self) -> float:
        """Pictures a second; 0 if too few are done to tell."""
        seconds = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / seconds if len(self._times) > _LEAST and seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until all are done at this rate; None if nobody knows."""
        return self._left / self.rate if self.rate else None
