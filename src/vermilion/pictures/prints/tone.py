"""Measures how far the colours of a picture stray from the tone of a part of it. Arrays only."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MOST_PIXELS = 2000  # that a fit is made from
_ROUNDS = 4  # of reweighting, so that what is no print within the part hardly counts
_RIDGE = np.diag([1e-6, 0.003, 0.01])  # a tone that must be guessed beyond the levels seen bends little


def lab_of(rgb: NDArray[np.uint8]) -> Floats:
    """CIELAB float32 [h, w, 3] of sRGB uint8 [h, w, 3], blurred so slightly that only noise is lost."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), 0.7), np.float32)


def strays_from_tone(lab: Floats, within: NDArray[np.bool_]) -> Floats:
    """The distance of (a, b) from what the lightness alone explains, by a quadratic fitted to a part.

    Args:
        lab: CIELAB float32 [h, w, 3].
        within: [h, w], the part, which may hold a minority of other things.

    Returns:
        float32 [h, w], in units of a and b, of the whole picture.
    """
    places = np.flatnonzero(within)
    places = places[:: max(1, len(places) // _MOST_PIXELS)]
    chosen = lab.reshape(-1, 3)[places].astype(np.float64)
    tone = _fit(_terms(chosen[:, 0]), chosen[:, 1:]).astype(np.float32)
    light = _terms(lab[..., 0])
    explained = [sum(light[..., k] * tone[k, part] for k in range(len(tone))) for part in (0, 1)]
    return np.asarray(np.hypot(lab[..., 1] - explained[0], lab[..., 2] - explained[1]), np.float32)


def _terms(lightness: NDArray[np.floating]) -> NDArray[np.floating]:
    level = lightness / 50 - 1
    return np.stack([np.ones_like(level), level, level * level], -1)


def _fit(terms: NDArray[np.floating], wanted: NDArray[np.floating]) -> NDArray[np.float64]:
    """Coefficients [3, 2] by iteratively reweighted least squares, with Geman and McClure's weights."""
    weights = np.ones(len(terms))
    ridge = _RIDGE * len(terms)
    for _ in range(_ROUNDS):
        # einsum, as a BLAS would start threads for a millisecond's work
        weighted = terms * weights[:, None]
        square = np.einsum("ni,nj->ij", weighted, terms) + ridge
        tone = np.linalg.solve(square, np.einsum("ni,nj->ij", weighted, wanted))
        distance = np.hypot(*(wanted - np.einsum("ni,ij->nj", terms, tone)).T)
        weights = (1 + (distance / max(1.0, 2 * float(np.median(distance)))) ** 2) ** -2
    return np.asarray(tone, np.float64)
