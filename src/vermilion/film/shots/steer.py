"""Brings the controls of single frames to any frame of the shot: moves hints, carries corrected pictures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset
from vermilion.color import cbcr_to_rgb, fit_gamut
from vermilion.film.motion import carried
from vermilion.film.shots.follow import Trail
from vermilion.film.shots.shown import Shown
from vermilion.guidance import AnyHint, Controls, Hint, Mask

Floats = NDArray[np.float32]
Part = tuple[slice, slice]
Size = tuple[int, int]

_NEAR = 1.5  # cells from where a hint was, within which a place is the hint's
_SURE = 0.4  # weight from which a place counts as followed
_SURE_ALL = 0.6  # the same of areas, whose edges bleed
_INSIDE = 0.75  # of a cell that an area covers, from which it is in it
_LEAST_SIDE = 64  # pixels of the shorter side of a version


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A hint that is no point: ``cover`` float32 [h,w] on the grid of the stored frame is 1 where it lies."""

    hint: AnyHint
    cover: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """The controls of one frame.

    Attributes:
        number: of the frame.
        points: hints at places of the frame as it is shown.
        spreads: all other hints.
        cbcr: chroma [h,w,2] of BT.601 of a corrected picture, on the grid of the stored frame; or None.
        trust: how far it counts, [h,w] in 0..1; or None.
        trails: by the numbers of frames: from where their places come.
    """

    number: int
    points: tuple[Hint, ...]
    spreads: tuple[Spread, ...]
    trails: Mapping[int, Trail]
    cbcr: Floats | None = None
    trust: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Steering:
    """The controls of the frames of one shot.

    Attributes:
        shown: how its frames are shown.
        grid: height and width of the grid that frames are followed on, as they are stored.
        anchors: the frames of which something is said, in order.
    """

    shown: Shown
    grid: Size
    anchors: Sequence[Anchor]

    def at(self, number: int, luma: Floats, part: Part) -> Controls:
        """Return the controls for one frame: hints and a version of it.

        Args:
            number: of the frame.
            luma: [h,w] in 0..1 of its picture as it is shown, which hints are placed in.
            part: rows and columns of the picture on the grid: without black bars.
        """
        anchors = [anchor for anchor in self.anchors if number in anchor.trails]
        window = _Window(self.shown, self.grid, part, (luma.shape[0], luma.shape[1]))
        hints = tuple(hint for anchor in anchors for hint in _moved(anchor, number, window))
        return replace(_version(anchors, number, luma, window), hints=hints)


@dataclass(frozen=True, slots=True)
class _Window:
    """The picture inside a frame's grid, and the size at which it is painted."""

    shown: Shown
    grid: Size
    part: Part
    size: Size

    def place(self, at: tuple[float, float]) -> tuple[float, float] | None:
        """Return a place on the grid (x, y) in pixels of the picture as it is painted; None outside."""
        rows, columns = self.part
        wide, high = columns.stop - columns.start, rows.stop - rows.start
        shares = np.array([[(at[0] + 0.5 - columns.start) / wide, (at[1] + 0.5 - rows.start) / high]])
        x, y = self.shown.to_shown(shares)[0]
        if not (0 <= x < 1 and 0 <= y < 1):
            return None
        return float(x) * self.size[1], float(y) * self.size[0]

    def cut(self, planes: Floats) -> Floats:
        """Return planes [h,w,...] of the grid, of the picture alone, upright, at the size it is painted."""
        inside = self.shown.turned(planes[self.part])
        resized = cv2.resize(inside, self.size[::-1], interpolation=cv2.INTER_LINEAR)
        return np.asarray(resized, np.float32)

    @property
    def scale(self) -> float:
        """Pixels as it is painted to one of the frame as it is shown."""
        high = self.part[0].stop - self.part[0].start
        inside = float(self.shown.stored[0] * high / self.grid[0])
        return (self.size[1] if self.shown.turns % 2 else self.size[0]) / inside


def _moved(anchor: Anchor, number: int, window: _Window) -> list[AnyHint]:
    places, weight = anchor.trails[number].on(window.grid)
    moved: list[AnyHint] = []
    for hint in anchor.points:
        at = _found(_on_grid(hint, window), places, weight)
        place = None if at is None else window.place(at)
        if place is not None:
            radius = None if hint.radius is None else hint.radius * window.scale
            moved.append(replace(hint, x=place[0], y=place[1], radius=radius))
    for spread in anchor.spreads:
        cover = carried(spread.cover, places) * (weight > _SURE_ALL)
        mask = window.cut(cover) >= np.float32(_INSIDE)
        if mask.any():
            moved.append(Mask.of(mask, spread.hint.color, spread.hint.strength))
    return moved


def _on_grid(hint: Hint, window: _Window) -> tuple[float, float]:
    height, width = window.shown.size
    x, y = window.shown.to_stored(np.array([[hint.x / width, hint.y / height]]))[0]
    return float(x) * window.grid[1] - 0.5, float(y) * window.grid[0] - 0.5


def _found(at: tuple[float, float], places: Floats, weight: Floats) -> tuple[float, float] | None:
    """Return where on the grid a place is now, given where its cells were; None if it is not seen."""
    apart = np.hypot(places[..., 0] - np.float32(at[0]), places[..., 1] - np.float32(at[1]))
    near = (apart < _NEAR) & (weight > _SURE)
    if not near.any():
        return None
    rows, columns = np.nonzero(near)
    pull = weight[near] * (np.float32(_NEAR) - apart[near])
    # A cell that was beside the place is as far beside it now.
    now = np.stack([columns, rows], axis=1) + np.array(at) - places[near]
    x, y = np.average(now, axis=0, weights=pull)
    return float(x), float(y)


def _version(anchors: Sequence[Anchor], number: int, luma: Floats, window: _Window) -> Controls:
    """Return controls with the corrected pictures as a version of a frame, if any of it is seen there."""
    sums = np.zeros((*window.grid, 3), np.float32)
    trust = np.zeros(window.grid, np.float32)
    for anchor in anchors:
        if anchor.cbcr is None or anchor.trust is None:
            continue
        places, weight = anchor.trails[number].on(window.grid)
        counts = carried(anchor.trust, places) * weight
        trust = np.maximum(trust, counts)
        near = counts / np.float32(1 + abs(number - anchor.number))
        sums += np.dstack([carried(anchor.cbcr, places), np.ones(window.grid, np.float32)]) * near[..., None]
    if not (trust > _SURE).any():
        return Controls()
    scale = max(1, math.ceil(_LEAST_SIDE / min(window.size)))
    size = window.size[1] * scale, window.size[0] * scale
    wide = cv2.resize(window.cut(sums), size, interpolation=cv2.INTER_LINEAR)
    grey = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_LINEAR), np.float32)
    cbcr = wide[..., :2] / np.maximum(wide[..., 2:], np.float32(1e-6))
    rgb = cbcr_to_rgb(grey, fit_gamut(grey, np.asarray(cbcr, np.float32)))
    shares = cv2.resize(window.cut(trust), size, interpolation=cv2.INTER_LINEAR)
    height, width = window.size
    corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
    return Controls(
        colors_from=_png(rgb[..., ::-1]),
        trust=_png(np.clip(shares, 0, 1)),
        matches=tuple((x, y, x * scale, y * scale) for x, y in corners),
    )


def _png(planes: Floats) -> Asset:
    codes = np.rint(np.clip(planes, 0, 1) * 255).astype(np.uint8)
    _, content = cv2.imencode(".png", codes, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return Asset(content.tobytes(), "the corrected picture")
