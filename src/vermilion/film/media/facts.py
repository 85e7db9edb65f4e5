"""The facts of a film, checked before any work begins."""

import struct
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vermilion.errors import FilmError
from vermilion.film.media.layout import Layout, layout_of, matrix_of
from vermilion.film.media.source import Source

_COVER = 0x400  # FFmpeg's AV_DISPOSITION_ATTACHED_PIC
_MISSING = 0.02  # of the stated length that may be missing at the end
_SLACK = 1.0  # seconds that may be missing, too
_FIRST_PACKETS = 500  # in which a picture must be found


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """One stream: FFmpeg's ``index``, its ``kind`` ("audio", ...) and the name of its ``codec``."""

    index: int
    kind: str
    codec: str


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film.

    Attributes:
        source: where it comes from.
        container: FFmpeg's name of the format.
        size: height and width in pixels as they are stored.
        pix_fmt: FFmpeg's name of the pixel format.
        layout: how luma is taken from frames.
        aspect: of a pixel, its width to its height.
        rate: frames a second, on average.
        time_base: seconds of one tick.
        start: of the first frame, in ticks.
        frames: how many there are.
        seconds: how long they are shown.
        colors: FFmpeg's numbers of range, matrix, primaries and tone curve, as they are stated.
        rotation: degrees counter-clockwise by which it is shown turned.
        display: the nine numbers of the matrix by which it is shown, if there is one.
        interlaced: whether its frames are made of two fields.
        video: the number of the stream of pictures.
        streams: all of them.
    """

    source: Source
    container: str
    size: tuple[int, int]
    pix_fmt: str
    layout: Layout
    aspect: Fraction
    rate: Fraction
    time_base: Fraction
    start: int
    frames: int
    seconds: float
    colors: tuple[int, int, int, int]
    rotation: int
    display: tuple[int, ...]
    interlaced: bool
    video: int
    streams: tuple[StreamFacts, ...]

    @property
    def path(self) -> Path:
        """Its name."""
        return self.source.path

    @property
    def turns(self) -> int:
        """Quarter turns clockwise that bring its frames upright, 0 to 3."""
        return round(-self.rotation / 90) % 4

    @property
    def matrix(self) -> int:
        """FFmpeg's number of the matrix that makes RGB of its planes."""
        return matrix_of(self.colors[1], self.size[0])


def video_stream(film: InputContainer, path: Path) -> VideoStream:
    """Return the stream of moving pictures; covers are none.

    Raises:
        FilmError: there is none.
    """
    for stream in film.streams.video:
        if not int(stream.disposition) & _COVER:
            return stream
    kinds = ", ".join(sorted({stream.type for stream in film.streams})) or "no stream at all"
    raise FilmError(f"{path} has no moving picture (found: {kinds}); name a film.")


def read_facts(source: Source, *, whole: bool = True) -> FilmFacts:
    """Return the facts of a film.

    Args:
        source: where it comes from.
        whole: whether its end must be there.

    Raises:
        FilmError: it cannot be read, has no picture, or is cut off.
    """
    path = source.path
    with source.open() as film:
        stream = video_stream(film, path)
        length = _Length()
        facts = facts_of(film, stream, _first_frame(film, stream, path, length), source)
        try:
            for packet in film.demux(stream):
                length.add(packet)
        except av.FFmpegError:
            pass  # it ends here, which the length tells
        stated = float(stream.duration * facts.time_base) if stream.duration else (film.duration or 0) / 1e6
    seconds = length.seconds(facts.time_base)
    if whole and stated - seconds > max(_SLACK, _MISSING * stated):
        raise FilmError(
            f"{path} says that it lasts {stated:.1f} s and ends after {seconds:.1f} s; copy it again, or "
            f"colour what is there with --to {seconds:.1f}."
        )
    return replace(facts, frames=length.frames, seconds=seconds)


class _Length:
    """What the packets of a stream say of its length."""

    def __init__(self) -> None:
        self.frames, self._end = 0, 0
        self._first: int | None = None

    def add(self, packet: "Packet[VideoStream]") -> None:
        if packet.pts is None or packet.is_discard:
            return
        self.frames += 1
        self._first = packet.pts if self._first is None else min(self._first, packet.pts)
        self._end = max(self._end, packet.pts + (packet.duration or 0))

    def seconds(self, base: Fraction) -> float:
        return float((self._end - (self._first or 0)) * base)


def _first_frame(film: InputContainer, stream: VideoStream, path: Path, length: _Length) -> VideoFrame:
    """Return the first frame, and count the packets up to it."""
    try:
        for number, packet in enumerate(film.demux(stream)):
            length.add(packet)
            try:
                for frame in packet.decode():
                    return frame
            except av.InvalidDataError:  # a damaged one at the beginning
                pass
            if number > _FIRST_PACKETS:
                break
    except av.FFmpegError as error:
        raise FilmError(f"{path} is damaged before its first picture ({error}); copy it again.") from error
    raise FilmError(f"No picture of {path} can be decoded; copy it again, or convert it with ffmpeg.")


def facts_of(film: InputContainer, stream: VideoStream, first: VideoFrame, source: Source) -> FilmFacts:
    """Return what a stream and its first frame say; frames and seconds are not counted yet."""
    context = stream.codec_context
    display = _display_matrix(first)
    return FilmFacts(
        source=source,
        container=film.format.name,
        size=(first.height, first.width),
        pix_fmt=first.format.name,
        layout=layout_of(first.format.name, int(first.color_range)),
        aspect=Fraction(stream.sample_aspect_ratio or 1) or Fraction(1),
        rate=stream.average_rate or stream.guessed_rate or Fraction(25),
        time_base=stream.time_base or Fraction(1, 1000),
        start=first.pts or 0,
        frames=0,
        seconds=0.0,
        colors=(
            int(first.color_range),
            int(first.colorspace),
            int(context.color_primaries),
            int(context.color_trc),
        ),
        rotation=first.rotation,
        display=display,
        interlaced=first.interlaced_frame,
        video=stream.index,
        streams=tuple(
            StreamFacts(each.index, each.type, each.codec_context.name if each.codec_context else "")
            for each in film.streams
        ),
    )


def _display_matrix(frame: VideoFrame) -> tuple[int, ...]:
    try:
        data = cast("SideData | None", frame.side_data.get("DISPLAYMATRIX"))
    except ValueError:  # PyAV knows no EXIF, which pictures have; what is not turned has no matrix
        if frame.rotation:
            raise
        return ()
    return () if data is None else struct.unpack("=9i", bytes(data))
