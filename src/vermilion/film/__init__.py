"""Films: frames decoded, key frames painted, their colours carried along the motion, all else copied."""

from vermilion.film.colorizer import (
    SHOTS_FILE,
    FilmResult,
    PreviewResult,
    SampleResult,
    VideoColorizer,
)
from vermilion.film.media import CODECS, EncodeOptions, Source
from vermilion.film.options import FilmOptions
from vermilion.film.shots import FrameColors, Shot, ShotList, load_shots

__all__ = [
    "CODECS",
    "SHOTS_FILE",
    "EncodeOptions",
    "FilmOptions",
    "FilmResult",
    "FrameColors",
    "PreviewResult",
    "SampleResult",
    "Shot",
    "ShotList",
    "Source",
    "VideoColorizer",
    "load_shots",
]
