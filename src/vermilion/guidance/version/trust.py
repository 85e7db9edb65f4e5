"""Where a version shows what the scan shows, and where it invented something.

Three tests: whether both have the same structure, at three scales; whether their greys agree once the
version's tone curve is undone; whether flow there and back ends where it started. Recolouring changes none
of them, so it cannot be detected here.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

_HALVED = (1, 2, 4)  # how much smaller both are made, which also averages grain
_SCALE = 2.5  # pixels of each of these over which structure is compared
_FLAT = 0.014  # deviation of luma (0..1) that is no structure
_CLIPPED, _CLIPPED_FLAT = 0.93, 0.04  # luma from which structure may be gone, and what is none there
_STRUCTURE = (0.40, 0.70)  # correlation below which a place is not trusted, and above which it is
_CRUSHED = 0.03  # of luma: how near to white and black a version is clipped
_SLACK = 0.04  # of luma, by which the scan may be farther from them
_CLIPPING = 4.0  # pixels around what is clipped in which greys may differ twice as much
_EVERY = 17  # pixels of which one tells of the tones
_LEVELS = 24  # of the tone curve
_STEEPEST = 2.0  # beyond its ends
_TOLERANCE = 0.035  # of luma, beside what is usual in the two pictures
_FULL, _LEAST_FULL = 0.8, 0.3  # span of luma at which that holds, and the least share of it in faded scans
_APART = 2.0  # pixels
_CONFIRMED = (0.60, 0.85)  # correlation from which the way there and back tells less, and nothing
_SPOT = 3.0  # pixels over which the tests are averaged
_DOUBT = 0.5  # from which a place is not trusted
_CLOSED, _MARGIN, _SOFT = 9, 11, 2.0  # pixels: gaps closed, added around, and softened
_LEAST_AREA = 4e-4  # of the picture: smaller doubts are grain
_RIM = 24  # pixels around what is not trusted in which its colour is not trusted either
_OWN_COLOR = 0.06  # distance of its chroma from that around it
_ISLET = 1e-3  # of the picture: smaller trusted places between doubts are chance
_HOLE = 0.03  # of the picture: larger holes in what is not trusted stay


def trust_of(scan: Floats, seen: Floats, apart: Floats, inside: Mask) -> Floats:
    """Return how far to trust each pixel of an aligned version: float32 [h,w] in 0..1.

    Args:
        scan: luma [h,w] in 0..1.
        seen: the version's luma at the same places.
        apart: pixels by which the way there and back misses, from ``follow``.
        inside: where there is a version; elsewhere trust is 0.
    """
    first, second = _mean(scan, 1.0), _mean(seen, 1.0)
    undone = _tone_undone(first, second, inside)
    silent = _clipped(first, second, undone)
    second = undone + silent * (first - undone)
    structure, texture = _structure(first, second)
    same = _rise(structure, *_STRUCTURE)
    off = _mean(np.abs(_mean(first, 2.0) - _mean(second, 2.0)), 1.5)
    near = 1 + np.minimum(1, 2 * _mean(silent, _CLIPPING))
    tolerance = np.asarray(_tolerance(first, off, inside) * near, np.float32)
    agrees = 1 - _rise(off, tolerance, 2 * tolerance)
    lost = 1 - np.exp(-((_mean(apart, 2.0) / _APART) ** 2))
    returns = 1 - (1 - silent) * texture * lost * (1 - _rise(structure, *_CONFIRMED))
    doubt = 1 - same * agrees * returns
    return _areas(_mean(doubt.astype(np.float32), _SPOT), inside)


def without_rims(trust: Floats, cbcr: Floats) -> Floats:
    """Return trust [h,w] without the rims of invented things: places near them that have their colour.

    A thing that is as dark as what it hides has no structure at its rim; its colour gives it away.

    Args:
        trust: from ``trust_of``.
        cbcr: the version's chroma [h,w,2] at the same places.
    """
    doubted = (trust < _DOUBT).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(doubted, connectivity=4)
    rims = np.zeros(trust.shape, bool)
    for number in range(1, count):
        left, top, width, height = (int(side) for side in stats[number, :4])
        rows = slice(max(0, top - _RIM), top + height + _RIM)
        columns = slice(max(0, left - _RIM), left + width + _RIM)
        rims[rows, columns] |= _rim(
            labels[rows, columns] == number, doubted[rows, columns], cbcr[rows, columns]
        )
    return np.where(rims, 0, trust).astype(np.float32)


def _rim(thing: Mask, doubted: NDArray[np.uint8], cbcr: Floats) -> Mask:
    """Return where trusted places near a thing [h,w] have its colour, if that is one colour and its own."""
    own = np.median(cbcr[thing], axis=0)
    near = np.asarray(cv2.dilate(thing.astype(np.uint8), _disc(2 * _RIM + 1)), np.uint8) > doubted
    if not near.any():
        return near
    away = np.linalg.norm(cbcr - own, axis=-1)
    around = float(np.linalg.norm(np.median(cbcr[near], axis=0) - own))
    if around < _OWN_COLOR or np.median(away[thing]) > around / 4:
        return np.zeros_like(thing)
    found = (near & (away < around / 2)).astype(np.uint8)
    return np.asarray(cv2.dilate(found, _disc(11)) > doubted)


def _structure(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return the local correlation [h,w] of two pictures, weighed by texture over scales, and the texture."""
    noise = max(_noise(first), _noise(second))
    total, weights = np.zeros_like(first), np.full_like(first, 1e-3)
    total += weights
    texture = np.zeros_like(first)
    for scale in _HALVED:
        fits, weight = _compared(_halved(first, scale), _halved(second, scale), noise / scale**0.5)
        total += _enlarged(weight * fits, first)
        weight = _enlarged(weight, first)
        weights += weight
        texture = np.maximum(texture, weight)
    return total / weights, texture


