"""Variants: other plausible colourings of one picture, proposed as hints, chosen once they are painted.

Each region of the picture takes one of the colours that the network finds likely there; which of them go
together is drawn by chance, from their probabilities. Out of all that was painted those are shown that
stand best for the others.

    paint (with odds) ─▶ find_regions ─▶ propose_variants ─▶ paint each canvas ─▶ choose_variants
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas import lattice_canvas
from vermilion.guidance.clusters import Labels
from vermilion.guidance.regions import mean_odds
from vermilion.guidance.suggest import Suggestion, suggest_colors

Floats = NDArray[np.float32]

VARIANT_REGIONS = 3
"""Regions to divide a picture into: more of them vary details, and the whole less."""

_PROPOSALS = 24  # of which the best handful is chosen; each costs one painting
_COLORS = 4  # that a region can take
_LEAST_PROBABILITY = 0.06  # of a region's colour; below, it would look wrong
_SAME_COLOR = 10.0  # ab units: how far from a region's colour its cells may have their own
_VISIBLE = 2.0  # mean ab units between two variants, casts aside, below which they look the same


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A colouring that may be painted.

    Attributes:
        canvas: float32 [3,h,w], hints as the network reads them.
        likelihood: logarithm of the joint probability of the regions' colours.
    """

    canvas: Floats
    likelihood: float


def propose_variants(
    odds: Floats, bins: Sequence[tuple[float, float]], luma: Floats, regions: Labels, seed: int = 0
) -> list[Proposal]:
    """Return colourings, drawn by their joint probability.

    Half of them give one colour to the two regions that are most alike: what is parted too finely for one
    picture is right for another, and choosing among both came closer to the truth than either alone.

    Args:
        odds: [K,h,w], of the automatic painting.
        bins: their K centres (a,b).
        luma: [h,w] in 0..1.
        regions: [h,w], from ``find_regions``; ``VARIANT_REGIONS`` of them do well.
        seed: another one draws others.
    """
    divisions = [regions] if int(regions.max()) < 2 else [regions, _with_two_as_one(odds, regions)]
    random, share = np.random.default_rng(seed), _PROPOSALS // len(divisions)
    return [
        proposal
        for division in divisions
        for proposal in itertools.islice(_drawn(odds, bins, luma, division, random), share)
    ]


def choose_variants(
    automatic: Floats, painted: Sequence[Floats], proposals: Sequence[Proposal], count: int
) -> list[int]:
    """Return which paintings to show, likeliest first: those that stand best for all, none seen twice.

    Args:
        automatic: (a,b) [h,w,2] without hints; what looks like it is no variant.
        painted: (a,b) [h,w,2] of each proposal.
        proposals: in the same order.
        count: of variants wanted. There are fewer where the network knows no other colours.
    """
    every = [*painted, automatic]
    apart = _distances([ab - ab.mean(axis=(0, 1)) for ab in every])
    missed, far = _distances(every)[:-1, :-1], apart[:-1, -1]
    chosen: list[int] = []
    nearest = np.full(len(painted), np.inf)
    allowed = far >= _VISIBLE
    while len(chosen) < count and allowed.any():
        # Mean distance of any plausible colouring to the nearest that is shown, were this one added.
        remaining = np.minimum(nearest, missed).mean(axis=1)
        best = int(np.where(allowed, remaining, np.inf).argmin())
        chosen.append(best)
        nearest = np.minimum(nearest, missed[best])
        allowed &= apart[best, :-1] >= _VISIBLE
    return sorted(chosen, key=lambda place: -proposals[place].likelihood)


def _drawn(
    odds: Floats,
    bins: Sequence[tuple[float, float]],
    luma: Floats,
    regions: Labels,
    random: np.random.Generator,
) -> Iterator[Proposal]:
    """Yield distinct colourings by regions in the order in which chance, by their probability, draws them."""
    colors = [
        _colors_of(shares, bins, float(luma[regions == region].mean()))
        for region, shares in enumerate(mean_odds(odds, regions))
    ]
    centres = np.array(bins, np.float32)
    painted = [[_cells_near(odds, centres, color.ab) for color in region] for region in colors]
    choices = list(itertools.product(*(range(len(region)) for region in colors)))
    likelihoods = np.array([_likelihood(colors, choice) for choice in choices])
    # The first in the order of such disturbed likelihoods are a sample without repetition (Gumbel's trick).
    disturbed = likelihoods + random.gumbel(size=len(choices))
    for place in np.argsort(-disturbed, kind="stable"):
        ab = _assembled(painted, choices[place], regions)
        yield Proposal(lattice_canvas(ab), float(likelihoods[place]))


def _with_two_as_one(odds: Floats, regions: Labels) -> Labels:
    """Return regions [h,w], the two of which that have the most similar odds made one."""
    shares = mean_odds(odds, regions)
    apart = np.abs(shares[:, None] - shares).sum(axis=-1) + np.where(np.eye(len(shares)), np.inf, 0)
    one, other = np.unravel_index(apart.argmin(), apart.shape)
    _, numbered = np.unique(np.where(regions == other, one, regions), return_inverse=True)
    return numbered.reshape(regions.shape).astype(np.int32)


def _colors_of(shares: Floats, bins: Sequence[tuple[float, float]], luma: float) -> tuple[Suggestion, ...]:
    """Return the colours that a region with odds [K] may take, the likeliest first."""
    colors = suggest_colors(shares, bins, luma, _COLORS)
    return tuple(color for color in colors if color.probability >= _LEAST_PROBABILITY) or colors[:1]


def _likelihood(colors: Sequence[Sequence[Suggestion]], choice: Sequence[int]) -> float:
    return sum(math.log(region[number].probability) for region, number in zip(colors, choice, strict=True))


def _cells_near(odds: Floats, bins: Floats, ab: tuple[float, float]) -> Floats:
    """Return the mean colour [h,w,2] of each cell's odds, were its colour near (a, b)."""
    nearness = np.exp(((bins - np.array(ab, np.float32)) ** 2).sum(axis=1) / (-2 * _SAME_COLOR**2))
    weights = odds * nearness[:, None, None]
    total = np.maximum(weights.sum(axis=0), np.float32(1e-12))
    mean: Floats = np.tensordot(weights, bins, (0, 0)) / total[..., None]
    return mean


def _assembled(painted: Sequence[Sequence[Floats]], choice: Sequence[int], regions: Labels) -> Floats:
    """Return a colouring [h,w,2], each region as chosen."""
    ab = np.zeros((*regions.shape, 2), np.float32)
    for region, number in enumerate(choice):
        cells = regions == region
        ab[cells] = painted[region][number][cells]
    return ab


def _distances(pictures: Sequence[Floats]) -> NDArray[np.float64]:
    """Return the mean ab distances [n,n] of pictures [h,w,2] from each other."""
    count = len(pictures)
    distances = np.zeros((count, count))
    for i, j in itertools.combinations(range(count), 2):
        distances[i, j] = distances[j, i] = np.linalg.norm(pictures[i] - pictures[j], axis=-1).mean()
    return distances
