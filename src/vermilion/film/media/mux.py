"""The result: coloured segments joined, and every other stream copied as it is."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.codec.context import Flags as CodecFlags
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import AttachmentStream, Stream
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vermilion.errors import OutputError
from vermilion.film.media.encode import set_colors
from vermilion.film.media.facts import FilmFacts
from vermilion.film.media.layout import Layout
from vermilion.film.media.source import undecoded

Ticks = NDArray[np.int64]

_HOLDS_ALL = ".mkv"
_KNOWN = ("matroska", "mp4")  # hold each codec that can be chosen, or say that they do not
_TRIED = 12  # frames
_ASIDE = ("data", "attachment", "unknown")


@dataclass(frozen=True, slots=True)
class Target:
    """The container of a result.

    Attributes:
        container: FFmpeg's name of the format.
        notes: a sentence for each stream that is not copied.
    """

    container: str
    notes: tuple[str, ...]


def check_container(facts: FilmFacts, output: Path, codec: str) -> Target:
    """Refuse a container that cannot hold the pictures or a stream of the film.

    Raises:
        OutputError: it cannot hold one; the message names a container that can.
    """
    better = f"name the result {output.with_suffix(_HOLDS_ALL).name}"
    try:
        holder = av.open(f"file:{output}", "w")
    except (av.FFmpegError, ValueError) as error:
        raise OutputError(f"{output} has no ending that names a container; {better}.") from error
    with facts.source.open(facts.video) as film, holder:
        container = holder.format.name
        try:
            holder.add_mux_stream(av.Codec(_encoder(codec), "w").canonical_name)
        except ValueError as error:
            raise OutputError(f"{output} cannot hold {codec}; {better}.") from error
        if container not in _KNOWN and not _comes_back(container, _encoder(codec)):
            raise OutputError(f"{output} cannot hold {codec} so that it is found again; {better}.")
        notes = []
        for stream in film.streams:
            if stream.index == facts.video or _is_held(stream, container):
                continue
            what = f"stream {stream.index} ({stream.type}, {_codec_name(stream) or 'no codec'})"
            if stream.type in ("audio", "subtitle", "video"):
                raise OutputError(f"{output} cannot hold {what}; {better}, which holds it.")
            notes.append(f"{what} is not copied: this container has no place for it")
    return Target(container, tuple(notes))


def _encoder(codec: str) -> str:
    return "prores_ks" if codec == "prores" else codec


def _comes_back(container: str, encoder: str) -> bool:
    """Return whether pictures are found again in a container: some write what no player recognises."""
    codec = av.Codec(encoder, "w")
    content = BytesIO()
    try:
        with av.open(content, "w", format=container) as trial:
            video = cast("VideoStream", trial.add_stream(encoder, rate=25))
            video.width, video.height = 128, 96
            video.codec_context.flags |= CodecFlags.global_header  # as in the segments
            video.pix_fmt = (codec.video_formats or [VideoFormat("yuv420p")])[0].name
            for number in range(_TRIED):
                frame = VideoFrame(video.width, video.height, video.pix_fmt)
                frame.pts, frame.time_base = number, Fraction(1, 25)
                trial.mux(video.encode(frame))
            trial.mux(video.encode(None))
        with av.open(BytesIO(content.getvalue()), "r") as film:
            found = [each.codec_context for each in film.streams.video]
            return any(each and each.codec.canonical_name == codec.canonical_name for each in found)
    except (OSError, ValueError, av.FFmpegError):
        return False


def _codec_name(stream: Stream) -> str:
    return stream.codec_context.name if stream.codec_context else ""


def _is_held(stream: Stream, container: str) -> bool:
    """Return whether a container can hold a stream: some say so only when their header is written."""
    try:
        with av.open(BytesIO(), "w", format=container) as trial:
            if _added(stream, trial) is None:
                return False
            if stream.type != "attachment":
                trial.start_encoding()
    except (OSError, ValueError, av.FFmpegError):
        return False
    return True


def _added(stream: Stream, output: OutputContainer) -> Stream | None:
    try:
        if stream.type == "attachment":
            if "matroska" not in output.format.name:
                return None
            name = stream.metadata.get("filename", f"attachment-{stream.index}")
            kind = stream.metadata.get("mimetype", "application/octet-stream")
            return output.add_attachment(name, kind, cast("AttachmentStream", stream).data)
        if stream.type in _ASIDE:
            return None
        return output.add_stream_from_template(stream, opaque=True)
    except (ValueError, av.FFmpegError):
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a film that goes into the result.

    Attributes:
        segments: files of coloured frames, in order, and when their frames are shown, in ticks.
        start: seconds from the film's beginning, from which other streams are copied.
        end: seconds up to which they are; None for the end of the film.
    """

    segments: Sequence[tuple[Path, Ticks]]
    start: float = 0.0
    end: float | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the film."""
        return self.start == 0 and self.end is None

    @property
    def shown(self) -> Ticks:
        """When all of its frames are shown, in order."""
        return np.concatenate([shown for _, shown in self.segments])


def mux_film(
    facts: FilmFacts,
    parts: Sequence[Part],
    output: tuple[Path, str],
    layout: Layout,
    extra: dict[str, str],
) -> None:
    """Write the result.

    Args:
        facts: of the film.
        parts: of the film, in order; one follows the other without a gap.
        output: a temporary name, and FFmpeg's name of the container.
        layout: of the coloured frames.
        extra: metadata added to the film's own.
    """
    offsets = _offsets(facts, parts)
    files = [path for part in parts for path, _ in part.segments]
    times = _coded_times(
        files,
        [shown - offset for part, offset in zip(parts, offsets, strict=True) for _, shown in part.segments],
    )
    name, container = output
    options = {"fflags": "+bitexact"}  # the same film gives the same file
    if container in ("mp4", "mov"):
        options["movflags"] = "+faststart"
    with (
        facts.source.open(facts.video) as film,
        av.open(f"file:{name}", "w", format=container, container_options=options) as result,
        av.open(f"file:{files[0]}", "r") as first,
    ):
        result.metadata.update({**film.metadata, **extra})
        result.set_chapters(film.chapters() if parts[0].is_whole else [])
        pairs = _streams(film, facts, first, result, layout)
        video = _video_packets(files, times, (facts.time_base, pairs[facts.video]))
        others = _other_packets(film, facts, pairs, list(zip(parts, offsets, strict=True)))
        for _, _, packet in heapq.merge(video, others, key=lambda each: each[:2]):
            result.mux(packet)


def _offsets(facts: FilmFacts, parts: Sequence[Part]) -> list[int]:
    """Return by how many ticks each part is shown earlier than in the film."""
    if parts[0].start == 0 and len(parts) == 1:
        return [0]
    offsets, now = [], 0
    for part in parts:
        shown = part.shown
        offsets.append(int(shown[0]) - now)
        now += int(shown[-1] - shown[0]) + max(1, round(1 / (facts.rate * facts.time_base)))
    return offsets


def _streams(
    film: InputContainer, facts: FilmFacts, first: InputContainer, result: OutputContainer, layout: Layout
) -> dict[int, Stream]:
    """Add all streams in the film's order; returns them by the film's numbers."""
    pairs: dict[int, Stream] = {}
    for stream in film.streams:
        if stream.index == facts.video:
            made = result.add_stream_from_template(first.streams.video[0], opaque=True)
            made.time_base = facts.time_base
            made.codec_context.sample_aspect_ratio = facts.aspect
            set_colors(made, facts, layout)
            if facts.display:
                made.set_display_matrix(facts.display)
        else:
            added = _added(stream, result)
            if added is None:
                continue
            made = added  # type: ignore[assignment]
        if stream.type != "attachment":
            made.metadata.update(stream.metadata)
            made.disposition = stream.disposition
        pairs[stream.index] = made
    return pairs


def _coded_times(segments: Sequence[Path], shown: Sequence[Ticks]) -> Ticks:
    """Return when all frames are shown, in coding order, in ticks.

    The files of segments may begin at another time; the order in which their frames are shown is the same.
    """
    coded = []
    for path, times in zip(segments, shown, strict=True):
        with av.open(f"file:{path}", "r", stream_options=undecoded()) as file:
            own = [packet.pts for packet in file.demux(video=0) if packet.pts is not None]
        ranks = np.argsort(np.argsort(np.array(own, np.int64)))
        if len(ranks) != len(times):
            raise OutputError(f"{path} holds {len(ranks)} frames instead of {len(times)}; remove its folder.")
        coded.append(times[ranks])
    return np.concatenate(coded)


def decoding_times(shown: Ticks) -> Ticks:
    """Return when frames, in coding order, are decoded: in order, and none after it is shown.

    They are the sorted times at which frames are shown, late by as many frames as the order needs.

    Args:
        shown: int64 [n], in ticks.
    """
    ordered = np.sort(shown)
    step = max(1, int(np.median(np.diff(ordered)))) if len(shown) > 1 else 1
    late = 0
    while late < len(shown) and (ordered[: len(shown) - late] > shown[late:]).any():
        late += 1
    before = ordered[0] - step * np.arange(late, 0, -1)
    return np.concatenate([before, ordered])[: len(shown)]


def _video_packets(
    files: Sequence[Path], shown: Ticks, target: tuple[Fraction, Stream]
) -> Iterator[tuple[float, int, "Packet[Stream]"]]:
    decoded = decoding_times(shown)
    base, stream = target
    number = 0
    for path in files:
        with av.open(f"file:{path}", "r", stream_options=undecoded()) as file:
            for packet in file.demux(video=0):
                if packet.pts is None:
                    continue
                packet.pts, packet.dts = int(shown[number]), int(decoded[number])
                packet.time_base, packet.stream = base, cast("VideoStream", stream)
                number += 1
                yield float(packet.dts * base), 0, cast("Packet[Stream]", packet)


def _other_packets(
    film: InputContainer, facts: FilmFacts, pairs: dict[int, Stream], parts: Sequence[tuple[Part, int]]
) -> Iterator[tuple[float, int, "Packet[Stream]"]]:
    """Yield the packets of the streams that are copied, in the film's order; parts with their offsets."""
    copied = [
        stream
        for stream in film.streams
        if stream.index in pairs and stream.type in ("audio", "subtitle", "video", "data")
    ]
    copied = [stream for stream in copied if stream.index != facts.video]
    if not copied:
        return
    zero = float(facts.start * facts.time_base)
    last = float("-inf")
    for packet in film.demux(copied):
        if packet.dts is None or packet.time_base is None:
            continue
        at = float(packet.dts * packet.time_base)
        offset = _offset_at(at - zero, parts)
        if offset is None:
            continue
        if offset:
            later = float(offset * facts.time_base)
            ticks = round(later / float(packet.time_base))
            packet.dts -= ticks
            packet.pts = None if packet.pts is None else packet.pts - ticks
            at -= later
        last = max(last, at)  # the merge wants them in order; streams may be interleaved loosely
        packet.stream = pairs[packet.stream.index]
        yield last, 1, packet


def _offset_at(seconds: float, parts: Sequence[tuple[Part, int]]) -> int | None:
    """Return the offset of the part that a time is in; None if it is in no part."""
    for part, offset in parts:
        if (part.start == 0 or seconds >= part.start) and (part.end is None or seconds < part.end):
            return offset
    return None
