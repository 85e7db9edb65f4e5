"""Chroma between the packages: Cb, Cr of BT.601, full range, centred at 0, in units of full scale.

A pair [...,2] lies in -0.5..0.5. With luma in 0..1 the colour is R = Y + 1.402 Cr, B = Y + 1.772 Cb and
the G that leaves the luma alone.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vermilion.color.lab import AnyFloats, lab_to_rgb, lightness_of_grey, rgb_to_lab
from vermilion.tone import LUMA_WEIGHTS, Codes

Floats = NDArray[np.float32]

Convert = Callable[[Codes, Floats], Floats]
"""Luma [h,w] as stored and sRGB chroma planes [2,h,w] (-0.5..0.5) to the planes of another colour space."""

RED_PER_CR = 1.402
BLUE_PER_CB = 1.772

_RED, _GREEN, _BLUE = LUMA_WEIGHTS

STEP_OF_CHROMA = np.array(
    [
        [0, RED_PER_CR],
        [-_BLUE * BLUE_PER_CB / _GREEN, -_RED * RED_PER_CR / _GREEN],
        [BLUE_PER_CB, 0],
    ],
    np.float32,
)
"""[3,2]: (Cb, Cr) to a step in R, G, B that has no luma."""

_LIGHTNESS_STEPS = 2


def ab_to_cbcr(luma: AnyFloats, ab: AnyFloats) -> Floats:
    """Return chroma [H,W,2] of the colour that has CIELAB ``ab`` [H,W,2] at the given luma [H,W] (0..1).

    L* is found by two fixed-point steps, so that the colour's own luma is the given one (within about
    0.01; the chroma of what remains is kept and the luma is not).
    """
    wanted = lightness_of_grey(luma)
    lightness = wanted
    for _ in range(_LIGHTNESS_STEPS):
        found = _luma(lab_to_rgb(_with_lightness(lightness, ab)))
        lightness = lightness + wanted - lightness_of_grey(found)
    return rgb_to_cbcr(lab_to_rgb(_with_lightness(lightness, ab)))


def cbcr_to_ab(luma: AnyFloats, cbcr: AnyFloats) -> Floats:
    """Return CIELAB (a,b) [H,W,2] of luma [H,W] (0..1) with chroma [H,W,2]; float32, a new array."""
    return rgb_to_lab(cbcr_to_rgb(luma, cbcr))[..., 1:]


def rgb_to_cbcr(rgb: AnyFloats) -> Floats:
    """Return chroma [...,2] of sRGB [...,3] in 0..1; float32, a new array."""
    rgb = np.asarray(rgb, np.float32)
    luma = _luma(rgb)
    blue = (rgb[..., 2] - luma) * np.float32(1 / BLUE_PER_CB)
    red = (rgb[..., 0] - luma) * np.float32(1 / RED_PER_CR)
    return np.stack([blue, red], axis=-1)


def cbcr_to_rgb(luma: AnyFloats, cbcr: AnyFloats) -> Floats:
    """Return sRGB [...,3] of luma [...] (0..1) and chroma [...,2]; float32, not clipped to 0..1."""
    return np.asarray(luma, np.float32)[..., None] + np.asarray(cbcr, np.float32) @ STEP_OF_CHROMA.T


def fit_gamut(luma: Floats, cbcr: Floats) -> Floats:
    """Return chroma [H,W,2] pulled towards grey just far enough for R, G and B to lie in 0..1.

    Luma and hue stay; colours in gamut are returned as they were. ``luma`` is float32 [H,W] in 0..1.
    """
    steps = np.moveaxis(cbcr @ STEP_OF_CHROMA.T, -1, 0)
    return cbcr * gamut_share(luma, steps, 1)[..., None]


def gamut_share(luma: Floats, steps: Floats, maximum: int) -> Floats:
    """Return the share (0..1) of each step [3,...] that stays in 0..maximum, starting from luma [...]."""
    tiny = np.float32(1e-9)
    share: Floats = np.maximum(steps.max(axis=0), tiny)
    np.divide(np.float32(maximum) - luma, share, out=share)
    below = np.minimum(steps.min(axis=0), -tiny)
    np.divide(luma, below, out=below)
    np.negative(below, out=below)
    np.minimum(share, below, out=share)
    np.minimum(share, np.float32(1), out=share)
    return share


def _luma(rgb: Floats) -> Floats:
    return rgb @ np.array(LUMA_WEIGHTS, np.float32)


def _with_lightness(lightness: Floats, ab: Floats) -> Floats:
    return np.concatenate([lightness[..., None], np.asarray(ab, np.float32)], axis=-1)
