"""Where a version shows what the scan shows, and where it invented something.

Three tests: whether both have the same structure, at three scales; whether their greys agree once the
version's tone curve is undone; whether flow there and back ends where it started. Recolouring changes none
of them, so it cannot be detected here.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SCALES = (2.5, 5.0, 10.0)  # pixels
_FLAT = 0.014  # deviation of luma (0..1) that is no structure
_CLIPPED, _CLIPPED_FLAT = 0.93, 0.04  # luma from which structure may be gone, and what is none there
_STRUCTURE = (0.30, 0.62)  # correlation below which a place is not trusted, and above which it is
_CRUSHED = 0.03  # of luma: how near to white and black a version is clipped
_SLACK = 0.04  # of luma, by which the scan may be farther from them
_EVERY = 17  # pixels of which one tells of the tones
_LEVELS = 24  # of the tone curve
_TOLERANCE = 0.05  # of luma, beside what is usual in the two pictures
_APART = 2.0  # pixels
_SPOT = 3.0  # pixels over which the tests are averaged
_DOUBT = 0.5  # from which a place is not trusted
_CLOSED, _MARGIN, _SOFT = 9, 15, 2.0  # pixels: gaps closed, added around, and softened
_LEAST_AREA = 4e-4  # of the picture: smaller doubts are grain
_RIM = 24  # pixels around what is not trusted in which its colour is not trusted either
_OWN_COLOR = 0.06  # distance of its chroma from that around it
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
    usual = float(np.median(off[inside])) if inside.any() else 0.0
    tolerance = _TOLERANCE + 2.5 * usual
    agrees = 1 - _rise(off, tolerance, 2 * tolerance)
    returns = 1 - (1 - silent) * texture * (1 - np.exp(-((_mean(apart, 2.0) / _APART) ** 2)))
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
    clipped = _rise(np.maximum(first, second), _CLIPPED, _CLIPPED + 0.05)
    floor = _FLAT**2 + 2 * noise**2 + clipped * np.float32(_CLIPPED_FLAT**2)
    total, weights = np.zeros_like(first), np.full_like(first, 1e-3)
    total += weights
    texture = np.zeros_like(first)
    for scale in _SCALES:
        mean, other = _mean(first, scale), _mean(second, scale)
        both = _mean(first * second, scale) - mean * other
        own = np.maximum(_mean(first * first, scale) - mean**2, 0)
        others = np.maximum(_mean(second * second, scale) - other**2, 0)
        fits = (both + floor) / np.sqrt((own + floor) * (others + floor))
        most = np.maximum(own, others)
        weight = most / (most + floor)
        total += weight * fits
        weights += weight
        texture = np.maximum(texture, weight)
    return total / weights, texture


def _noise(luma: Floats) -> float:
    """Return the deviation of the grain that is left in a picture."""
    fine = luma - _mean(luma, 1.5)
    return float(np.median(np.abs(fine))) / 0.6745


def _tone_undone(scan: Floats, seen: Floats, inside: Mask) -> Floats:
    """Return the version's luma with the scan's tones: medians by level, made a rising curve."""
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
    return np.interp(seen, levels, np.maximum.accumulate(medians)).astype(np.float32)


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
    """Return trust with doubts made whole areas, without specks, with a margin and a soft edge."""
    doubted = ((doubt > _DOUBT) & inside).astype(np.uint8)
    doubted = np.asarray(cv2.morphologyEx(doubted, cv2.MORPH_CLOSE, _disc(_CLOSED)), np.uint8)
    doubted = _without_small(doubted, _LEAST_AREA)
    doubted = 1 - _without_small(1 - doubted, _HOLE)
    doubted = np.asarray(cv2.dilate(doubted, _disc(_MARGIN)), np.uint8)
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


def _rise(values: Floats, low: float, high: float) -> Floats:
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _mean(plane: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
