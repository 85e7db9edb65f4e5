"""A film, or a shot of it, coloured into segments of a work folder.

film ─decode─▶ Y ─▶ keys ─paint─▶ their chroma ─carry─▶ that of all ─enlarge─▶ U, V ─encode─▶ segments
              └──────────────────────────── Y, untouched ──────────────────────────▲
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic

from vermilion.film.chroma import ChromaPlanes
from vermilion.film.media import Encoder, FilmFacts, Known, Layout, Luma, print_of, read_luma
from vermilion.film.motion import AHEAD, hold
from vermilion.film.options import FilmOptions
from vermilion.film.paint import FrameForm, KeyPainter
from vermilion.film.pipeline import Colored, Pipeline
from vermilion.film.shots import Shot, Shown
from vermilion.film.steering import Span, make_steering
from vermilion.film.work_folder import Left, Stretch
from vermilion.painter import Painter
from vermilion.work import Work

SEGMENT = 256
"""Frames from which a segment may end."""

_LOOKED_AT = 2 * AHEAD  # frames before one, that tell whether it begins a shot


@dataclass(frozen=True, slots=True)
class Job:
    """One film on its way.

    Attributes:
        painter: what paints key frames.
        facts: of the film.
        written: the layout of what is written.
        options: what was asked.
        work: gets progress reports.
        notes: sentences that the user should know; more are added on the way.
    """

    painter: Painter
    facts: FilmFacts
    written: Layout
    options: FilmOptions
    work: Work
    notes: list[str]

    @property
    def form(self) -> FrameForm:
        """What its frames are."""
        facts = self.facts
        return FrameForm(facts.layout, facts.matrix, Shown(facts.size, float(facts.aspect), facts.turns))

    @property
    def short_side(self) -> int:
        """Pixels at which the network looks."""
        return self.options.size or self.painter.card.working_size

    @property
    def total(self) -> int:
        """About how many frames will be coloured."""
        options, facts = self.options, self.facts
        length = (options.end or facts.seconds) - options.start
        return max(1, round(facts.frames * min(1.0, length / max(facts.seconds, 1e-9))))


@dataclass(frozen=True, slots=True)
class Piece:
    """What one stretch shows: a shot of a list, or the whole film if ``shot`` is None.

    Attributes:
        span: of the film.
        stretch: where its segments are.
        shot: what is said of it.
        number: of the shot, from 0.
    """

    span: Span
    stretch: Stretch
    shot: Shot | None = None
    number: int = 0


@dataclass(slots=True)
class Progress:
    """Reports the progress of a film.

    Attributes:
        job: the film.
        done: frames that were there already.
        coloured: frames since.
    """

    job: Job
    done: int
    coloured: int = 0
    _began: float = 0.0

    def __post_init__(self) -> None:
        self._began = monotonic()

    def watched(self, frames: Iterator[Colored], shot: int) -> Iterator[Colored]:
        """Yield frames, and report progress."""
        total = self.job.total
        for colored in frames:
            yield colored
            self.coloured += 1
            if colored.after is None:
                continue
            number = self.done + self.coloured
            rate = self.coloured / max(monotonic() - self._began, 1e-9)
            left = max(0, round((total - number) / max(rate, 1e-9)))
            text = (
                f"frame {number} of {total}, shot {shot + colored.held.shot + 1}, {rate:.1f} frames/s, "
                f"{left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left"
            )
            self.job.work.report(text, min(1.0, number / total))


def color_piece(job: Job, piece: Piece, progress: Progress) -> None:
    """Colour what is missing of a piece."""
    stretch, span = piece.stretch, piece.span
    if stretch.is_finished:
        return
    state, left = stretch.last_state(), stretch.last_left()
    known = left.known
    pipeline = Pipeline(_key_painter(job, piece), state, job.work)
    note = _Notes(job, left.notes)
    luma = read_luma(
        job.facts, start=span.start, end=span.end, deinterlace=span.deinterlace, note=note.add, known=known
    )
    after = (len(known.shown), state.mark) if known and state and state.mark else None
    latest = deque[Luma](maxlen=_LOOKED_AT)
    again = _passed_on(luma, state.frames if state else 0, latest)
    held = hold(again, job.facts.layout, cut=piece.shot is None, after=after)
    planes = ChromaPlanes(job.facts.size, job.facts.layout, job.written, job.facts.matrix)
    with ExitStack() as stack:
        part, shown = stretch.begin(), list[int]()
        encoder: Encoder | None = None
        for colored in progress.watched(pipeline.run(held), piece.number):
            if encoder is None:
                part, shown = stretch.begin(), []
                encoder = stack.enter_context(Encoder(part, job.facts, job.written, job.options.encode))
            frame = colored.held.luma
            chroma = planes.of(colored.cbcr, colored.held.small, colored.held.luma_for(planes.size))
            encoder.write(frame.codes, chroma, frame.pts)
            shown.append(frame.pts)
            latest.append(frame)
            if colored.after is not None and (len(shown) >= SEGMENT or colored.last):
                stack.close()
                encoder = None
                stretch.commit(part, colored.after, shown, Left(_known(latest), tuple(note.said)))
    stretch.finish(pipeline.shots)


def _passed_on(frames: Iterator[Luma], done: int, latest: deque[Luma]) -> Iterator[Luma]:
    """Yield frames, and keep those that were done before."""
    for frame in frames:
        if frame.number < done:
            latest.append(frame)
        yield frame


class _Notes:
    """Adds to the notes of a job what is said of a piece, once."""

    def __init__(self, job: Job, said: Sequence[str]) -> None:
        self._job, self.said = job, list[str]()
        for text in said:
            self.add(text)

    def add(self, text: str) -> None:
        if text not in self.said:
            self.said.append(text)
            self._job.notes.append(text)


def _known(frames: Sequence[Luma]) -> Known:
    shown = tuple(frame.pts for frame in frames)
    return Known(frames[0].number, shown, tuple(print_of(frame.codes) for frame in frames))


def _key_painter(job: Job, piece: Piece) -> KeyPainter:
    form, controls, steering = job.form, job.options.controls, None
    if piece.shot is not None:
        controls = piece.shot.over(controls)
        steering = make_steering(job.facts, form.shown, piece.span, piece.shot.frames)
    return KeyPainter(job.painter, form, job.short_side, controls, steering)
