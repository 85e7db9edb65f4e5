"""Frames at the sizes at which they are compared: for cuts, for motion, and for carrying chroma."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.film.media import Layout, Luma
from vermilion.film.media.layout import Codes
from vermilion.film.motion.cuts import small_of, with_cuts
from vermilion.film.motion.steps import Motion, Step, is_still, motion_size

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

KEY_EVERY = 8
"""Frames from one key frame to the next, not counting those that repeat the one before.

Where the step to it can be trusted nearly everywhere, every second of them is left out.
"""


_NEARLY_ALL = 0.97  # of a frame


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """What is known after a frame, so that shots and keys are found behind it as if nothing had happened.

    Attributes:
        shot: number of the frame's shot, from 0.
        since: frames from the beginning of that shot to it.
        moving: frames of the shot up to it that do not repeat the one before.
        shown: the last of these, uint8 [H,W] at ``motion_size``.
    """

    shot: int
    since: int
    moving: int
    shown: Bytes


@dataclass(slots=True, eq=False)
class Held:
    """A frame that waits for those after it.

    Attributes:
        luma: its own, full size.
        motion: uint8 [H,W] at ``motion_size``.
        tiny: float32 [36,64] in levels.
        shot: number of its shot, from 0.
        begins: whether it begins that.
        still: whether it shows the same as the frame before.
        key: whether the network paints it.
        spare: whether it is a key that may be left out.
        step: from the frame before; None until ``find_step``, and where nothing moves.
        small: float32 [h,w] in 0..1, on the grid on which chroma is carried, half as fine as ``motion``.
        mark: what is known after it; None until its shot is found.
        halved: its luma at half the size; None where that is not met on the way to the others.
    """

    luma: Luma
    motion: Bytes
    tiny: Floats
    shot: int = 0
    begins: bool = False
    still: bool = False
    key: bool = False
    spare: bool = False
    step: Step | None = None
    small: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    mark: Mark | None = None
    halved: Codes | None = None

    def luma_for(self, size: tuple[int, int]) -> Codes:
        """Return its luma at a size, where that is at hand; else at its own."""
        return self.halved if self.halved is not None and self.halved.shape == size else self.luma.codes

    def find_step(self, motion: Motion, before: "Held") -> None:
        """Find how its places moved from the frame before, unless that is known."""
        if self.step is None and not self.still and not self.begins:
            self.step = motion.step(before.motion, self.motion)
            if self.spare and self.step.trusted > _NEARLY_ALL:
                self.key = False


def hold(
    frames: Iterable[Luma], layout: Layout, *, cut: bool = True, after: tuple[int, Mark] | None = None
) -> Iterator[Held]:
    """Yield frames with their shots and keys found.

    Args:
        frames: in order.
        layout: of their luma.
        cut: whether to look for shots; without, all of them are one.
        after: how many of the frames were held before, and what was known after the last of them.
    """
    decided, known = after or (0, None)
    shot, since, moving = (known.shot, known.since, known.moving) if known else (-1, 0, 0)
    last = known.shown if known else None
    small = (reduced(frame, layout) for frame in frames)
    marked = (
        with_cuts(small, lambda held: held.tiny, decided, since)
        if cut
        else zip(small, _first_alone(decided), strict=False)
    )
    for number, (held, begins) in enumerate(marked):
        held.begins, held.shot = begins, shot + begins
        if number < decided:
            yield held
            continue
        shot, since = held.shot, 0 if begins else since + 1
        if begins:
            moving, last = 0, None
        held.still = last is not None and is_still(last, held.motion)
        if not held.still:
            held.key = moving % KEY_EVERY == 0
            held.spare = moving % (2 * KEY_EVERY) == KEY_EVERY
            moving, last = moving + 1, held.motion
        held.mark = Mark(shot, since, moving, held.motion if last is None else last)
        yield held


def _first_alone(decided: int) -> Iterator[bool]:
    yield not decided
    yield from repeat(False)


def reduced(luma: Luma, layout: Layout) -> Held:
    """Return a frame at the sizes at which it is compared with others."""
    size = motion_size(luma.codes.shape)
    codes, halved = luma.codes, None
    while codes.shape[0] >= 2 * size[0] and codes.shape[0] % 2 == 0 and codes.shape[1] % 2 == 0:
        codes = _resized(codes, (codes.shape[0] // 2, codes.shape[1] // 2))
        halved = codes if halved is None else halved
    if codes.shape != size:
        codes = _resized(codes, size)
    motion = codes.astype(np.uint8) if layout.depth == 8 else (codes >> (layout.depth - 8)).astype(np.uint8)
    small = _resized(codes, (size[0] // 2, size[1] // 2))
    return Held(luma, motion, small_of(motion), small=layout.unit(small), halved=halved)


def _resized(codes: Codes, size: tuple[int, int]) -> Codes:
    shrinks = codes.shape[0] >= size[0]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(codes, size[::-1], interpolation=way), codes.dtype)
