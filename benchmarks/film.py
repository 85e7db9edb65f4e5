"""How steady films are, how near their colours are to true ones, and what they cost beyond the codec.

Run it as: python -m benchmarks.film CLIP... [--seconds 3]

Each clip is coloured twice: as a film, and frame by frame. Figures are taken on the grid on which chroma is
carried. A film in colour loses its colours first, and is its own truth.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_ab
from vermilion.film import EncodeOptions, FilmOptions, VideoColorizer
from vermilion.film.media import (
    Encoder,
    FilmFacts,
    Source,
    plan_output,
    read_facts,
    read_luma,
    samples,
    video_stream,
)
from vermilion.film.motion import hold
from vermilion.film.paint import FrameForm, KeyFrame, KeyPainter, ShotView
from vermilion.film.pipeline import Colored, Pipeline
from vermilion.film.shots import Shown
from vermilion.guidance import Controls
from vermilion.network import Model
from vermilion.painter import Painter
from vermilion.tone import reduce_luma

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_LAGS = (1, 2, 4)  # frames between those whose colours are compared (CDC)
_ASTRAY, _OTHER = 1.0, 10.0  # pixels and levels up to which the judge's motion counts
_MOVING = 1.0  # pixels a frame
_RING = 5  # cells around what moves
_COLORED = 2.0  # mean chroma of a truth, below which it is none


@dataclass(frozen=True)
class Way:
    """Figures of one way of colouring: ``errors`` are of all places, moving ones and those around them."""

    warp: float
    cdc: float
    errors: tuple[float, float, float] | None


def main() -> None:
    """Measure clips and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="of each clip that colours are compared in (3)"
    )
    asked = parser.parse_args()
    print(f"{'clip':<30} {'warp':>17} {'CDC':>17} {'ab':>13} {'moving':>13} {'around':>13} {'ms more':>9}")
    for clip in asked.clips:
        print(_row(clip, *measured(clip, asked.seconds), cost_beyond_codec(clip)), flush=True)


def _row(clip: Path, film: Way, single: Way, cost: float) -> str:
    def beside(ours: float, theirs: float) -> str:
        return f"{ours:.3f} {theirs:.3f} {ours / max(theirs, 1e-9):4.0%}"

    errors = [f"{'no truth':>13}"] * 3
    if film.errors and single.errors:
        pairs = zip(film.errors, single.errors, strict=True)
        errors = [f"{ours:.2f} {ours / theirs - 1:+6.1%}".rjust(13) for ours, theirs in pairs]
    warp, cdc = beside(film.warp, single.warp), beside(film.cdc * 100, single.cdc * 100)
    return f"{clip.name:<30} {warp:>17} {cdc:>17} {' '.join(errors)} {cost:9.1f}"


def measured(clip: Path, seconds: float) -> tuple[Way, Way]:
    """Return the figures of a clip as a film, and frame by frame."""
    facts, painter = read_facts(Source(clip)), Painter(Model.load(None, "cpu"))
    form = FrameForm(facts.layout, 6, Shown(facts.size))
    keys = KeyPainter(painter, form, painter.card.working_size, Controls())
    film = [_kept(one) for one in Pipeline(keys).run(hold(read_luma(facts, end=seconds), facts.layout))]
    truth = list(_true_ab(facts, len(film), film[0].held.small.shape))
    by_film = [cbcr_to_ab(one.held.small, one.cbcr) for one in film]
    single = [keys.paint([KeyFrame(0, one.held.luma.codes, one.held.small)], ShotView())[0] for one in film]
    by_frame = [
        cbcr_to_ab(one.held.small, painted[..., :2] / painted[..., 2:])
        for one, painted in zip(film, single, strict=True)
    ]
    helds = [one.held for one in film]
    motions = [None if b.begins else judged(a.motion, b.motion) for a, b in pairwise(helds)]
    has_truth = float(np.mean([np.linalg.norm(ab, axis=-1).mean() for ab in truth])) > _COLORED
    return tuple(  # type: ignore[return-value]
        Way(
            warp_error(ab, motions),
            color_inconsistency(ab),
            errors_of(ab, truth, motions) if has_truth else None,
        )
        for ab in (by_film, by_frame)
    )


def _kept(colored: Colored) -> Colored:
    return replace(colored, after=None)


def _true_ab(facts: FilmFacts, count: int, size: tuple[int, ...]) -> Iterator[Floats]:
    """Yield (a,b) [h,w,2] of a film as it is, on a grid."""
    with facts.source.open() as film:
        for number, frame in enumerate(film.decode(video_stream(film, facts.path))):
            if number == count:
                return
            layout = replace(facts.layout, across=1, down=1, depth=8)
            wide = frame.reformat(format="yuv444p")
            planes = [
                reduce_luma(samples(wide, plane, layout).copy(), (size[0], size[1])) for plane in range(3)
            ]
            span = np.float32(255 / layout.chroma_span)
            cbcr = np.stack([(plane - np.float32(128 / 255)) * span for plane in planes[1:]], axis=-1)
            yield cbcr_to_ab(layout.unit(planes[0] * 255), cbcr)


