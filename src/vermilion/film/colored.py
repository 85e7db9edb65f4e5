"""Checks whether a film is in colour already."""

import av
import numpy as np
from av.video.frame import VideoFrame

from vermilion.errors import AlreadyColoredError
from vermilion.film.media import FilmFacts, Layout, samples, video_stream

_EIGHT_BITS = Layout(8, 1, 1, full=False)
_PLACES = 8  # of the film that are looked at
_SPREAD = 9.0  # levels of 255 by which chroma differs inside a frame in colour; toning is even
_SHARE = 0.3  # of the places, from which the film is in colour


def refuse_colored(facts: FilmFacts) -> None:
    """Refuse a film in real colour; an even tone over grey is none.

    Raises:
        AlreadyColoredError: it is in colour.
    """
    spreads = _spreads(facts)
    if spreads and np.mean([spread > _SPREAD for spread in spreads]) >= _SHARE:
        raise AlreadyColoredError(
            f"{facts.path} is in colour already; --recolor colours it again from its luma."
        )


def refuse_colored_frame(frame: VideoFrame) -> None:
    """Refuse a pipe whose first frame is in real colour.

    Raises:
        AlreadyColoredError: it is in colour.
    """
    if _spread(frame) > _SPREAD:
        raise AlreadyColoredError(
            "The frames of standard input are in colour already; --recolor colours them all the same, of "
            "their luma alone."
        )


def _spreads(facts: FilmFacts) -> list[float]:
    """Return how far chroma differs inside frames from all over the film."""
    spreads: list[float] = []
    with facts.source.open() as film:
        stream = video_stream(film, facts.path)
        for place in range(_PLACES):
            ticks = facts.start + int(facts.seconds * (place + 0.5) / _PLACES / float(facts.time_base))
            try:
                film.seek(ticks, stream=stream)
                spreads.append(_spread(next(film.decode(stream))))
            except (av.FFmpegError, StopIteration):  # damage there is reported when it is coloured
                continue
    return spreads


def _spread(frame: VideoFrame) -> float:
    names = frame.format.name
    if names.startswith(("gray", "mono", "ya")):
        return 0.0
    small = frame.reformat(format="yuv444p", width=min(frame.width, 320), height=min(frame.height, 180))
    layout = _EIGHT_BITS
    planes = [samples(small, number, layout).astype(np.float32) for number in (1, 2)]
    return max(float(np.percentile(np.abs(plane - np.median(plane)), 95)) for plane in planes)
