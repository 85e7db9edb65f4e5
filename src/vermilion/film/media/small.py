"""A film made small, so that any browser plays it."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from vermilion.film.media.facts import FilmFacts
from vermilion.film.media.layout import LIMITED

_BT709 = 1
_CODEC = {"preset": "ultrafast", "crf": "20"}


def small_mp4(path: Path, facts: FilmFacts, size: tuple[int, int]) -> bytes:
    """Return the pictures of a film as H.264 in MP4, 8 bits and 4:2:0, without sound.

    Args:
        path: of a film with the times of another.
        facts: of that other.
        size: height and width that it may fill, upright; it is never enlarged.
    """
    high, wide = facts.size[0], facts.size[1] * facts.aspect
    shown = (float(wide), float(high)) if facts.turns % 2 else (float(high), float(wide))
    scale = min(1.0, *(most / side for most, side in zip(size, shown, strict=True)))
    height, width = (max(2, 2 * round(side * scale / 2)) for side in shown)
    lying = (height, width) if facts.turns % 2 else (width, height)
    written = BytesIO()
    with av.open(f"file:{path}") as film, av.open(written, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=facts.rate.limit_denominator(100_000), options=_CODEC)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.color_range, context.colorspace = LIMITED, _BT709
        context.color_primaries = context.color_trc = _BT709
        base, first = Fraction(facts.time_base), None
        context.time_base = base
        for frame in film.decode(video=0):
            lies = frame.to_ndarray(format="rgb24", width=lying[0], height=lying[1])
            upright = np.ascontiguousarray(np.rot90(lies, -facts.turns), np.uint8)
            made = VideoFrame.from_ndarray(upright, "rgb24")
            made = made.reformat(format="yuv420p", dst_colorspace=_BT709, dst_color_range=LIMITED)
            ticks = round((frame.pts or 0) * frame.time_base / base) if frame.time_base else frame.pts or 0
            first = ticks if first is None else first
            made.pts, made.time_base = ticks - first, base
            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return written.getvalue()
