"""Frames through pipes, as YUV4MPEG2: what ffmpeg and VapourSynth read and write."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import av
from av.video.frame import VideoFrame

from vermilion.errors import FilmError
from vermilion.film.media.facts import FilmFacts, facts_of, video_stream
from vermilion.film.media.frames import Luma, plane_of
from vermilion.film.media.layout import Codes, Layout
from vermilion.film.media.source import Source

_PIPE = Path("standard input")
_NAMES = {(2, 2): "420", (2, 1): "422", (1, 1): "444"}


@contextmanager
def read_y4m(pipe: BinaryIO) -> Iterator[tuple[FilmFacts, VideoFrame, Iterator[Luma]]]:
    """Give what a pipe's first frame says, that frame, and the luma of all.

    Raises:
        FilmError: it is no YUV4MPEG2, or has no frame.
    """
    try:
        with av.open(pipe, "r", format="yuv4mpegpipe") as film:
            stream = video_stream(film, _PIPE)
            frames = film.decode(stream)
            first = next(frames, None)
            if first is None:
                raise FilmError("Standard input has no frame; send what ffmpeg -f yuv4mpegpipe writes.")
            facts = facts_of(film, stream, first, Source(_PIPE))
            yield facts, first, _lumas(chain([first], frames), facts)
    except (OSError, ValueError, av.FFmpegError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise FilmError(
            "Standard input is no YUV4MPEG2, or ends in the middle of a frame; send what "
            "ffmpeg -f yuv4mpegpipe writes."
        ) from error


def _lumas(frames: Iterator[VideoFrame], facts: FilmFacts) -> Iterator[Luma]:
    for number, frame in enumerate(frames):
        seconds = number / float(facts.rate)
        yield Luma(number, number, seconds, plane_of(frame, facts.layout))


class Y4mWriter:
    """Writes frames to a pipe.

    Args:
        pipe: what they go to.
        facts: of the film.
        layout: of the frames that are written.
    """

    def __init__(self, pipe: BinaryIO, facts: FilmFacts, layout: Layout) -> None:
        self._pipe, self._depth, self._own = pipe, layout.depth, facts.layout.depth
        kind = _NAMES[layout.across, layout.down] + ("p10" if layout.depth > 8 else "")
        kind = "420mpeg2" if kind == "420" else kind
        rate, aspect = facts.rate.limit_denominator(100_000), facts.aspect
        span = "FULL" if layout.full else "LIMITED"
        pipe.write(
            f"YUV4MPEG2 W{facts.size[1]} H{facts.size[0]} F{rate.numerator}:{rate.denominator} Ip "
            f"A{aspect.numerator}:{aspect.denominator} C{kind} XCOLORRANGE={span}\n".encode("ascii")
        )

    def write(self, luma: Codes, chroma: tuple[Codes, Codes]) -> None:
        """Write one frame: luma [H,W] in the film's own depth, and planes of chroma."""
        own = luma if self._depth == self._own else luma.astype("uint16") << 2
        self._pipe.write(b"FRAME\n")
        for plane in (own, *chroma):
            self._pipe.write(plane.astype(plane.dtype.newbyteorder("<"), copy=False).tobytes())
