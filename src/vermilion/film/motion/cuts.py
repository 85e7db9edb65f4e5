"""Cuts, found in frames of 64 × 36: hard ones, dissolves and fades through black, but not flashes.

A frame is compared with the one before it, and with those after a flash would have ended.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
T = TypeVar("T")

SIZE = (64, 36)  # width and height
AHEAD = 8
"""Frames that are looked at before it is said whether one begins a shot."""

_JUMP = 18.0  # levels of 255, of mean difference, from which a frame may begin a shot
_ABOVE = 3.0  # times the usual difference of the frames around it
_SAME = 0.5  # of a jump: as near a frame must come to that before it for the jump to be a flash
_FLASH = 3  # frames that one may last
_BLANK = 3.0  # levels of spread below which a frame is blank
_DARK = 64.0  # levels, of mean, below which a blank frame ends a fade; a white one may be a flash
_MIXED = 22.0  # levels of difference of frames 2 · AHEAD apart, from which there may be a dissolve
_MEAN = 0.2  # of it, by which the frame between may differ from the mean of both
_STEADY = 0.35  # of it, that no single step of a dissolve makes


def small_of(luma: Bytes) -> Floats:
    """Return luma [H,W] at 64 × 36, float32 in levels."""
    small = cv2.resize(luma, SIZE, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


def with_cuts(
    frames: Iterable[T], small: Callable[[T], Floats], decided: int = 0, since: int = 0
) -> Iterator[tuple[T, bool]]:
    """Yield frames, each with whether it begins a shot; the first does.

    Args:
        frames: in order.
        small: gives a frame's luma from ``small_of``.
        decided: how many of them were decided on before, and are only there for those after them.
        since: frames since the last cut, at the last of these.
    """
    held: deque[T] = deque()
    seen: deque[Floats] = deque(
        maxlen=2 * AHEAD + 1
    )  # up to the newest; the one decided on is AHEAD before it
    told = 0

    def decide(position: int) -> bool:
        nonlocal since, told
        told += 1
        if told <= decided:
            return False
        since += 1
        if told == 1 or begins_shot(list(seen), position, since):
            since = 0
            return True
        return False

    for frame in frames:
        held.append(frame)
        seen.append(small(frame))
        if len(held) > AHEAD:
            yield held.popleft(), decide(len(seen) - 1 - AHEAD)
    while held:
        yield held[0], decide(len(seen) - len(held))
        held.popleft()


def begins_shot(seen: list[Floats], at: int, since: int) -> bool:
    """Return whether a frame begins a shot.

    Args:
        seen: frames from ``small_of``, at most ``AHEAD`` before and after it.
        at: which of them it is.
        since: frames since the last cut.
    """
    if at == 0:
        return False
    before, here = seen[at - 1], seen[at]
    if before.std() < _BLANK <= here.std() and before.mean() < _DARK:
        return True
    jump = _distance(before, here)
    steps = [_distance(one, other) for one, other in pairwise(seen)]
    others = steps[max(0, at - 5) : at - 1] + steps[at : at + 4]
    usual = float(np.median(others)) if others else 0.0
    if jump >= _JUMP and jump >= _ABOVE * usual:
        return not _is_flash(seen, at, jump)
    return since > AHEAD and _is_dissolve(seen, at, steps)


def _is_flash(seen: list[Floats], at: int, jump: float) -> bool:
    """Return whether a jump leads into a flash, or out of one."""
    into = any(_distance(seen[at - 1], later) < _SAME * jump for later in seen[at + 1 : at + 1 + _FLASH])
    out = any(
        _distance(earlier, seen[at]) < _SAME * jump for earlier in seen[max(0, at - 1 - _FLASH) : at - 1]
    )
    return into or out


def _is_dissolve(seen: list[Floats], at: int, steps: list[float]) -> bool:
    """Return whether a frame is the mean of those some time before and after it, which differ."""
    if at < AHEAD or at + AHEAD >= len(seen):
        return False
    first, middle, last = seen[at - AHEAD], seen[at], seen[at + AHEAD]
    apart = _distance(first, last)
    if apart < _MIXED or max(steps) > _STEADY * apart or min(first.std(), last.std()) < 4 * _BLANK:
        return False
    return _distance(middle, (first + last) / 2) < _MEAN * apart


def _distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.abs(one - other).mean())
