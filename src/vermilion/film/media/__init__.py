"""PyAV: the facts of a film, its frames in and out, and copied streams."""

from vermilion.film.media.encode import CODECS, EncodeOptions, Encoder, plan_output
from vermilion.film.media.facts import FilmFacts, StreamFacts, open_film, read_facts, video_stream
from vermilion.film.media.frames import Luma, read_luma, samples
from vermilion.film.media.layout import Layout
from vermilion.film.media.mux import Target, check_container, mux_film

__all__ = [
    "CODECS",
    "EncodeOptions",
    "Encoder",
    "FilmFacts",
    "Layout",
    "Luma",
    "StreamFacts",
    "Target",
    "check_container",
    "mux_film",
    "open_film",
    "plan_output",
    "read_facts",
    "read_luma",
    "samples",
    "video_stream",
]
