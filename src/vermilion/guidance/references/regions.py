"""Regions of a picture that will likely have one colour each: cells that the network sees alike."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.references.clusters import Labels, cluster

Floats = NDArray[np.float32]

_LEVELS = (1, 2)  # strides 8 and 16: finer ones know textures but no things, coarser ones no outlines
_PLACE_WEIGHT = 0.25  # weight of a cell's place against its look: keeps regions together


def cell_features(maps: Sequence[Floats], grid: tuple[int, int], step: int = 1) -> list[Floats]:
    """Return what the network saw, level by level, on one grid.

    Args:
        maps: ``Features.maps``: [1,C,h,w] at strides 4, 8, 16 and 32, with the margin.
        grid: height and width in cells of stride 4 that the picture itself covers.
        step: cells of stride 4 to one cell of the result.

    Returns:
        For strides 8 and 16 float32 [C, grid height / step, grid width / step], rounded down.
    """
    height, width = (side // step for side in maps[0].shape[2:])
    rows, columns = (side // step for side in grid)
    return [
        np.stack([cv2.resize(plane, (width, height)) for plane in maps[level][0]])[:, :rows, :columns]
        for level in _LEVELS
    ]


def find_regions(maps: Sequence[Floats], luma: Floats, ab: Floats, count: int) -> Labels:
    """Divide a picture into regions, which need not be connected: all of the sky is one.

    Args:
        maps: ``Features.maps`` of the picture.
        luma: [h,w] in 0..1, on the grid of stride 4.
        ab: [h,w,2], the automatic colours.
        count: of regions at most; a plain picture may have fewer.

    Returns:
        int32 [h,w], 0 to ``count`` - 1. The same on every call.
    """
    height, width = luma.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    place = np.stack([rows / height, columns / width])
    planes = [*cell_features(maps, (height, width)), luma[None], np.moveaxis(ab, -1, 0)]
    cells = np.concatenate([*map(_equal_weight, planes), _PLACE_WEIGHT * _equal_weight(place)])
    vectors = np.ascontiguousarray(cells.reshape(len(cells), -1).T, np.float32)
    return cluster(vectors, count).reshape(height, width)


def mean_odds(odds: Floats, regions: Labels) -> Floats:
    """Return the mean odds [R,K] of each region, from odds [K,h,w] and labels [h,w], none of them empty."""
    count = int(regions.max()) + 1
    member = (regions.ravel() == np.arange(count)[:, None]).astype(np.float32)
    sums = member @ odds.reshape(len(odds), -1).T
    means: Floats = sums / member.sum(axis=1, keepdims=True)
    return means


def _equal_weight(planes: Floats) -> Floats:
    """Return planes [C,h,w] centred, and scaled so that all together have a variance of 1."""
    centred = planes - planes.mean(axis=(1, 2), keepdims=True)
    spread = float(np.sqrt((centred**2).sum(axis=0).mean()))
    equal: Floats = centred / np.float32(max(spread, 1e-6))
    return equal
