"""Frames in, frames with chroma out: a bounded number of them in flight.

frames ─▶ shots, keys ─▶ [ 32 frames │ 8 ahead ] ─▶ keys painted ─▶ carried forward and backward ─▶ 32 out
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.film.motion import Held, Mark, Motion, backward, chroma_of, forward, wants_painting
from vermilion.film.paint import KeyFrame, KeyPainter, ShotView, find_view
from vermilion.film.places import Place, recalled, remembered
from vermilion.work import UNWATCHED, Work

Floats = NDArray[np.float32]

CHUNK = 32
"""Frames that are finished at a time."""

_ROUNDS = 3  # in which frames that nothing reached are painted
_RUN = 6  # of them that one painting may serve

AHEAD = 8
"""Frames after them, whose keys are carried back."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The state between two frames of a film: enough to continue there as if nothing had happened.

    Attributes:
        frames: how many are finished.
        sums: what has come to the last of them, float32 [h,w,3]; None at the end of a shot.
        view: of the shot; None at its end.
        places: the ends of the last shots, the newest last.
        keys: chroma · weight, weight [h,w,3] of frames that are painted and not finished, by their numbers.
        mark: what is known of shots after the last of them; None before the first.
    """

    frames: int = 0
    sums: Floats | None = None
    view: ShotView | None = None
    keys: Mapping[int, Floats] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Colored:
    """A frame and its chroma.

    Attributes:
        held: the frame.
        cbcr: float32 [h,w,2], in the film's matrix, on the grid of ``held.small``.
        after: what is known after it, where work may be resumed; None elsewhere.
        last: whether it is the film's last.
    """

    held: Held
    cbcr: Floats
    after: State | None = None
    last: bool = False


def middles_of(places: Sequence[int]) -> list[int]:
    """Return the middle of each run of neighbouring numbers, and more of long runs."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place - runs[-1][-1] == 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    chosen = []
    for run in runs:
        count = -(-len(run) // _RUN)
        chosen += [run[int((part + 0.5) * len(run) / count)] for part in range(count)]
    return chosen


class Pipeline:
    """Colours frames one after the other; ``shots`` counts the shots up to the last one read.

    Args:
        painter: paints key frames.
        state: what was known when an earlier run ended.
        work: is asked whether to stop before each batch of key frames.
    """

    def __init__(self, painter: KeyPainter, state: State | None = None, work: Work = UNWATCHED) -> None:
        self._painter, self._work, self._motion = painter, work, Motion()
        self._state = state or State()
        self._buffer: list[Held] = []
        self._before: Held | None = None
        self.shots = 0

    def run(self, frames: Iterable[Held]) -> Iterator[Colored]:
        """Yield the frames that were not finished yet."""
        for held in frames:
            self.shots = held.shot + 1
            if held.luma.number < self._state.frames:
                self._before = held
                continue
            if held.begins:
                yield from self._finish(len(self._buffer), ended=True)
            self._buffer.append(held)
            if len(self._buffer) >= CHUNK + AHEAD:
                yield from self._finish(CHUNK, ended=False)
        final: Colored | None = None
        for colored in self._finish(len(self._buffer), ended=True):
            if final is not None:
                yield final
            final = colored
        if final is not None:
            yield replace(final, last=True)

    def _finish(self, count: int, *, ended: bool) -> Iterator[Colored]:
        """Yield the first frames of the buffer; the rest was looked at, too."""
        if not self._buffer:
            return
        self._work.check()
        for before, held in zip([self._before, *self._buffer], self._buffer, strict=False):
            if before is not None:
                held.find_step(self._motion, before)
        size = self._buffer[0].small.shape[0], self._buffer[0].small.shape[1]
        if self._state.view is None:
            view = find_view([held.small for held in self._buffer])
            known = recalled(self._state.places, self._buffer[0], self._motion)
            self._state = replace(self._state, view=view, sums=known)
        keys = self._painted([held for held in self._buffer if held.key], dict(self._state.keys))
        ahead, behind = self._sums(keys, size)
        for _ in range(_ROUNDS):
            poor = [
                place
                for place, held in enumerate(self._buffer[:count])
                if held.luma.number not in keys
                and not held.still
                and wants_painting(ahead[place] + behind[place])
            ]
            if not poor:
                break
            keys = self._painted([self._buffer[place] for place in middles_of(poor)], keys)
            ahead, behind = self._sums(keys, size)
        yield from self._out(count, ahead, behind, keys, ended=ended)

    def _out(
        self,
        count: int,
        ahead: list[Floats],
        behind: list[Floats],
        keys: dict[int, Floats],
        *,
        ended: bool,
    ) -> Iterator[Colored]:
        done, self._buffer = self._buffer[:count], self._buffer[count:]
        self._before = done[-1]
        number = done[-1].luma.number + 1
        left = {key: chroma for key, chroma in keys.items() if key >= number}
        view, places = None if ended else self._state.view, self._state.places
        if ended:
            places = remembered(places, done[-1], chroma_of(ahead[count - 1] + behind[count - 1]))
        self._state = State(number, None if ended else ahead[count - 1], view, left, places, done[-1].mark)
        for place, held in enumerate(done):
            after = self._state if held is done[-1] else None
            yield Colored(held, chroma_of(ahead[place] + behind[place]), after)
            held.step = None

    def _sums(self, keys: dict[int, Floats], size: tuple[int, int]) -> tuple[list[Floats], list[Floats]]:
        first = self._buffer[0].luma.number
        own = {number - first: chroma for number, chroma in keys.items()}
        steps = [held.step for held in self._buffer]
        return forward(self._state.sums, steps, own, size), backward(steps, own, size)

    def _painted(self, wanted: list[Held], keys: dict[int, Floats]) -> dict[int, Floats]:
        """Return what was painted of key frames, with that of wanted ones that had none."""
        new = [held for held in wanted if held.luma.number not in keys]
        if not new:
            return keys
        view = self._state.view or ShotView()
        frames = [KeyFrame(held.luma.number, held.luma.codes, held.small) for held in new]
        painted = self._painter.paint(frames, view)
        return keys | {held.luma.number: chroma for held, chroma in zip(new, painted, strict=True)}
