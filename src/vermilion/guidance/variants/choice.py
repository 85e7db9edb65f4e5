"""Variants: other plausible colourings of one picture, proposed as hints, chosen once they are painted.

Half of them divide the picture into regions, the others change only the things of which the network is least
sure. Each takes one of the colours that the network finds likely there; which of them go together is drawn by
chance, from their probabilities. Of all that was painted, those are shown that represent the others best.

    paint (with odds) ─▶ find_regions, find_doubtful ─▶ propose_variants ─▶ paint each ─▶ choose_variants

Measured on 96 benchmark pictures: best of six −13.4 % ab error, all of them +34 %. A network that follows
hints closely (vermilion 5) came to −7.6 % with hints in every fourth cell and three regions; few hints leave
it to find what goes with them. Things alone come less near to the truth, as too much stays as it was.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vermilion.guidance.canvas import appearance_of, draw_hints, lattice_canvas, reach_of
from vermilion.guidance.confidence import ask_here
from vermilion.guidance.hints import Hint
from vermilion.guidance.references import Labels, mean_odds
from vermilion.guidance.variants.suggest import Suggestion, suggest_colors

if TYPE_CHECKING:
    from numpy.random import Generator

Floats = NDArray[np.float32]

VARIANT_REGIONS = 2
"""Regions to divide a picture into: with three the best of six came 7 % nearer, with two 12 (40 pictures)."""

VARIANT_THINGS = 2
"""Things of which the network is least sure that take other colours; more of them came less near."""

_PROPOSALS = 24  # of which the best handful is chosen; each costs one painting
_COLORS = 5  # that a region can take
_LEAST_PROBABILITY = 0.04  # of a region's colour; below, it would look wrong
_HINTS = 3  # along the short side: the network finds what goes with them; with 12 it only colours in
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


@dataclass(frozen=True, slots=True, eq=False)
class Doubtful:
    """Things of which the network is not sure, in what it painted by itself.

    Attributes:
        ab: float32 [h,w,2], the automatic colours.
        reach: float32 [n,h,w] of ``reach_of``, where each thing is, from 0 to 1.
    """

    ab: Floats
    reach: Floats


def find_doubtful(maps: Sequence[Floats], luma: Floats, ab: Floats, confidence: Floats) -> Doubtful:
    """Return the ``VARIANT_THINGS`` things where one hint would change most, or fewer where all is sure.

    Args:
        maps: ``Features.maps`` of the picture.
        luma: [h,w] in 0..1, on the grid of stride 4.
        ab: [h,w,2], the automatic colours.
        confidence: [h,w] in 0..1, of them.
    """
    grid = luma.shape[0], luma.shape[1]
    features = maps[1][0, :, : -(-grid[0] // 2), : -(-grid[1] // 2)]  # without the margin, rounded up
    spots = ask_here(features, luma, confidence, np.zeros(grid, np.bool_), grid, VARIANT_THINGS)
    owner = draw_hints([Hint(spot.x, spot.y, "grey") for spot in spots], grid, grid).owner
    return Doubtful(ab, reach_of(owner, luma, appearance_of(maps)))


def propose_variants(
    odds: Floats,
    bins: Sequence[tuple[float, float]],
    luma: Floats,
    regions: Labels,
    doubtful: Doubtful | None = None,
    seed: int = 0,
) -> list[Proposal]:
    """Return colourings, drawn by their joint probability.

    Args:
        odds: [K,h,w], of the automatic painting.
        bins: their K centres (a,b).
        luma: [h,w] in 0..1.
        regions: [h,w], from ``find_regions``; ``VARIANT_REGIONS`` of them do well.
        doubtful: from ``find_doubtful``; without any, all colourings are by regions.
        seed: for the choice of colourings.
    """
    things = doubtful if doubtful is not None and len(doubtful.reach) else None
    random, share = np.random.default_rng(seed), _PROPOSALS if things is None else _PROPOSALS // 2
    proposals = list(itertools.islice(_by_regions(odds, bins, luma, regions, random), share))
    if things is not None:
        proposals += itertools.islice(_by_things(odds, bins, luma, things, random), share)
    return proposals


def choose_variants(
    automatic: Floats, painted: Sequence[Floats], proposals: Sequence[Proposal], count: int
) -> list[int]:
    """Return which paintings to show, likeliest first: those that represent all best, none twice.

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


def _by_regions(
    odds: Floats,
    bins: Sequence[tuple[float, float]],
    luma: Floats,
    regions: Labels,
    random: "Generator",
) -> Iterator[Proposal]:
    """Yield distinct colourings by regions in the order in which chance, by their probability, draws them."""
    colors = [
        _colors_of(shares, bins, float(luma[regions == region].mean()))
        for region, shares in enumerate(mean_odds(odds, regions))
    ]
    painted = _painted(odds, bins, colors)
    for choice, likelihood in _drawn(colors, random):
        ab = _assembled(painted, choice, regions)
        yield Proposal(_few_hints(ab), likelihood)


def _by_things(
    odds: Floats,
    bins: Sequence[tuple[float, float]],
    luma: Floats,
    doubtful: Doubtful,
    random: "Generator",
) -> Iterator[Proposal]:
    """Yield distinct colourings of things, drawn in the same way; everything else stays."""
    shares = [weight / weight.sum() for weight in doubtful.reach**2]
    colors = [_colors_of(np.tensordot(odds, share, 2), bins, float((luma * share).sum())) for share in shares]
    painted = _painted(odds, bins, colors)
    total = np.maximum(doubtful.reach.sum(axis=0), np.float32(1e-9))[..., None]
    most = doubtful.reach.max(axis=0)[..., None]
    for choice, likelihood in _drawn(colors, random):
        chosen = [colorings[number] for colorings, number in zip(painted, choice, strict=True)]
        things = np.einsum("nhw,nhwc->hwc", doubtful.reach, chosen) / total
        ab = doubtful.ab + most * (things - doubtful.ab)
        yield Proposal(_few_hints(ab), likelihood)


def _few_hints(ab: Floats) -> Floats:
    return lattice_canvas(ab, max(1, min(ab.shape[:2]) // _HINTS))


def _painted(
    odds: Floats, bins: Sequence[tuple[float, float]], colors: Sequence[Sequence[Suggestion]]
) -> list[list[Floats]]:
    """Return how the picture [h,w,2] would be with each colour that each part of it may take."""
    centres = np.array(bins, np.float32)
    return [[_cells_near(odds, centres, color.ab) for color in part] for part in colors]


def _drawn(
    colors: Sequence[Sequence[Suggestion]], random: "Generator"
) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield choices of one colour for each part and their likelihood, likely ones sooner, each once."""
    choices = list(itertools.product(*(range(len(part)) for part in colors)))
    likelihoods = np.array([_likelihood(colors, choice) for choice in choices])
    # The first in the order of such disturbed likelihoods are a sample without repetition (Gumbel's trick).
    disturbed = likelihoods + random.gumbel(size=len(choices))
    for place in np.argsort(-disturbed, kind="stable"):
        yield choices[place], float(likelihoods[place])


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
