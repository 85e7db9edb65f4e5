"""Which parts of a film are coloured, and of which pieces each is made: its shots, where they are known."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from vermilion.film.media import Part
from vermilion.film.segments import Job, Piece
from vermilion.film.steering import Span
from vermilion.film.work_folder import WorkFolder
from vermilion.guidance import controls_to_json

SAMPLE = 20.0
"""Seconds of a sample."""

_PLACES = 5


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds of a film between which it is coloured; ``end`` may be None for its end."""

    start: float
    end: float | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A window and the pieces that it is made of."""

    window: Window
    pieces: Sequence[Piece]

    @property
    def part(self) -> Part:
        """Its segments, once they are there."""
        segments = [
            pair
            for piece in self.pieces
            for pair in zip(piece.stretch.segments, piece.stretch.times(), strict=True)
        ]
        return Part(segments, self.window.start, self.window.end)


def whole_window(job: Job) -> tuple[Window, ...]:
    """Return what is asked for, in one window."""
    return (Window(job.options.start, job.options.end),)


def sample_windows(job: Job) -> tuple[Window, ...]:
    """Return five windows, of twenty seconds together, of what is asked for; all of it if it is short."""
    start, end = job.options.start, job.options.end or job.facts.seconds
    if end - start <= SAMPLE:
        return whole_window(job)
    side = SAMPLE / _PLACES
    middles = [start + (end - start) * (place + 0.5) / _PLACES for place in range(_PLACES)]
    return tuple(Window(middle - side / 2, middle + side / 2) for middle in middles)


def plan_film(job: Job, folder: WorkFolder, windows: Sequence[Window]) -> list[Planned]:
    """Return what is to be coloured."""
    return [Planned(window, list(_pieces(job, folder, window))) for window in windows]


def _pieces(job: Job, folder: WorkFolder, window: Window) -> Iterator[Piece]:
    options = job.options
    controls = controls_to_json(options.controls)
    if options.shots is None:
        span = Span(window.start, window.end, options.deinterlace)
        yield Piece(span, folder.stretch({"span": asdict(span), "controls": controls}))
        return
    shots = options.shots.shots
    begins = [window.start, *(shot.begins for shot in shots[1:])]
    ends = [*(shot.begins for shot in shots[1:]), window.end]
    for number, (shot, begin, end) in enumerate(zip(shots, begins, ends, strict=True)):
        start = max(begin, window.start)
        stop = end if window.end is None or end is None else min(end, window.end)
        if stop is not None and stop <= start:
            continue
        span = Span(start, stop, options.deinterlace)
        said = {"span": asdict(span), "controls": controls, "shot": shot.to_plain()}
        yield Piece(span, folder.stretch(said), shot, number)
