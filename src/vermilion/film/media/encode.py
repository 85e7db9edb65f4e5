"""Frames written: the codec, its settings, and what it can hold."""

from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vermilion.errors import OutputError, SettingsError
from vermilion.film.media.facts import FilmFacts
from vermilion.film.media.frames import samples
from vermilion.film.media.layout import FULL, LIMITED, Codes, Layout

CODECS = ("libx264", "libx265", "ffv1", "prores", "libsvtav1")
_NAMES = {"prores": "prores_ks"}
_CRF = {"libx264": 17, "libx265": 18, "libsvtav1": 22}
_PRESET = {"libx264": "veryfast", "libx265": "fast", "libsvtav1": "9"}
_X26X = [
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
]
_PRESETS = {"libx264": _X26X, "libx265": _X26X, "libsvtav1": [str(number) for number in range(14)]}
_MOST_CRF = {"libx264": 51, "libx265": 51, "libsvtav1": 63}


@dataclass(frozen=True, slots=True)
class EncodeOptions:
    """How frames are encoded.

    Attributes:
        codec: one of ``CODECS``.
        crf: constant rate factor, lower is better, 0 lossless with libx264; None for the usual.
        preset: of the encoder; None for the usual one.

    Raises:
        SettingsError: there is no such codec, or it has no such setting.
    """

    codec: str = "libx264"
    crf: int | None = None
    preset: str | None = None

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise SettingsError(f"A codec {self.codec!r} does not exist; choose one of {', '.join(CODECS)}.")
        if self.codec not in _CRF and not (self.crf is None and self.preset is None):
            raise SettingsError(f"The codec {self.codec} has no CRF and no preset; leave them out.")
        if self.preset is not None and self.preset not in _PRESETS[self.codec]:
            raise SettingsError(
                f"{self.codec} has no preset {self.preset!r}; choose one of "
                f"{', '.join(_PRESETS[self.codec])}."
            )
        if self.crf is not None and not 0 <= self.crf <= _MOST_CRF[self.codec]:
            raise SettingsError(
                f"A CRF of {self.crf} is impossible; give one from 0 to {_MOST_CRF[self.codec]}."
            )

    @property
    def settings(self) -> dict[str, str]:
        """The encoder's options, as FFmpeg takes them."""
        if self.codec == "ffv1":
            return {"level": "3", "coder": "1", "context": "0", "slicecrc": "1"}
        if self.codec == "prores":
            return {"profile": "hq", "vendor": "apl0"}
        crf = _CRF[self.codec] if self.crf is None else self.crf
        preset = {"preset": self.preset or _PRESET[self.codec]}
        if self.codec == "libx264" and crf == 0:
            return preset | {"qp": "0"}  # with more than 8 bits a CRF of 0 is not lossless
        more = {"x265-params": "log-level=error"} if self.codec == "libx265" else {}
        return preset | {"crf": str(crf)} | more


def plan_output(facts: FilmFacts, options: EncodeOptions) -> Layout:
    """Return the layout of written frames: the film's own, or the nearest that the codec has.

    Raises:
        OutputError: the codec cannot hold frames of this size.
        SettingsError: the encoder does not know the settings.
    """
    own = facts.layout if facts.layout.across else replace(facts.layout, across=2, down=2)
    known = av.Codec(_NAMES.get(options.codec, options.codec), "w").video_formats or []
    names = {known_format.name for known_format in known}
    for depth in (own.depth, 10):
        for across, down in ((own.across, own.down), (2, 1), (1, 1), (2, 2)):
            layout = replace(own, depth=depth, across=across, down=down)
            if layout.format in names:
                _check_sides(facts, layout, options)
                _check_opens(facts, layout, options)
                return layout
    raise OutputError(f"{options.codec} holds no frames of {facts.pix_fmt}; choose ffv1.")


def _check_sides(facts: FilmFacts, layout: Layout, options: EncodeOptions) -> None:
    height, width = facts.size
    if options.codec != "ffv1" and (height % layout.down or width % layout.across):
        raise OutputError(
            f"{facts.path} has odd sides ({width} × {height}), which {options.codec} cannot hold; "
            "choose --codec ffv1 and a result named .mkv."
        )


def _check_opens(facts: FilmFacts, layout: Layout, options: EncodeOptions) -> None:
    """Refuse settings that the encoder does not know, before anything is coloured."""
    try:
        with av.open(BytesIO(), "w", format="matroska") as trial:
            _video_output(trial, facts, layout, options).codec_context.open()
    except (av.FFmpegError, ValueError) as error:
        raise SettingsError(
            f"{options.codec} does not encode {facts.size[1]} × {facts.size[0]} pixels of {layout.format} "
            f"({getattr(error, 'strerror', error)}); choose another codec."
        ) from error


class Encoder:
    """Frames of one segment, encoded into a file of its own: NUT, or Matroska where that has no such codec.

    Args:
        path: of the file.
        facts: of the film.
        layout: of the frames that are written.
        options: how to encode.
    """

    def __init__(self, path: Path, facts: FilmFacts, layout: Layout, options: EncodeOptions) -> None:
        self._layout, self._facts = layout, facts
        kind = "matroska" if options.codec == "prores" else "nut"
        self._file = av.open(f"file:{path}", "w", format=kind)
        self._stream = _video_output(self._file, facts, layout, options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._file.mux(self._stream.encode(None))
        self._file.close()

    def write(self, luma: Codes, chroma: tuple[Codes, Codes], pts: int) -> None:
        """Encode one frame: luma [H,W] in the film's own depth, planes of chroma, and when it is shown."""
        frame = VideoFrame(luma.shape[1], luma.shape[0], self._layout.format)
        own = luma if self._layout.depth == self._facts.layout.depth else luma.astype("uint16") << 2
        for number, plane in enumerate((own, *chroma)):
            samples(frame, number, self._layout)[...] = plane
        frame.pts, frame.time_base = pts, self._facts.time_base
        frame.color_range = FULL if self._layout.full else LIMITED
        frame.colorspace = self._facts.matrix
        self._file.mux(self._stream.encode(frame))


def _video_output(
    file: av.container.OutputContainer, facts: FilmFacts, layout: Layout, options: EncodeOptions
) -> VideoStream:
    name = _NAMES.get(options.codec, options.codec)
    rate = facts.rate.limit_denominator(100_000)
    stream = cast("VideoStream", file.add_stream(name, rate=rate, options=options.settings))
    stream.height, stream.width = facts.size
    stream.pix_fmt = layout.format
    context = stream.codec_context
    if options.codec == "ffv1" and not (facts.size[0] % 2 or facts.size[1] % 2):
        context.options["slices"] = "4"  # for as many threads; odd sides cannot be cut into them
    context.time_base = Fraction(facts.time_base)
    context.sample_aspect_ratio = facts.aspect
    set_colors(stream, facts, layout)
    if options.codec == "libx264":
        context.gop_size = 250
    return stream


def set_colors(stream: VideoStream, facts: FilmFacts, layout: Layout) -> None:
    """Say on a stream which range and matrix its codes have; players would guess otherwise."""
    context = stream.codec_context
    context.color_range = FULL if layout.full else LIMITED
    context.colorspace = facts.matrix
    context.color_primaries, context.color_trc = facts.colors[2], facts.colors[3]
