"""Which colour a hint can get at its place, and how far the painting is from it.

A colour of a given luma can only be so colourful: a navy coat that is light grey on the scan cannot become
navy. What counts as arrived is therefore the nearest colour of that hue which exists there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_to_cbcr, cbcr_to_ab, cbcr_to_rgb, fit_gamut
from vermilion.guidance.canvas.shapes import AB_SCALE, NOBODY, Drawing
from vermilion.guidance.hints import AnyHint, ab_at

Floats = NDArray[np.float32]

CLOSE = 5.0
"""CIELAB units of a and b within which a hint's colour has arrived."""


@dataclass(frozen=True, eq=False)
class Goals:
    """What the hints ask for, cell by cell; n cells are hinted.

    Attributes:
        cells: bool [h,w]: where hints are seen.
        owner: [n]: number of the hint.
        luma: float32 [n], 0..1.
        ab: float32 [n,2]: the colour to arrive at.
        laid_on: float32 [n,2]: what to paint so that it arrives: all of a colour, even if there is none such
            at the cell's mean luma, as single pixels may be dark or light enough.
        named: float32 [n,2]: the colour that was named, as it would be in the light of the place.
        short: float32 [n]: ab units between it and the nearest that exists there.
    """

    cells: NDArray[np.bool_]
    owner: NDArray[np.intp]
    luma: Floats
    ab: Floats
    laid_on: Floats
    named: Floats
    short: Floats

    def shown(self, painted: Floats) -> Floats:
        """Return the visible part of painted (a,b) [h,w,2] where hints are, [n,2]."""
        return existing_ab(self.luma, painted[self.cells])

    @cached_property
    def nearer_if_darker(self) -> Floats:
        """By how many ab units the named colour comes nearer in a darker place than in a lighter one, [n]."""
        lumas = 1 - (1 - self.luma) * np.float32(0.8), self.luma * np.float32(0.8)
        lighter, darker = (
            np.linalg.norm(existing_ab(luma, self.named) - self.named, axis=-1) for luma in lumas
        )
        nearer: Floats = lighter - darker
        return nearer

    def miss(self, painted: Floats) -> Floats:
        """Return the goals minus what is shown of painted (a,b) [h,w,2], as [n,2]."""
        return self.ab - self.shown(painted)


def existing_ab(luma: Floats, ab: Floats) -> Floats:
    """Return the (a,b) [...,2] that the exact join shows for ``ab`` at luma [...] in 0..1: in gamut."""
    return cbcr_to_ab(luma, fit_gamut(luma, ab_to_cbcr(luma, ab)))


def hex_of(luma: float, ab: tuple[float, float]) -> str:
    """Return "#rrggbb" of the colour with this luma (0..1) and the nearest (a,b) that exists there."""
    grey, pair = np.array([luma], np.float32), np.array([ab], np.float32)
    rgb = cbcr_to_rgb(grey, fit_gamut(grey, ab_to_cbcr(grey, pair)))[0]
    return "#" + "".join(f"{round(float(channel) * 255):02x}" for channel in np.clip(rgb, 0, 1))


def goals_of(drawing: Drawing, luma: Floats, automatic: Floats) -> Goals:
    """Return the colours that hints should reach.

    Args:
        drawing: the hints.
        luma: [h,w] in 0..1, at the network's stride.
        automatic: (a,b) [h,w,2] without them: a hint of half the strength is to arrive half way.
    """
    cells = drawing.owner != NOBODY
    a, b, strength = drawing.canvas[:, cells]
    named = np.stack([a, b], axis=-1) * np.float32(AB_SCALE)
    possible = existing_ab(luma[cells], named)
    start = existing_ab(luma[cells], automatic[cells])
    ab = start + strength[:, None] * (possible - start)
    return Goals(
        cells=cells,
        owner=drawing.owner[cells],
        luma=luma[cells],
        ab=ab,
        laid_on=np.where(strength[:, None] == 1, named, ab),
        named=named,
        short=np.linalg.norm(possible - named, axis=-1).astype(np.float32),
    )


def notes_on(hints: Sequence[AnyHint], goals: Goals, painted: Floats) -> tuple[str, ...]:
    """Say which hints ask for a colour that cannot exist where they are, and which colours came out wrong.

    Args:
        hints: as they were drawn.
        goals: of their drawing.
        painted: (a,b) [h,w,2], the best that could be had.
    """
    misses = np.linalg.norm(goals.miss(painted), axis=-1)
    notes = []
    for number, hint in enumerate(hints):
        own = goals.owner == number
        if not own.any():
            continue
        if hint.strength and goals.short[own].mean() > CLOSE:
            notes.append(_cannot_exist(hint, goals, own))
        if (miss := misses[own].mean()) > CLOSE:
            notes.append(f"{hint.place} missed its colour by {miss:.1f} units of a, b; add another beside it")
    return tuple(notes)


def _cannot_exist(hint: AnyHint, goals: Goals, own: NDArray[np.bool_]) -> str:
    """Say that a hint's colour cannot exist at its place, or in parts of it."""
    luma = goals.luma[own].mean(keepdims=True)
    color = ab_at(hint.color, luma)
    if np.linalg.norm(existing_ab(luma, color) - color) <= CLOSE:  # in most of it, it can
        return (
            f"the colour of {hint.place} cannot exist in all of it: parts of the scan are too light or too "
            "dark there, and in these it is as strong as possible"
        )
    a, b = color[0]
    tone = "light" if goals.nearer_if_darker[own].mean() > 0 else "dark"
    return (
        f"the colour of {hint.place} cannot exist where the scan is so {tone}; "
        f"the nearest there is {hex_of(float(luma[0]), (float(a), float(b)))}"
    )
