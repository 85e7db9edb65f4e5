"""A reference: another picture's colours for places that look alike, and softly its palette elsewhere.

places that match ─▶ their colours, as hints of full weight ─┐
its main colours ─▶ regions near them, of little weight ─────┴─▶ paint

The palette is soft because a firm one, of a picture that has nothing in common, did harm. With a
quarter of the weight, and for each region the colour that is nearest to what the network paints anyway, a
random reference raises the ab error by about one per cent (``python -m benchmarks.steering``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import rgb_to_lab
from vermilion.guidance.canvas import AB_SCALE, lattice_canvas
from vermilion.guidance.hints import Color, ab_of
from vermilion.guidance.references.clusters import Labels
from vermilion.guidance.references.likeness import (
    LEAST_LEAD,
    LEAST_LIKENESS,
    PLACE_STEP,
    likeness_of,
    places_of,
)

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

_ELSEWHERE = 2  # cells from a match at which another place begins
_LEAST_SHARE = 0.025  # of all places; fewer matches are chance: 1 of 120 random pairs had as many, and two
# parts of one picture ten times as many at least
_SOFT_WEIGHT = 0.25  # of the palette's hints; a match has 1


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A picture in colour, as the network sees its luma.

    Attributes:
        maps: ``Features.maps`` of it.
        ab: float32 [h,w,2], its true colours on the grid of stride 4.
        palette: its main colours.
    """

    maps: Sequence[Floats]
    ab: Floats
    palette: Sequence[Color] = ()


def colors_on_grid(rgb: NDArray[np.uint8], grid: tuple[int, int]) -> Floats:
    """Return the mean (a,b) [h,w,2] of a picture [H,W,3] in each cell of a grid (h, w)."""
    twice = cv2.resize(rgb, (2 * grid[1], 2 * grid[0]), interpolation=cv2.INTER_AREA)
    lab = rgb_to_lab(twice.astype(np.float32) / 255)
    ab: Floats = cv2.resize(lab[..., 1:], (grid[1], grid[0]), interpolation=cv2.INTER_AREA).astype(np.float32)
    return ab


def soft_palette_canvas(palette: Sequence[Color], automatic: Floats, regions: Labels) -> Floats:
    """Return hints [3,h,w] that draw each region a little to the nearest colour of a palette, or grey.

    Args:
        palette: colours as ``Hint`` takes them; without any nothing is drawn anywhere.
        automatic: (a,b) [h,w,2] that the network paints by itself.
        regions: [h,w], from ``find_regions``.
    """
    if not palette:
        return np.zeros((3, *regions.shape), np.float32)
    colors = np.array([*map(ab_of, palette), (0, 0)], np.float32)
    count = int(regions.max()) + 1
    own = np.array([automatic[regions == region].mean(axis=0) for region in range(count)])
    nearest = np.linalg.norm(own[:, None] - colors, axis=-1).argmin(axis=1)
    canvas = lattice_canvas(colors[nearest[regions]])
    canvas[2] *= np.float32(_SOFT_WEIGHT)
    return canvas


def reference_canvas(maps: Sequence[Floats], grid: tuple[int, int], reference: Reference) -> Floats:
    """Return hints [3,h,w] with colours of a reference; all zero if hardly anything looks alike.

    Two places match if each looks most like the other, very much so, and clearly more than like any other
    place of the reference.

    Args:
        maps: ``Features.maps`` of the picture to colour.
        grid: height and width of the picture in cells of stride 4.
        reference: from the same model.
    """
    height, width = (side // PLACE_STEP for side in grid)
    other_grid = reference.ab.shape[0], reference.ab.shape[1]
    other_size = other_grid[0] // PLACE_STEP, other_grid[1] // PLACE_STEP
    likeness = likeness_of(places_of(maps, grid), places_of(reference.maps, other_grid))
    here, there = _match(likeness, other_size)
    if len(here) < _LEAST_SHARE * height * width:
        return np.zeros((3, *grid), np.float32)
    colors = cv2.resize(reference.ab, other_size[::-1], interpolation=cv2.INTER_AREA).reshape(-1, 2)
    coarse = np.zeros((3, height * width), np.float32)
    coarse[:2, here] = colors[there].T / AB_SCALE
    coarse[2, here] = 1
    canvas = np.zeros((3, *grid), np.float32)
    fine = coarse.reshape(3, height, width).repeat(PLACE_STEP, axis=1).repeat(PLACE_STEP, axis=2)
    canvas[:, : fine.shape[1], : fine.shape[2]] = fine
    return canvas


def _match(likeness: Floats, other_size: tuple[int, int]) -> tuple[Indices, Indices]:
    """Return the cells of the picture that have a match, and their matches in the reference."""
    own = np.arange(len(likeness))
    best = likeness.argmax(axis=1)
    value = likeness[own, best]
    good = (likeness.argmax(axis=0)[best] == own) & (value >= LEAST_LIKENESS)
    here = own[good]
    there = best[good]
    lead = value[good] - _best_elsewhere(likeness[good], there, other_size[1])
    return here[lead >= LEAST_LEAD], there[lead >= LEAST_LEAD]


def _best_elsewhere(likeness: Floats, there: Indices, width: int) -> Floats:
    """Return for rows of likeness [k,m] the highest value that is not near their matches [k]."""
    rows, columns = np.divmod(np.arange(likeness.shape[1]), width)
    own_rows, own_columns = np.divmod(there, width)
    down, across = abs(rows - own_rows[:, None]), abs(columns - own_columns[:, None])
    near = np.maximum(down, across) <= _ELSEWHERE
    highest: Floats = np.where(near, np.float32(-1), likeness).max(axis=1, initial=-1)
    return highest
