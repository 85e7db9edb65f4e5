"""Frames of a film, in order, as planes of luma."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self, cast

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vermilion.errors import FilmError
from vermilion.film.media.facts import FilmFacts, video_stream
from vermilion.film.media.layout import Codes, Layout, is_planar

_EARLIER = (1.0, 20.0)  # seconds before a frame at which it is looked up: beyond the key frame before it, too


@dataclass(frozen=True, slots=True, eq=False)
class Luma:
    """One frame.

    Attributes:
        number: of the frame in what is coloured, from 0.
        pts: when it is shown, in ticks.
        seconds: the same from the beginning of the film.
        codes: its luma [H,W], not to be changed.
    """

    number: int
    pts: int
    seconds: float
    codes: Codes


@dataclass(frozen=True, slots=True)
class Known:
    """Frames that were read before.

    Attributes:
        number: of the first of them.
        shown: when each is shown, in ticks.
        prints: a checksum of each one's luma, from ``print_of``.
    """

    number: int
    shown: tuple[int, ...]
    prints: tuple[int, ...]

    def are(self, frames: Sequence[Luma]) -> bool:
        """Whether frames are these."""
        shown = tuple(frame.pts for frame in frames)
        return shown == self.shown and tuple(print_of(frame.codes) for frame in frames) == self.prints


def print_of(codes: Codes) -> int:
    """Return a checksum of luma."""
    return zlib.crc32(np.ascontiguousarray(codes).data)


def read_luma(
    facts: FilmFacts,
    *,
    start: float = 0.0,
    end: float | None = None,
    deinterlace: bool = False,
    note: Callable[[str], None] = lambda _: None,
    known: Known | None = None,
) -> Iterator[Luma]:
    """Yield the frames of a film; damaged ones are reported to ``note`` and left out.

    Args:
        facts: of the film.
        start: seconds from its beginning.
        end: seconds at which to stop; None for its end.
        deinterlace: whether to make each frame of its fields, with bwdif.
        note: takes a sentence.
        known: frames that were read before, from the first of which frames are yielded. They are looked up;
            where what is found there differs, all is read from the start, so that nothing depends on it.

    Raises:
        FilmError: the size of the frames changes.
    """
    if known is None:
        with _Reader(facts, end, note, deinterlace=deinterlace) as reader:
            yield from reader.frames(start)
        return
    for earlier in _EARLIER:
        said = list[str]()
        with _Reader(facts, end, said.append, deinterlace=deinterlace) as reader:
            frames = reader.again(known, earlier)
            first = list(islice(frames, len(known.shown)))
            if known.are(first):
                for text in said:
                    note(text)
                reader.note = note
                yield from first
                yield from frames
                return
    with _Reader(facts, end, note, deinterlace=deinterlace) as reader:
        yield from (frame for frame in reader.frames(start) if frame.number >= known.number)


class _Reader:
    """A film that is open for reading."""

    def __init__(
        self, facts: FilmFacts, end: float | None, note: Callable[[str], None], *, deinterlace: bool
    ) -> None:
        self._facts, self._end, self._deinterlace = facts, end, deinterlace
        self.note = note
        self._film = facts.source.open(facts.video)
        self._stream = video_stream(self._film, facts.path)
        self._stream.thread_type = "AUTO"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._film.close()

    def _say(self, text: str) -> None:
        self.note(text)

    def frames(self, start: float) -> Iterator[Luma]:
        """Yield the frames from a time on, in seconds."""
        ticks = self._facts.start + start / float(self._facts.time_base)
        if start > 0:
            self._film.seek(int(ticks), stream=self._stream)
        return self._numbered(ticks - 0.5, 0)

    def again(self, known: Known, earlier: float) -> Iterator[Luma]:
        """Yield the frames from a known one on, looked up some seconds before it; or none."""
        first = known.shown[0]
        try:
            self._film.seek(int(first - earlier / float(self._facts.time_base)), stream=self._stream)
        except av.FFmpegError:
            return iter(())
        return self._numbered(first, known.number, guess=False)

    def _numbered(self, first: float, number: int, *, guess: bool = True) -> Iterator[Luma]:
        """Yield frames, the first of which is shown at a time or after it.

        Args:
            first: the time, in ticks.
            number: of that frame.
            guess: whether to go on where a frame does not say when it is shown.
        """
        facts, last = self._facts, None
        base = float(facts.time_base)
        decoded = _decoded(self._film, self._stream, facts, self._say)
        for frame in _deinterlaced(decoded, self._stream) if self._deinterlace else decoded:
            if frame.pts is None and not guess:
                return
            pts = frame.pts if frame.pts is not None else _next(last, facts)
            if last is not None and pts <= last:
                pts = last + 1
            if pts < first:
                continue
            seconds = (pts - facts.start) * base
            if self._end is not None and seconds >= self._end - base / 2:
                return
            _check_size(frame, facts, seconds)
            yield Luma(number, pts, seconds, plane_of(frame, facts.layout))
            number, last = number + 1, pts


def _next(last: int | None, facts: FilmFacts) -> int:
    return facts.start if last is None else last + max(1, round(1 / (facts.rate * facts.time_base)))


def _decoded(
    film: InputContainer, stream: VideoStream, facts: FilmFacts, note: Callable[[str], None]
) -> Iterator[VideoFrame]:
    told = 0
    packets = film.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.FFmpegError as error:
            note(f"the film cannot be read beyond this place ({error.strerror}); what was read is coloured")
            return
        try:
            yield from packet.decode()
        except av.FFmpegError as error:
            told += 1
            if told <= 20:
                at = 0.0 if packet.pts is None else (packet.pts - facts.start) * float(facts.time_base)
                note(f"damage at {at:.2f} s ({error.strerror}); frames there are left out")


def _deinterlaced(frames: Iterator[VideoFrame], stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield frames made of their fields by FFmpeg's bwdif, as many as there were."""
    graph = av.filter.Graph()
    source = graph.add_buffer(template=stream)
    bwdif = graph.add("bwdif", "mode=send_frame")
    sink = graph.add("buffersink")
    source.link_to(bwdif)
    bwdif.link_to(sink)
    graph.configure()
    for frame in frames:
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: av.filter.Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        if isinstance(frame, VideoFrame):
            yield frame


def _check_size(frame: VideoFrame, facts: FilmFacts, seconds: float) -> None:
    if (frame.height, frame.width) != facts.size or frame.format.name != facts.pix_fmt:
        height, width = facts.size
        raise FilmError(
            f"{facts.path} changes from {width} × {height} {facts.pix_fmt} to {frame.width} × {frame.height} "
            f"{frame.format.name} at {seconds:.2f} s; colour the parts one by one with --from and --to."
        )


def plane_of(frame: VideoFrame, layout: Layout) -> Codes:
    """Return the luma [H,W] of a frame; samples that do not lie in planes are converted first."""
    if not is_planar(frame.format.name):
        frame = frame.reformat(format=layout.format, dst_color_range=2 if layout.full else 1)
    return samples(frame, 0, layout)[: frame.height, : frame.width].copy()


def samples(frame: VideoFrame, plane: int, layout: Layout) -> Codes:
    """Return the samples of a plane of a frame, [H,W], as a view that can be written to."""
    part = frame.planes[plane]
    kind = np.dtype(layout.dtype)
    rows: Codes = np.frombuffer(cast("memoryview", part), kind).reshape(-1, part.line_size // kind.itemsize)
    return rows[: part.height, : part.width]
