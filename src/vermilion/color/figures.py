"""Figures that compare painted chroma with the truth. Pure functions of a, b arrays [..., h, w, 2]."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

GREY = 0.5  # root mean square chroma below which a picture counts as grey
NODES = np.arange(-60, 61, 15)  # of the palette histogram, in a and in b


def ab_error(true: Array, painted: Array) -> float:
    """Mean distance of two arrays [h, w, 2] in the a, b plane."""
    return float(np.linalg.norm(true - painted, axis=-1).mean())


def correlation(true: Array, painted: Array, *, centred: bool = False) -> float:
    """Cosine between two arrays [h, w, 2]: 1 = the same colours up to one factor, 0 = unrelated or grey.

    Args:
        true: the true a, b.
        painted: the painted a, b.
        centred: remove each side's mean first, so that a cast over the whole picture counts nothing.
    """
    if centred:
        true, painted = true - true.mean((0, 1)), painted - painted.mean((0, 1))
    own = float((true * true).sum()), float((painted * painted).sum())
    if min(own) / (true.shape[0] * true.shape[1]) < GREY**2:
        return 0.0
    return float((true * painted).sum()) / float(np.sqrt(own[0] * own[1]))


def colorfulness(rgb: NDArray[np.integer]) -> float:
    """Hasler and Suesstrunk's M (2003) of 8-bit sRGB [h, w, 3]."""
    red, green, blue = (rgb[..., i].astype(np.float64) for i in range(3))
    rg, yb = red - green, (red + green) / 2 - blue
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def palette(ab: Array) -> NDArray[np.float64]:
    """Square root of the share of pixels near each of 9 x 9 colours (linear weights): [81] of [h, w, 2]."""
    place = np.clip(ab.reshape(-1, 2) / 15 + 4, 0, 8)
    low = np.minimum(place.astype(np.int64), 7)
    part = place - low
    shares = np.zeros(81)
    for i in (0, 1):
        for j in (0, 1):
            weight = np.abs(1 - i - part[:, 0]) * np.abs(1 - j - part[:, 1])
            shares += np.bincount((low[:, 0] + i) * 9 + low[:, 1] + j, weight, minlength=81)
    return np.sqrt(shares / len(place))


def kernel_distance(true: Array, made: Array, scale: float, shift: float) -> float:
    """Unbiased squared MMD x 1000 of two paired sets of vectors [n, d] under (x.y / scale + shift)^3.

    As in KID (Binkowski et al. 2018, arXiv:1801.01401), with the pairs' own products left out, so that it is
    exactly 0 for the truth itself. One pair alone has no distance: nan.
    """
    count = len(true)
    if count < 2:
        return float("nan")
    cross = (true @ made.T / scale + shift) ** 3
    sums = (true @ true.T / scale + shift) ** 3 + (made @ made.T / scale + shift) ** 3 - cross - cross.T
    return float(1000 * (sums.sum() - np.trace(sums)) / (count * (count - 1)))


def frechet_distance(true: Array, made: Array) -> float:
    """Fréchet distance of two sets of vectors [n, d]: |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2)).

    As in FID (Heusel et al. 2017, arXiv:1706.08500), with sample covariances. One vector alone has none: nan.
    """
    if min(len(true), len(made)) < 2:
        return float("nan")
    between = true.mean(0) - made.mean(0)
    spreads = [np.atleast_2d(np.cov(vectors, rowvar=False)) for vectors in (true, made)]
    values, axes = np.linalg.eigh(spreads[0])
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ spreads[1] @ root), 0)).sum()
    return float(max(between @ between + np.trace(spreads[0]) + np.trace(spreads[1]) - 2 * shared, 0.0))


def palette_distance(true: Sequence[Array], painted: Sequence[Array]) -> float:
    """Kernel distance of palettes: do painted pictures have the colours of true ones, wherever they are?"""
    palettes = [np.stack([palette(ab) for ab in side]) for side in (true, painted)]
    return kernel_distance(palettes[0], palettes[1], 1.0, 0.0)
