"""A scan as the network sees it: read small, turned upright, its pictures found and encoded.

scan ─read─▶ preview ─▶ frames, way up, contrast ─▶ views ─▶ luma of each picture ─▶ encoded
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vermilion.network import working_size
from vermilion.painter import Encoded, Painter, Part, on_scan, turned_back
from vermilion.pictures import Scan
from vermilion.tone import reduce_luma
from vermilion.view import (
    PREVIEW,
    WHOLE,
    Frame,
    Tone,
    View,
    ViewOptions,
    check_views,
    describe,
    find_frames,
    find_tone,
    turn_upright,
    upright_size,
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


_NEARLY = 0.8
"""A small scan that is to be reduced by less than this is seen as it is."""

_SMALL = 2_000_000
"""Pixels of a small scan."""

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
    working = working_size(scan.size, short_side, painter.card.stride)
    views = given or _framed(scan, (asked.way_up or 0) // 90, working)
    if len(views) == 1 and views[0].frame == whole(size):
        one = _part(painter, views[0], _rotated(_upright(scan, working), views[0].turns), sought)
        encoded = turned_back(one) if one.view.turns else one.encoded
        return Opened(short_side, size, encoded, (one.view,), asked, _negative(painter, one))
    parts, codes = _parts(painter, scan, short_side, views, sought)
    encoded = on_scan(parts, scan.colors.to_srgb_tone(reduce_luma(codes, _grid(size, parts))))
    negative = _negative(painter, parts[0]) if len(parts) == 1 else None
    return Opened(short_side, size, encoded, tuple(part.view for part in parts), asked, negative)


def _upright(scan: Scan, size: tuple[int, int]) -> Floats:
    """Return the luma at a size (as stored), upright, float32 in 0..1."""
    return turn_upright(scan.preview(size), scan.orientation)


def _framed(scan: Scan, turns: int, working: tuple[int, int]) -> tuple[View, ...]:
    """Return the pictures found on a scan, each turned upright by as many quarters.

    Args:
        scan: what they lie on.
        turns: quarters.
        working: size (as stored) at which the whole scan would be seen; it need not be decoded twice.
    """
    size, small = upright_size(scan.size, scan.orientation), _preview_size(scan.size)
    is_fine = all(2 * side >= least for side, least in zip(working, small, strict=True))
    like = working if is_fine else _half(small)
    # Frames are looked for in the codes of the file: its tone curve takes time, and moves no edge.
    preview = turn_upright(scan.pixels.rough(small, like), scan.orientation)
    frames = find_frames(np.ascontiguousarray(preview))
    if len(frames) == 1 and frames[0] == whole((preview.shape[0], preview.shape[1])):
        return (View(size, whole(size), turns),)
    across, down = size[1] / preview.shape[1], size[0] / preview.shape[0]
    return tuple(View(size, _rounded(frame.scaled(across, down)), turns) for frame in frames)


def _half(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[0] // 2), -(-size[1] // 2)


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


def _parts(
    painter: Painter, scan: Scan, short_side: int, views: Sequence[View], sought: _Sought
) -> tuple[tuple[Part, ...], Floats]:
    """Return each picture, encoded alone, and the codes of the scan that they were taken from."""
    sizes = [working_size(_whole_pixels(view), short_side, painter.card.stride) for view in views]
    codes = _codes(scan, views, sizes)
    parts = []
    for view, side in zip(views, sizes, strict=True):
        luma = scan.colors.to_srgb_tone(view.reduced(codes, side))
        if view.frame == whole(view.scan):  # then it is seen as any whole picture
            lying = _upright(scan, working_size(scan.size, short_side, painter.card.stride))
            luma = _rotated(lying, view.turns)
        parts.append(_part(painter, view, luma, sought))
    return tuple(parts), codes


def _whole_pixels(view: View) -> tuple[int, int]:
    height, width = view.size
    return max(1, round(height)), max(1, round(width))


def _codes(scan: Scan, views: Sequence[View], sizes: Sequence[tuple[int, int]]) -> Floats:
    """Return the codes of a scan, upright, that show each picture twice as finely as it is seen."""
    finer = max(2 * max(side) / max(view.size) for view, side in zip(views, sizes, strict=True))
    scale = min(1.0, finer, _LARGEST / max(scan.size))
    small = scan.size[0] * scan.size[1] <= _SMALL
    scale = 1.0 if small and scale >= _NEARLY else scale
    high, wide = (max(1, round(side * scale)) for side in scan.size)
    # A decode of this size itself will do; by default it would be twice as fine.
    return turn_upright(scan.pixels.preview((high, wide), _half((high, wide))), scan.orientation)


def _part(painter: Painter, view: View, luma: Floats, sought: _Sought) -> Part:
    """Encode one picture [H,W], its contrast restored and upright, where these are sought."""
    tone = _tone_of(luma) if sought.tone else view.tone
    view, seen = replace(view, tone=tone), tone(luma)
    encoded = painter.encode(luma[None], seen[None])
    if painter.heads is None or view.turns or not sought.way_up:
        return Part(view, encoded, (luma.shape[0], luma.shape[1]))

    @cache
    def turned(more: int) -> Encoded:
        return painter.encode(_rotated(luma, more)[None], _rotated(seen, more)[None])

    def others() -> list[Floats]:
        return [_described(turned(more), luma.shape[:: -1 if more % 2 else 1]) for more in (1, 2, 3)]

    turns, _ = painter.heads.turns(_described(encoded, luma.shape), others)
    height, width = luma.shape[:: -1 if turns % 2 else 1]
    return Part(replace(view, turns=turns), turned(turns) if turns else encoded, (height, width))


def _rotated(luma: Floats, turns: int) -> Floats:
    """Return a picture turned clockwise by as many quarters."""
    return np.ascontiguousarray(np.rot90(luma, -turns))


def _negative(painter: Painter, part: Part) -> float | None:
    """Return how likely a picture is a negative, if the model believes that it is one."""
    if painter.heads is None:
        return None
    believed, likely = painter.heads.is_negative(_described(part.encoded, part.size))
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
