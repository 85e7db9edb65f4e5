"""PyAV: the facts of a film, its frames in and out, and copied streams."""

from vermilion.film.media.encode import CODECS, EncodeOptions, Encoder, plan_output
from vermilion.film.media.facts import FilmFacts, StreamFacts, read_facts, video_stream
from vermilion.film.media.frames import Known, Luma, print_of, read_luma, samples
from vermilion.film.media.layout import Layout
from vermilion.film.media.mux import Part, Target, check_container, mux_film
from vermilion.film.media.small import small_mp4
from vermilion.film.media.source import Source
from vermilion.film.media.y4m import Y4mWriter, read_y4m

__all__ = [
    "CODECS",
    "EncodeOptions",
    "Encoder",
    "FilmFacts",
    "Known",
    "Layout",
    "Luma",
    "Part",
    "Source",
    "StreamFacts",
    "Target",
    "Y4mWriter",
    "check_container",
    "mux_film",
    "plan_output",
    "print_of",
    "read_facts",
    "read_luma",
    "read_y4m",
    "samples",
    "small_mp4",
    "video_stream",
]