def _compared(first: Floats, second: Floats, noise: float) -> tuple[Floats, Floats]:
    """Return the local correlation [h,w] of two pictures with some noise, and how much it says, 0..1."""
    clipped = _rise(np.maximum(first, second), _CLIPPED, _CLIPPED + 0.05)
    floor = _FLAT**2 + 2 * noise**2 + clipped * np.float32(_CLIPPED_FLAT**2)
    mean, other = _mean(first, _SCALE), _mean(second, _SCALE)
    both = _mean(first * second, _SCALE) - mean * other
    own = np.maximum(_mean(first * first, _SCALE) - mean**2, 0)
    others = np.maximum(_mean(second * second, _SCALE) - other**2, 0)
    most = np.maximum(own, others)
    fits = (both + floor) / np.sqrt((own + floor) * (others + floor))
    return fits.astype(np.float32), (most / (most + floor)).astype(np.float32)


def _halved(plane: Floats, times: int) -> Floats:
    size = max(1, plane.shape[1] // times), max(1, plane.shape[0] // times)
    return plane if times == 1 else np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _enlarged(plane: Floats, like: Floats) -> Floats:
    size = like.shape[1], like.shape[0]
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _tolerance(scan: Floats, off: Floats, inside: Mask) -> float:
    """Return by how much greys may differ: less in a faded scan, more where most places differ."""
    if not inside.any():
        return _TOLERANCE
    low, high = np.percentile(scan[inside][::_EVERY], (2, 98))
    share = np.clip((high - low) / _FULL, _LEAST_FULL, 1)
    return float(_TOLERANCE * share + 2.5 * np.median(off[inside]))


def _noise(luma: Floats) -> float:
    """Return the deviation of the grain that is left in a picture."""
    fine = luma - _mean(luma, 1.5)
    return float(np.median(np.abs(fine))) / 0.6745


def _tone_undone(scan: Floats, seen: Floats, inside: Mask) -> Floats:
    """Return the version's luma with the scan's tones: medians by level, and the nearest rising curve."""
    values, wanted = seen[inside][::7], scan[inside][::7]
    if len(values) < 10 * _LEVELS:
        return seen
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _LEVELS + 1)))
    if len(edges) < 4:
        return seen
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    levels, medians = [], []
    for number in range(len(edges) - 1):
        here = bins == number
        if here.any():
            levels.append(float(np.median(values[here])))
            medians.append(float(np.median(wanted[here])))
    return _extended(seen, np.array(levels), _rising(np.array(medians)))


