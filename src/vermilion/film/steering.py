"""Prepares the controls of single frames for painting: follows them through their shot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.errors import HintError, SettingsError
from vermilion.film.media import FilmFacts, Layout, read_luma
from vermilion.film.motion import reduced
from vermilion.film.shots import Anchor, FrameColors, Shown, Spread, Steering, follow
from vermilion.guidance import Hint
from vermilion.guidance.canvas import NOBODY, draw_hints
from vermilion.guidance.version import lay_version
from vermilion.pictures import DEFAULT_MAX_PIXELS, NamedBytes, read_colors
from vermilion.session import mask_reader

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_FARTHEST = 30.0  # seconds, over which what is said of a frame is carried each way
_COLORLESS = 0.004  # mean size of (Cb,Cr) below which a picture is grey, or nearly
_VERSION_SIDE = 1536  # pixels of the longer side that a corrected picture is read at


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a film, in seconds from its beginning; ``end`` may be None for that of the film."""

    start: float
    end: float | None
    deinterlace: bool = False


def make_steering(
    facts: FilmFacts, shown: Shown, span: Span, frames: Sequence[FrameColors]
) -> Steering | None:
    """Return the controls of the frames of a shot, or None if there are none.

    Args:
        facts: of the film.
        shown: how its frames are shown.
        span: the shot.
        frames: what is said.

    Raises:
        SettingsError: a frame is not in the shot, or a corrected picture cannot be used.
        HintError: a hint lies outside the frame.
    """
    if not frames:
        return None
    anchors = [_anchor(facts, shown, span, frame) for frame in frames]
    height, width = anchors[0][1]
    return Steering(shown, (height // 2, width // 2), [anchor for anchor, _ in anchors])


def _anchor(facts: FilmFacts, shown: Shown, span: Span, frame: FrameColors) -> tuple[Anchor, tuple[int, int]]:
    """Return the controls of one frame, and the size at which its motion was measured."""
    motions, numbers, times = list[Bytes](), list[int](), list[float]()
    for luma in read_luma(facts, start=span.start, end=span.end, deinterlace=span.deinterlace):
        if abs(luma.seconds - frame.at) <= _FARTHEST:
            motions.append(reduced(luma, facts.layout).motion)
            numbers.append(luma.number)
            times.append(luma.seconds)
    nearest = int(np.argmin(np.abs(np.array(times) - frame.at))) if times else 0
    if not times or abs(times[nearest] - frame.at) > float(1 / facts.rate):
        raise SettingsError(
            f"{facts.path} has no frame at {frame.at:g} s in the shot that says its colours; name one "
            "that is shown there."
        )
    return anchor_of(frame, facts.layout, shown, (motions, numbers, nearest)), (
        motions[0].shape[0],
        motions[0].shape[1],
    )


def anchor_of(
    frame: FrameColors, layout: Layout, shown: Shown, seen: tuple[Sequence[Bytes], Sequence[int], int]
) -> Anchor:
    """Return the controls of one frame, ready for others.

    Args:
        frame: what is said.
        layout: of the frames.
        shown: how they are shown.
        seen: the frames of its shot at the size of motion, their numbers, and which of them it is.

    Raises:
        SettingsError: a corrected picture cannot be used.
        HintError: a hint lies outside the frame.
    """
    motions, numbers, place = seen
    there = motions[place]
    cbcr, trust = _corrected(frame, replace(layout, depth=8).unit(there), shown)
    spreads = _spreads(frame, shown, (there.shape[0], there.shape[1]))
    trails = {numbers[other]: trail for other, trail in follow(motions, place).items()}
    points = tuple(hint for hint in frame.all_hints if isinstance(hint, Hint))
    return Anchor(numbers[place], points, spreads, trails, cbcr, trust)


def _spreads(frame: FrameColors, shown: Shown, size: tuple[int, int]) -> tuple[Spread, ...]:
    grid = shown.grid((size[0] // 2, size[1] // 2))
    spreads = []
    for hint in frame.all_hints:
        try:
            drawing = draw_hints([hint], shown.size, grid, read_mask=mask_reader(DEFAULT_MAX_PIXELS))
        except HintError as error:
            raise HintError(f"At {frame.at:g} s: {error}") from error
        if not isinstance(hint, Hint):
            cover = (drawing.owner != NOBODY).astype(np.float32)
            spreads.append(Spread(hint, shown.turned_back(cover)))
    return tuple(spreads)


def _corrected(frame: FrameColors, there: Floats, shown: Shown) -> tuple[Floats | None, Floats | None]:
    """Return chroma and trust of a corrected picture on the grid of the stored frame, if there is one."""
    picture = frame.version
    if picture is None:
        return None, None
    rgb = read_colors(NamedBytes(picture.content, picture.name), _VERSION_SIDE, DEFAULT_MAX_PIXELS)
    laid = lay_version(shown.turned(there), rgb)
    if laid is None:
        raise SettingsError(
            f"{picture.name} does not show the frame at {frame.at:g} s; name a picture of that frame."
        )
    if float((np.abs(laid.cbcr).max(axis=-1) * laid.trust).mean()) < _COLORLESS:
        raise SettingsError(f"{picture.name} has no colours to take; name a picture in colour.")
    size = there.shape[1] // 2, there.shape[0] // 2
    cbcr, trust = (
        cv2.resize(shown.turned_back(plane), size, interpolation=cv2.INTER_AREA)
        for plane in (laid.cbcr, laid.trust)
    )
    return np.asarray(cbcr, np.float32), np.asarray(trust, np.float32)
