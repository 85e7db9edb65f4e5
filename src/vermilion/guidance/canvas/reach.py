"""How far a user's hint reaches: over its own thing, up to its edges.

The network was trained with true hints, which say something about the whole picture: red here, so likely red
there. But someone who wants a teal coat wants no teal bed. So a hint may change only what it
reaches without crossing strong edges, is about as light, and looks like the same thing to the network.

Measured by `python -m benchmarks.steering --only spill`: docs/benchmarks.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas.shapes import NOBODY

Floats = NDArray[np.float32]
Cells = NDArray[np.bool_]

_EDGE = 0.1  # luma (0..1) along a path that counts as one unit of its length
_STEP = 0.05  # units that each cell adds: a plain wall has an end, too
_FAR = 6.0  # units at which a hint is more than half forgotten
_FARTHER = 1.0  # units beyond the nearest hint that reaches a cell, at which another is as well
_RIVAL = 0.3  # of the strongest reach of a cell, from which another hint is a rival
_OTHER_LUMA = 0.2  # beyond the hint's own luma, at which it is as well
_USUAL_LUMA = (10, 90)  # percentiles of luma under a hint: a large hint may cover a speck
_LEVELS = {1: 0.3, 2: 0.3, 3: 0.4}  # weights of the features at strides 8, 16 and 32
_OTHER_THING, _SAME_THING = 0.0, 0.25  # cosines of the features below and above which it is one
_ROUNDS = 4  # sweeps; paths may turn twice in each, and more make no measurable difference
_NOWHERE = np.float32(1e6)


@dataclass(frozen=True, eq=False)
class Appearance:
    """What a picture looks like to the network, for ``reach_of``.

    Attributes:
        levels: float32 [C,h,w] of vectors of length 1, at strides 8, 16 and 32; every channel is centred and
            scaled over the picture, so that other things lie on the other side.
        grid: height and width in cells of stride 4 that the levels cover, the margin included.
    """

    levels: tuple[Floats, ...]
    grid: tuple[int, int]


def appearance_of(maps: Sequence[Floats]) -> Appearance:
    """Return what a picture looks like, from its ``Features.maps`` [1,C,h,w] at strides 4, 8, 16 and 32."""
    height, width = maps[0].shape[2:]
    return Appearance(tuple(_unit_vectors(maps[level][0]) for level in _LEVELS), (height, width))


def _unit_vectors(features: Floats) -> Floats:
    """Return features [C,h,w] with equal weight for every channel, each cell's vector of length 1."""
    spread = features.std(axis=(1, 2), keepdims=True)
    some_are_dead = np.float32(0.05 * features.std() + 1e-6)
    equal = (features - features.mean(axis=(1, 2), keepdims=True)) / (spread + some_are_dead)
    vectors: Floats = equal / (np.linalg.norm(equal, axis=0) + np.float32(1e-6))
    return vectors


def reach_of(owner: NDArray[np.intp], luma: Floats, looks: Appearance) -> Floats:
    """Return the weight of each hint in each cell: float32 [n,h,w], from 0 (none) to 1.

    It is 1 at the hint's own places and 0 at those of others.

    Args:
        owner: int [h,w]: number of the hint in a cell, or ``NOBODY``; n hints are seen.
        luma: [h,w] in 0..1.
        looks: of the same picture.
    """
    hints = np.unique(owner[owner != NOBODY])
    if not hints.size:
        return np.zeros((0, *luma.shape), np.float32)
    plain: Floats = cv2.medianBlur(np.ascontiguousarray(luma), 3).astype(np.float32)  # grain is no edge
    places = owner == hints[:, None, None]
    paths = _shortest_paths(places, plain)
    reach = _fall(paths / np.float32(_FAR))
    reach *= _fall(_beyond(plain, places) / np.float32(_OTHER_LUMA))
    reach *= _same_thing(looks, places)
    reach *= _fall(_farther(paths, reach) / np.float32(_FARTHER))
    own: Floats = np.where(owner == NOBODY, reach, places.astype(np.float32))
    return own


