"""Palettes: a few colours to paint with, or those of another picture, as hints to the regions they suit.

paint (with odds) ─▶ find_regions ─▶ palette_canvas ─▶ paint
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vermilion.color import lab_to_rgb, rgb_to_lab
from vermilion.errors import SettingsError
from vermilion.guidance.canvas import existing_ab, lattice_canvas
from vermilion.guidance.hints import Color, ab_of
from vermilion.guidance.references.clusters import Labels, cluster
from vermilion.guidance.references.regions import mean_odds
from vermilion.tone import shrunk

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

PALETTE_REGIONS = 8
"""Regions to divide a picture into: each takes one colour of the palette."""

_SIDE = 96  # pixels of the longer side from which a picture's palette is taken
_SPREAD = 15.0  # ab units: how far from a palette's colour the network's own may be and still support it
_IMPOSSIBLE = 10.0  # ab units by which a region's luma spoils a colour, to cost as much as e-fold odds
_GREY_COST = 1.0  # in logarithms of odds: a region stays grey only where grey is clearly likelier


def palette_of_picture(rgb: NDArray[np.uint8], count: int = 6) -> tuple[str, ...]:
    """Return at most ``count`` main colours of a picture [H,W,3] as "#rrggbb", the most frequent first."""
    small = shrunk(rgb, _SIDE / max(rgb.shape[:2])).reshape(-1, 3)
    lab = rgb_to_lab(small.astype(np.float32) / 255)
    labels = cluster(lab, count)
    sizes = np.bincount(labels)
    frequent_first = [number for number in np.argsort(-sizes, kind="stable") if sizes[number]]
    return tuple(_hex(lab[labels == number].mean(axis=0)) for number in frequent_first)


def palette_canvas(
    palette: Sequence[Color], odds: Floats, bins: Sequence[tuple[float, float]], luma: Floats, regions: Labels
) -> Floats:
    """Return hints [3,h,w] that give each region the colour of the palette that suits it best, or grey.

    Every colour is used where there are regions enough: one that suits no region best gets the one that it
    suits least badly, among those that share their colour.

    Args:
        palette: colours as ``Hint`` takes them.
        odds: [K,h,w], of the automatic painting.
        bins: their K centres (a,b).
        luma: [h,w] in 0..1.
        regions: [h,w], from ``find_regions``; ``PALETTE_REGIONS`` of them do well.

    Raises:
        HintError: one of the palette is not a colour.
        SettingsError: the palette is empty.
    """
    if not palette:
        raise SettingsError("A palette without colours paints nothing; give one at least, such as #c2553a.")
    colors = np.array([ab_of(color) for color in palette], np.float32)
    with_grey = np.concatenate([colors, np.zeros((1, 2), np.float32)])
    lumas = np.array([luma[regions == region].mean() for region in range(int(regions.max()) + 1)], np.float32)
    costs = _costs(with_grey, mean_odds(odds, regions), np.array(bins, np.float32), lumas)
    choice = _use_all(costs, len(colors))
    return lattice_canvas(with_grey[choice[regions]])


def _costs(colors: Floats, odds: Floats, bins: Floats, lumas: Floats) -> Doubles:
    """Return how badly each of P colours, grey the last, suits each of R regions with odds [R,K]: [R,P]."""
    wanted = np.broadcast_to(colors, (len(lumas), *colors.shape))
    possible = existing_ab(np.broadcast_to(lumas[:, None], wanted.shape[:2]), wanted)
    squared = ((possible[:, :, None] - bins) ** 2).sum(axis=-1)
    likely = (np.exp(squared / (-2 * _SPREAD**2)) * odds[:, None]).sum(axis=-1)
    spoilt = np.linalg.norm(possible - wanted, axis=-1) / _IMPOSSIBLE
    costs: Doubles = spoilt - np.log(np.maximum(likely, 1e-6)).astype(np.float64)
    costs[:, -1] += _GREY_COST
    return costs


def _use_all(costs: Doubles, count: int) -> NDArray[np.intp]:
    """Return the cheapest colour of each region, changed so that the first ``count`` are all used."""
    choice = np.asarray(costs.argmin(axis=1), np.intp)
    for color in range(count):
        if (choice == color).any():
            continue
        shared = np.bincount(choice, minlength=costs.shape[1])[choice] > 1
        if not shared.any():
            break
        loss = costs[:, color] - costs[np.arange(len(choice)), choice]
        choice[np.where(shared, loss, np.inf).argmin()] = color
    return choice


def _hex(lab: Floats) -> str:
    codes = np.rint(np.clip(lab_to_rgb(lab), 0, 1) * 255).astype(int)
    return "#" + "".join(f"{code:02x}" for code in codes)
