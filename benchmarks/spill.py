"""Does one hint colour its thing, and nothing else? Things are taken from the true colours.

A thing is a part of a picture that hangs together, of one true colour and about one luma; elsewhere is what
differs from it in either, a little away from it. One hint in a thing asks for a colour that it does not have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.known import random_of
from benchmarks.scene import Floats, ab_of_rgb, mean, read_rgb
from vermilion import Colorizer, Hint
from vermilion.guidance import Controls, ab_at
from vermilion.guidance.canvas import existing_ab
from vermilion.tone import luma_of_rgb, unit_range

COLORS = ("#c02020", "#2040c0", "#209040", "#d0a020", "#803090", "#008080")  # asked for, by turns
PART = 4  # pixels to one that is looked at
ONE_COLOR, OTHER_COLOR = 12.0, 18.0  # ab units
ONE_LUMA, OTHER_LUMA = 0.3, 0.4
THINGS = (0.02, 0.4)  # of a picture, that a thing may cover
ELSEWHERE = 0.15  # of a picture, at least
TRIES, MOST = 60, 2  # places looked at, and things taken of a picture
SEEN = 0.3  # of the change that was asked for: what anybody sees
LEAST_WAY = 5.0  # ab units from the automatic colour below which there is no way to go


@dataclass(frozen=True, eq=False)
class Thing:
    """Cells [h,w] of a thing, those elsewhere, and a place (row, column) within it."""

    cells: NDArray[np.bool_]
    elsewhere: NDArray[np.bool_]
    place: tuple[int, int]


def spill_figures(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """How much of what one hint asks for is found all over its thing, and how much elsewhere."""
    spread, spill, seen = [], [], []
    for path in paths:
        rgb = read_rgb(path)
        luma, true = _smaller(unit_range(luma_of_rgb(rgb))), _smaller(ab_of_rgb(rgb))
        session, random = colorizer.open(path, recolor=True), random_of(path)
        automatic = _smaller(ab_of_rgb(session.paint().to_numpy()))
        for thing in things_in(luma, true, random):
            color = COLORS[int(random.integers(len(COLORS)))]
            row, column = ((place + 0.5) * PART for place in thing.place)
            picture = session.paint(Controls(hints=(Hint(column, row, color),)))
            change = _smaller(ab_of_rgb(picture.to_numpy())) - automatic
            way = existing_ab(luma, ab_at(color, luma)) - automatic
            lengths = np.maximum(np.linalg.norm(way, axis=-1), LEAST_WAY)
            gone = np.clip((change * way).sum(axis=-1) / lengths**2, -1, 1.5)
            beside = np.linalg.norm(change, axis=-1) / lengths[thing.cells].mean()
            spread.append(float(gone[thing.cells].mean()))
            spill.append(float(np.minimum(beside[thing.elsewhere], 2).mean()))
            seen.append(float((beside[thing.elsewhere] > SEEN).mean()))
    yield f"{len(spread)} things, one hint in each"
    yield f"of the way to its colour the thing goes {mean(spread):.0%}"
    yield f"what lies elsewhere changes by {mean(spill):.1%} of that way"
    yield f"{mean(seen):.1%} of what lies elsewhere changes by more than {SEEN:.0%} of it"


def things_in(luma: Floats, true: Floats, random: np.random.Generator) -> list[Thing]:
    """Things at random places of a picture that do not overlap much; luma [h,w], true (a,b) [h,w,2]."""
    found: list[Thing] = []
    for _ in range(TRIES):
        row, column = (int(random.integers(1, side - 1)) for side in luma.shape)
        color = np.linalg.norm(true - true[row, column], axis=-1)
        light = abs(luma - luma[row, column])
        _, parts = cv2.connectedComponents(
            ((color < ONE_COLOR) & (light < ONE_LUMA)).astype(np.uint8), connectivity=4
        )
        cells = parts == parts[row, column]
        around = cv2.dilate(cells.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        elsewhere = ((color > OTHER_COLOR) | (light > OTHER_LUMA)) & ~around
        fits = THINGS[0] < cells.mean() < THINGS[1] and elsewhere.mean() > ELSEWHERE
        inside = cells[row - 1 : row + 2, column - 1 : column + 2].all()
        if fits and inside and not any((cells & other.cells).any() for other in found):
            found.append(Thing(cells, elsewhere, (row, column)))
        if len(found) == MOST:
            break
    return found


def _smaller(planes: Floats) -> Floats:
    height, width = planes.shape[0] // PART, planes.shape[1] // PART
    return cv2.resize(planes, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