def _extended(seen: Floats, levels: Doubles, tones: Doubles) -> Floats:
    """Return luma [h,w] with other tones; beyond the ends of their curve it is as steep as in the mean.

    Held at its last tone instead, the brightest and the darkest places would seem to be other things.
    """
    ends = np.array([min(levels[0], float(seen.min())), max(levels[-1], float(seen.max()))])
    steep = np.clip((tones[-1] - tones[0]) / max(levels[-1] - levels[0], 1e-6), 0, _STEEPEST)
    beyond = tones[[0, -1]] + steep * (ends - levels[[0, -1]])
    levels, tones = np.r_[ends[0], levels, ends[1]], np.r_[beyond[0], tones, beyond[1]]
    return np.interp(seen, levels, tones).astype(np.float32)


def _rising(values: Doubles) -> Doubles:
    """Return the nearest values that do not fall, by absolute distance: medians of runs, at best and worst.

    One level that something invented has to itself, as a dark thing in a bright picture, moves no other.
    """
    count = len(values)
    medians = np.full((count, count), np.nan)
    for first in range(count):
        for last in range(first, count):
            medians[first, last] = np.median(values[first : last + 1])
    return np.array([medians[: here + 1, here:].min(axis=1).max() for here in range(count)])


def _clipped(scan: Floats, seen: Floats, undone: Floats) -> Floats:
    """Return where the version is clipped and the scan may be [h,w], 0..1: there it says nothing.

    Whites and blacks that a version lost speak neither for nor against it, where the scan is about as bright.

    Args:
        scan: luma [h,w] in 0..1.
        seen: the version's, as it is.
        undone: the same with the scan's tones.
    """
    levels, tones = seen.ravel()[::_EVERY], undone.ravel()[::_EVERY]
    order = np.argsort(levels)
    levels, tones = levels[order], tones[order]
    low, high = (float(np.interp(level, levels, tones)) for level in (_CRUSHED, 1 - _CRUSHED))
    white, black = _rise(seen, 1 - 2 * _CRUSHED, 1 - _CRUSHED), _rise(-seen, -2 * _CRUSHED, -_CRUSHED)
    return white * _rise(scan, high - _SLACK, high) + black * _rise(-scan, -low - _SLACK, -low)


def _areas(doubt: Floats, inside: Mask) -> Floats:
    """Return trust with doubts made whole areas, without specks, with a margin and a soft edge.

    A strip or speck between margins, where the pictures agree by chance, would show: it goes, too.
    """
    doubted = ((doubt > _DOUBT) & inside).astype(np.uint8)
    doubted = np.asarray(cv2.morphologyEx(doubted, cv2.MORPH_CLOSE, _disc(_CLOSED)), np.uint8)
    doubted = _without_small(doubted, _LEAST_AREA)
    doubted = 1 - _without_small(1 - doubted, _HOLE)
    doubted = np.asarray(cv2.dilate(doubted, _disc(_MARGIN)), np.uint8)
    doubted = np.asarray(cv2.morphologyEx(doubted, cv2.MORPH_CLOSE, _disc(_CLOSED)), np.uint8)
    doubted = np.asarray(1 - _without_small(1 - doubted, _ISLET), np.uint8)
    outside = np.asarray(cv2.dilate((~inside).astype(np.uint8), _disc(5)), np.uint8)
    trust = 1 - np.maximum(doubted, outside).astype(np.float32)
    return np.minimum(trust, np.clip(2 * _mean(trust, _SOFT) - 1, 0, 1))


def _without_small(mask: NDArray[np.uint8], least: float) -> NDArray[np.uint8]:
    """Return a mask of 0 and 1 without connected parts of less than a share of its area."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    kept = stats[:, cv2.CC_STAT_AREA] >= least * mask.size
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)


def _disc(side: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _rise(values: Floats, low: Floats | float, high: Floats | float) -> Floats:
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _mean(plane: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
