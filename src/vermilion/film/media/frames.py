"""Frames of a film, in order, as planes of luma."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vermilion.errors import FilmError
from vermilion.film.media.facts import FilmFacts, video_stream
from vermilion.film.media.layout import Codes, Layout, is_planar


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


def read_luma(
    facts: FilmFacts,
    *,
    start: float = 0.0,
    end: float | None = None,
    deinterlace: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> Iterator[Luma]:
    """Yield the frames of a film; damaged ones are reported to ``note`` and left out.

    Args:
        facts: of the film.
        start: seconds from its beginning.
        end: seconds at which to stop; None for its end.
        deinterlace: whether to make each frame of its fields, with bwdif.
        note: takes a sentence.

    Raises:
        FilmError: the size of the frames changes.
    """
    number, last = 0, None
    with facts.source.open() as film:
        stream = video_stream(film, facts.path)
        stream.thread_type = "AUTO"
        base = float(facts.time_base)
        if start > 0:
            film.seek(int(facts.start + start / base), stream=stream)
        frames = _decoded(film, stream, facts, note)
        for frame in _deinterlaced(frames, stream) if deinterlace else frames:
            pts = frame.pts if frame.pts is not None else _next(last, facts)
            if last is not None and pts <= last:
                pts = last + 1
            seconds = (pts - facts.start) * base
            if seconds < start - base / 2:
                continue
            if end is not None and seconds >= end - base / 2:
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