def _fall(distance: Floats) -> Floats:
    """Return a steep fall from 1 near by to 0 far away: e^-1 at a distance of 1."""
    squared = distance * distance
    fall: Floats = np.exp(-squared * squared)  # NumPy's own fourth power takes ten times longer
    return fall


def _farther(paths: Floats, reach: Floats) -> Floats:
    """Return how much farther each hint is than the nearest one that reaches a cell as well, all [n,h,w].

    Where two hints reach, the nearer one counts: the mean of a blue car and a green hill is neither.
    """
    rivals = reach > np.float32(_RIVAL) * reach.max(axis=0)
    nearest = np.where(rivals, paths, _NOWHERE).min(axis=0)
    farther: Floats = np.maximum(paths - nearest, np.float32(0))
    return farther


def _beyond(luma: Floats, places: Cells) -> Floats:
    """Return how much darker or lighter each cell [n,h,w] is than the places [n,h,w] of a hint."""
    ends = [np.percentile(luma[place], _USUAL_LUMA) for place in places]
    darkest, lightest = (end[:, None, None] for end in np.array(ends, np.float32).T)
    beyond: Floats = np.maximum(np.maximum(darkest - luma, luma - lightest), np.float32(0))
    return beyond


def _same_thing(looks: Appearance, places: Cells) -> Floats:
    """Return how far each cell [n,h,w] looks like the places [n,h,w] of a hint, 0..1."""
    count, height, width = places.shape
    whole = np.zeros((count, *looks.grid), np.float32)
    whole[:, :height, :width] = places
    cosine = np.zeros_like(whole)
    for level, weight in zip(looks.levels, _LEVELS.values(), strict=True):
        vectors = level.reshape(len(level), -1)
        own = _resized(whole, level.shape[1:], cv2.INTER_AREA).reshape(count, -1) @ vectors.T
        own = own / (np.linalg.norm(own, axis=1, keepdims=True) + np.float32(1e-6))
        alike = (own @ vectors).reshape(count, *level.shape[1:])
        cosine += np.float32(weight) * _resized(alike, looks.grid, cv2.INTER_LINEAR)
    rising = (cosine[:, :height, :width] - np.float32(_OTHER_THING)) / np.float32(_SAME_THING - _OTHER_THING)
    rising = np.clip(rising, 0, 1)
    smooth: Floats = rising * rising * (3 - 2 * rising)
    return smooth


def _resized(planes: Floats, grid: tuple[int, ...], way: int) -> Floats:
    """Return planes [n,h,w] on another grid."""
    size = grid[1], grid[0]
    return np.stack([cv2.resize(plane, size, interpolation=way) for plane in planes]).astype(np.float32)


def _shortest_paths(starts: NDArray[np.bool_], luma: Floats) -> Floats:
    """Return the lengths of the cheapest paths of single steps from starts [n,h,w] to each cell [n,h,w].

    All rows at once from left to right and back, then all columns: along a line, the cheapest way to a cell
    is the running minimum of where one could have turned into it, less what the line had cost up to there.
    """
    distance = np.where(starts, np.float32(0), _NOWHERE)
    lines = [(axis + 1, _cost_along(luma, axis)) for axis in (1, 0)]
    for _ in range(_ROUNDS):
        for axis, cost in lines:
            _shorten(distance, cost, axis)
            _shorten(np.flip(distance, axis), -np.flip(cost, axis - 1), axis)
    return distance


def _shorten(distance: Floats, cost: Floats, axis: int) -> None:
    """Shorten paths [n,h,w], in place, along an axis, given the cost [h,w] from its beginning."""
    saved = distance - cost
    np.minimum.accumulate(saved, axis=axis, out=saved)
    saved += cost
    np.minimum(distance, saved, out=distance)


def _cost_along(luma: Floats, axis: int) -> Floats:
    """Return what it costs from the beginning of a row (axis 1) or column (axis 0) to each cell [h,w]."""
    steps = np.abs(np.diff(luma, axis=axis)) / np.float32(_EDGE) + np.float32(_STEP)
    start = np.zeros_like(luma[:, :1] if axis else luma[:1])
    return np.concatenate([start, np.cumsum(steps, axis=axis)], axis=axis)
