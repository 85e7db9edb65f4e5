"""A scan as the network sees it: read small, turned upright, its pictures found and encoded.

scan ─read─▶ preview ─▶ frames, way up, contrast ─▶ views ─▶ luma of each picture ─▶ encoded
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.color import reduce_luma, turn_upright, upright_size
from vermilion.network import working_size
from vermilion.painter import Encoded, Painter, Part, on_scan
from vermilion.pictures import Scan
from vermilion.view import (
    PREVIEW,
    UNCHANGED,
    WHOLE,
    Frame,
    Tone,
    View,
    ViewOptions,
    check_views,
    describe,
    find_frames,
    find_tone,
    whole,
)

Floats = NDArray[np.float32]

_GRID = 8  # cells of a scan's grid go in these steps, which are one place of the coarsest features
_MOST_CELLS = 512  # along a side of a scan of many pictures
_LARGEST = 2048  # pixels of the long side of a scan of many pictures


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A scan that was encoded.

    Attributes:
        short_side: pixels of the short side at which the network sees it.
        size: height and width in pixels as it is shown, upright.
        encoded: upright, a batch of one.
        views: the pictures that were seen on it.
        asked: of how it is seen.
        negative: how likely a scan of one picture is a negative; None where it is not believed to be one.
    """

    short_side: int
    size: tuple[int, int]
    encoded: Encoded
    views: tuple[View, ...]
    asked: ViewOptions
    negative: float | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, in one line, if it is not the whole picture as it is; and what looks inverted."""
        note = _view_note(self.views, self.asked)
        notes = (note,) if note else ()
        if self.negative is None:
            return notes
        return (*notes, f"it looks like a negative ({self.negative:.0%} sure): invert it first")


@dataclass(frozen=True, slots=True)
class _Sought:
    """What is still to be found of views: their contrast, and their way up."""

    tone: bool
    way_up: bool


_AS_IT_COMES = ViewOptions()


def open_scan(
    painter: Painter,
    scan: Scan,
    short_side: int,
    asked: ViewOptions = _AS_IT_COMES,
    seen: tuple[View, ...] = (),
) -> Opened:
    """Encode a scan.

    Args:
        painter: what encodes.
        scan: the picture, or several on one page.
        short_side: pixels of the short side at which the network sees each picture.
        asked: how it is to be seen.
        seen: the pictures that were seen on it before, to be seen so again.

    Raises:
        SettingsError: what was asked, or seen before, does not fit the scan.
    """
    size = upright_size(scan.size, scan.orientation)
    check_views(seen, size)
    given = seen or asked.views(size)
    is_new = not seen and asked.mode != WHOLE
    sought = _Sought(tone=is_new, way_up=is_new and asked.way_up is None)
    luma = _upright(scan, working_size(scan.size, short_side, painter.card.stride))
    views = given or _framed(scan, (asked.way_up or 0) // 90)
    if len(views) == 1 and views[0].is_whole:
        [one] = views
        one = replace(one, tone=_tone_of(luma)) if sought.tone else one
        encoded = painter.encode(luma[None], None if one.tone == UNCHANGED else one.tone(luma)[None])
        turned = _turned(painter, encoded, one, one.tone(luma)) if sought.way_up else one
        if turned == one:
            negative = _negative(painter, encoded, luma.shape)
            return Opened(short_side, size, encoded, (one,), asked, negative)
        views = (turned,)
    return _of_parts(painter, scan, short_side, views, asked, sought)


def _upright(scan: Scan, size: tuple[int, int]) -> Floats:
    """Return the luma at a size (as stored), upright, float32 in 0..1."""
    return turn_upright(scan.preview(size), scan.orientation)


def _framed(scan: Scan, turns: int) -> tuple[View, ...]:
    """Return the pictures found on a scan, each turned upright by as many quarters."""
    size = upright_size(scan.size, scan.orientation)
    # Frames are looked for in the codes of the file: its tone curve takes time, and moves no edge.
    preview = turn_upright(scan.pixels.preview(_preview_size(scan.size)), scan.orientation)
    frames = find_frames(np.rint(preview * 255).astype(np.uint8))
    if len(frames) == 1 and frames[0] == whole((preview.shape[0], preview.shape[1])):
        return (View(size, whole(size), turns),)
    across, down = size[1] / preview.shape[1], size[0] / preview.shape[0]
    return tuple(View(size, _rounded(frame.scaled(across, down)), turns) for frame in frames)


def _rounded(frame: Frame) -> Frame:
    """Return a frame as recipes tell it, to hundredths of a pixel."""
    return Frame(*(round(number, 2) for number in (frame.x, frame.y, frame.width, frame.height, frame.angle)))


def _tone_of(luma: Floats) -> Tone:
    """Return the tone that restores a picture's contrast, as recipes tell it."""
    tone = find_tone(luma)
    return Tone(round(tone.gain, 6), round(tone.offset, 6))