@dataclass(frozen=True)
class Judged:
    """Motion by DIS "medium": ``back`` [h,w,2] in cells, where it is ``sure``, where it ``moves``."""

    back: Floats
    sure: Bools
    moves: Bools


def judged(earlier: NDArray[np.uint8], later: NDArray[np.uint8]) -> Judged:
    """Return how places of the later frame moved, on a grid half as fine."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    size = earlier.shape[1] // 2, earlier.shape[0] // 2
    flows = [
        search.calc(one, other, None)  # type: ignore[call-overload]
        for one, other in ((later, earlier), (earlier, later))
    ]
    back, forth = (
        np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_AREA) * 0.5, np.float32) for flow in flows
    )
    home = np.linalg.norm(back + warped(forth, back), axis=-1) * 2
    small = [
        np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.float32)
        for frame in (earlier, later)
    ]
    apart = np.abs(small[1] - warped(small[0], back))
    moves = np.linalg.norm(back, axis=-1) * 2 > _MOVING
    return Judged(back, (home < _ASTRAY) & (apart < _OTHER), moves)


def warped(values: Floats, back: Floats) -> Floats:
    """Return values [h,w] or [h,w,c] of the earlier frame where they are in the later one."""
    y, x = np.indices(back.shape[:2], np.float32)
    places = np.dstack([x, y]) + back
    moved = cv2.remap(
        values,
        places.astype(np.float32),
        None,  # type: ignore[call-overload]
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.float32)


def warp_error(ab: list[Floats], motions: list[Judged | None]) -> float:
    """Return the mean distance in a, b of each place from itself a frame before, where motion is sure."""
    errors = [
        float(np.linalg.norm(later - warped(earlier, motion.back), axis=-1)[motion.sure].mean())
        for (earlier, later), motion in zip(pairwise(ab), motions, strict=True)
        if motion is not None and motion.sure.any()
    ]
    return float(np.mean(errors))


def color_inconsistency(ab: list[Floats]) -> float:
    """Return the colour distribution consistency (CDC; Liu et al. 2021, arXiv:2110.05122): 0 is steady.

    The mean Jensen-Shannon divergence of histograms, over frames 1, 2 and 4 apart; of a and b instead of R, G
    and B, as the luma, which moves, is the same whoever colours it.
    """
    histograms = [
        [
            np.histogram(np.clip(frame[..., c], -110, 110), 220, (-110, 110))[0] / frame[..., c].size
            for c in range(2)
        ]
        for frame in ab
    ]
    found = [
        np.mean([_divergence(one[c], other[c]) for c in range(2)])
        for lag in _LAGS
        for one, other in zip(histograms, histograms[lag:], strict=False)
    ]
    return float(np.mean(found))


def _divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    mean = (one + other) / 2
    parts = [np.sum(side[side > 0] * np.log(side[side > 0] / mean[side > 0])) for side in (one, other)]
    return float(sum(parts)) / 2


def errors_of(
    ab: list[Floats], truth: list[Floats], motions: list[Judged | None]
) -> tuple[float, float, float]:
    """Return the mean error in a, b: of all places, of those that move, and of those around these."""
    apart = [np.linalg.norm(one - true, axis=-1) for one, true in zip(ab, truth, strict=True)]
    kernel = np.ones((2 * _RING + 1, 2 * _RING + 1), np.uint8)
    moving, around = [], []
    for error, motion in zip(apart[1:], motions, strict=True):
        if motion is not None and motion.moves.any():
            moving.append(error[motion.moves])
            ring = (cv2.dilate(motion.moves.astype(np.uint8), kernel) > 0) & ~motion.moves
            around.append(error[ring])
    return (
        float(np.mean(apart)),
        float(np.concatenate(moving).mean()) if moving else float("nan"),
        float(np.concatenate(around).mean()) if around else float("nan"),
    )


def cost_beyond_codec(clip: Path) -> float:
    """Return the processor's milliseconds a frame beyond decoding and encoding a clip with Y passed through.

    Both ways use libx264 at CRF 17 and veryfast.
    """
    colorizer, options = VideoColorizer(), EncodeOptions()
    facts = read_facts(Source(clip))
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        result = colorizer.colorize(
            clip, Path(folder) / f"a{clip.suffix}", FilmOptions(options, recolor=True)
        )
        ours = time.process_time() - began
        began = time.process_time()
        _pass_through(facts, Path(folder) / "b.nut", options)
        codec = time.process_time() - began
    return (ours - codec) / result.frames * 1000


def _pass_through(facts: FilmFacts, path: Path, options: EncodeOptions) -> None:
    layout = plan_output(facts, options)
    size = layout.chroma_size(facts.size)
    grey = np.full(size, layout.grey, layout.dtype)
    with Encoder(path, facts, layout, options) as encoder:
        for luma in read_luma(facts):
            encoder.write(luma.codes, (grey, grey), luma.pts)


if __name__ == "__main__":
    main()
