"""Pictures that are parts of a scan: each is encoded and decoded alone, and laid back on the scan's grid.

scan's luma ─view─▶ picture's luma ─encode─▶ features ─decode─▶ (a,b) of the picture ─view─▶ (a,b) of the scan
                                                          ▲
                              hints on the scan's grid ─view┘
"""

import numpy as np
from numpy.typing import NDArray

from vermilion.network import Features
from vermilion.painter.encoded import Encoded, Part
from vermilion.painter.painted import Painted

Floats = NDArray[np.float32]


def on_scan(parts: tuple[Part, ...], luma: Floats) -> Encoded:
    """Return a scan of several pictures as one that was encoded.

    Its features are those of the pictures, laid where they lie, to tell places from each other; what lies
    beside them has none. They are laid when they are first asked for: plain painting needs none.

    Args:
        parts: the pictures.
        luma: of the scan on its grid, float32 [h,w]; h and w are multiples of 8, so that there is no margin.
    """
    size = luma.shape[0], luma.shape[1]
    return Encoded(lambda: _laid_features(parts, size), luma[None], parts)


def turned_back(part: Part) -> Encoded:
    """Return a scan that was seen whole, but turned, as one that was encoded: turned back, and nothing mixed.

    Args:
        part: the picture, whose frame is all of the scan.
    """
    encoded, turns = part.encoded, part.view.turns

    def features() -> Features:
        levels = (encoded.level(number) for number in range(4))
        return Features(tuple(np.ascontiguousarray(np.rot90(level, turns, (2, 3))) for level in levels))

    luma = np.ascontiguousarray(np.rot90(encoded.luma, turns, (1, 2)))
    return Encoded(features, luma, (part,))


def _laid_features(parts: tuple[Part, ...], grid: tuple[int, int]) -> Features:
    """Return the features of pictures where they lie on a scan, seen at a grid of h and w cells."""
    maps = []
    for level in range(4):
        step = 2**level
        size = grid[0] // step, grid[1] // step
        plane = np.zeros((*size, parts[0].encoded.features.maps[level].shape[1]), np.float32)
        for part in parts:
            values = np.moveaxis(part.encoded.features.maps[level][0], 0, -1)
            stride = 4 * step
            covers = part.size[0] / stride, part.size[1] / stride
            cover = part.view.coverage(size)[..., None]
            plane += cover * (part.view.spread(values, size, covers) - plane)
        maps.append(np.ascontiguousarray(np.moveaxis(plane, -1, 0))[None])
    return Features(tuple(maps))


def canvas_of_part(part: Part, canvas: Floats) -> Floats:
    """Return hints [3,h,w] on the scan's grid as those of one picture, on its own grid."""
    return part.view.nearest(canvas, part.encoded.grid)


def lay_on_scan(
    painted: list[Painted], parts: tuple[Part, ...], neutral: int, size: tuple[int, int]
) -> Painted:
    """Return what was painted of each picture (no batch axis) on the scan's grid.

    Places beside all pictures are neutral, with full confidence.

    Args:
        painted: one for each part.
        parts: the pictures.
        neutral: number of the bin of odds that is nearest to grey.
        size: h and w of the grid.
    """
    ab, confidence = np.zeros((*size, 2), np.float32), np.ones(size, np.float32)
    odds = np.zeros((len(painted[0].odds), *size), np.float32)
    odds[neutral : neutral + 1] = 1
    for one, part in zip(painted, parts, strict=True):
        cover = part.view.coverage(size)
        ab += cover[..., None] * (part.view.spread(one.ab, size) - ab)
        confidence += cover * (part.view.spread(one.confidence, size) - confidence)
        if len(odds):
            laid = np.moveaxis(part.view.spread(np.moveaxis(one.odds, 0, -1), size), -1, 0)
            odds += cover * (laid - odds)
    return Painted(ab, confidence, odds)