def _preview_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size at which frames are looked for: an eighth of large JPEGs, which is decoded quickest."""
    longest = max(size)
    side = min(PREVIEW, longest if longest < 4 * PREVIEW else max(PREVIEW * 3 // 4, math.ceil(longest / 8)))
    return max(1, round(size[0] * side / longest)), max(1, round(size[1] * side / longest))


def _of_parts(
    painter: Painter,
    scan: Scan,
    short_side: int,
    views: Sequence[View],
    asked: ViewOptions,
    sought: _Sought,
) -> Opened:
    """Encode each picture alone."""
    size, stride = upright_size(scan.size, scan.orientation), painter.card.stride
    seen = [working_size(_whole_pixels(view), short_side, stride) for view in views]
    codes = turn_upright(scan.pixels.preview(_plane_size(scan, views, seen)), scan.orientation)

    def luma_of(view: View, side: tuple[int, int]) -> Floats:
        return scan.colors.to_srgb_tone(view.reduced(codes, side))

    parts = [
        _part(painter, view, luma_of(view, side), sought) for view, side in zip(views, seen, strict=True)
    ]
    if sought.way_up:
        parts = [_stood_up(painter, part, luma_of, sought) for part in parts]
    luma = scan.colors.to_srgb_tone(reduce_luma(codes, _grid(size, parts)))
    encoded = on_scan(tuple(parts), luma)
    negative = _negative(painter, parts[0].encoded, parts[0].size) if len(parts) == 1 else None
    return Opened(short_side, size, encoded, tuple(part.view for part in parts), asked, negative)


def _whole_pixels(view: View) -> tuple[int, int]:
    height, width = view.size
    return max(1, round(height)), max(1, round(width))


def _plane_size(scan: Scan, views: Sequence[View], seen: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the size (as stored) at which the scan shows each picture twice as finely as it is seen."""
    finer = max(2 * max(side) / max(view.size) for view, side in zip(views, seen, strict=True))
    scale = min(1.0, finer, _LARGEST / max(scan.size))
    return max(1, round(scan.size[0] * scale)), max(1, round(scan.size[1] * scale))


def _part(painter: Painter, view: View, luma: Floats, sought: _Sought) -> Part:
    """Encode one picture [H,W], its contrast restored."""
    tone = _tone_of(luma) if sought.tone else view.tone
    seen = None if tone == UNCHANGED else tone(luma)[None]
    return Part(replace(view, tone=tone), painter.encode(luma[None], seen), (luma.shape[0], luma.shape[1]))


def _stood_up(
    painter: Painter, part: Part, luma_of: Callable[[View, tuple[int, int]], Floats], sought: _Sought
) -> Part:
    """Encode a picture again if it does not stand upright."""
    if part.view.turns:  # that was seen before
        return part
    view = _turned(painter, part.encoded, part.view, part.view.tone(luma_of(part.view, part.size)))
    if not view.turns:
        return part
    return _part(painter, view, luma_of(view, part.size[::-1] if view.turns % 2 else part.size), sought)


def _turned(painter: Painter, encoded: Encoded, view: View, seen: Floats) -> View:
    """Return a view with the turn that brings it upright, where that is sure.

    Args:
        painter: what encodes.
        encoded: the picture.
        view: of it.
        seen: what the network saw, float32 [H,W].
    """
    if painter.heads is None:
        return view

    def others() -> list[Floats]:
        turned = [np.ascontiguousarray(np.rot90(seen, -more)) for more in (1, 2, 3)]
        return [_described(painter.encode(luma[None]), luma.shape) for luma in turned]

    turns, _ = painter.heads.turns(_described(encoded, seen.shape), others)
    return replace(view, turns=turns)


def _negative(painter: Painter, encoded: Encoded, size: tuple[int, ...]) -> float | None:
    """Return how likely a picture is a negative, if the model believes that it is one."""
    if painter.heads is None:
        return None
    believed, likely = painter.heads.is_negative(_described(encoded, size))
    return likely if believed else None


def _described(encoded: Encoded, size: tuple[int, ...]) -> Floats:
    """Return what heads look at of a picture that was seen at a size."""
    sixteen, thirty_two = encoded.features.maps[2:]
    return describe((sixteen, thirty_two), ((size[0] / 16, size[1] / 16), (size[0] / 32, size[1] / 32)))


def _grid(size: tuple[int, int], parts: Sequence[Part]) -> tuple[int, int]:
    """Return a grid of the whole scan that is as fine as that of its finest picture."""
    finest = max(max(part.encoded.grid) / max(part.view.size) for part in parts)
    finest = min(finest, _MOST_CELLS / max(size))
    height, width = (max(_GRID, round(side * finest / _GRID) * _GRID) for side in size)
    return height, width


def _view_note(views: Sequence[View], asked: ViewOptions) -> str:
    """Say what was found; empty if it is the whole picture as it is, or what was asked for."""
    turned = sum(view.turns != 0 for view in views) if asked.way_up is None else 0
    found = not asked.frames
    if len(views) > 1 and found:
        return f"{len(views)} pictures were found on it, " + (
            f"{turned} of them turned" if turned else "and each was seen alone"
        )
    if len(views) > 1:
        return f"{turned} of its {len(views)} pictures were seen turned" if turned else ""
    frame, said = views[0].frame, []
    if found and frame != whole(views[0].scan):
        askew = f", askew by {frame.angle:.1f}°" if abs(frame.angle) >= 0.1 else ""
        said.append(
            f"the picture was found inside a margin, at {frame.x:.0f},{frame.y:.0f},"
            f"{frame.width:.0f},{frame.height:.0f}{askew}"
        )
    if turned:
        said.append(f"it was seen turned by {90 * views[0].turns}° clockwise")
    return ", and ".join(said)
