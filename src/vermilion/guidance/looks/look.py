"""Looks: changes of all colours of a picture at once, as small data files that anybody can add.

A look works on CIELAB (a,b) for a given luma. The steps, each neutral unless its file says otherwise:

    floor ─▶ mixing ─▶ dyes ─▶ vividness ─▶ ceiling ─▶ wash ─▶ casts

Whatever comes out is laid over the scan's own luma by the exact join, so no look changes a grey level.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.errors import SettingsError
from vermilion.guidance.hints import ab_of

Floats = NDArray[np.float32]
Pair = tuple[float, float]

_DYE_FOCUS = 4.0  # how strictly a hue belongs to its nearest dye: e^4 to e^-4 between it and its opposite
_CEILING_KNEE = 4  # the higher, the longer colours stay as they were before the ceiling bends them
_LEAST_DYE = 1.0  # ab units of chroma; below, rounding alone decides on the hue
_GREY_SHARE = 10.0  # ab units: a colour this strong takes half of a warmth or a tint, a grey takes none


@dataclass(frozen=True, slots=True)
class Look:
    """How a look treats colours; all numbers in CIELAB units of a and b unless said otherwise.

    Attributes:
        about: one sentence for people.
        floor: chroma of which half is left; what is weaker goes towards grey, what is stronger stays.
        mixing: rows of the matrix that gives the new (a, b) from the old.
        dyes: colours ("#rrggbb" or names) whose hues are all that the process had.
        dye_strength: 0 to 1, how far each hue moves to the dyes' own; hues between two dyes lose chroma.
        vividness: chroma is multiplied by it.
        ceiling: chroma that no colour exceeds; those below three quarters of it hardly notice.
        wash: how far colours run, as a share of the shorter side.
        shadows: cast (a, b) where luma is 0, fading out towards white.
        midtones: cast in between.
        highlights: cast where luma is 1, fading out towards black; white itself can take no colour.
    """

    about: str
    floor: float = 0.0
    mixing: tuple[Pair, Pair] = ((1.0, 0.0), (0.0, 1.0))
    dyes: tuple[str, ...] = ()
    dye_strength: float = 1.0
    vividness: float = 1.0
    ceiling: float = math.inf
    wash: float = 0.0
    shadows: Pair = (0.0, 0.0)
    midtones: Pair = (0.0, 0.0)
    highlights: Pair = (0.0, 0.0)

    def __post_init__(self) -> None:
        floors = {"floor": self.floor, "vividness": self.vividness, "ceiling": self.ceiling}
        for name, value in floors.items():
            if not value >= 0:
                raise SettingsError(f"A look's {name} of {value:g} is impossible; give 0 or more.")
        if not self.ceiling:
            raise SettingsError("A look's ceiling of 0 leaves no colour; set vividness to 0 for that.")
        for name, value in {"dye_strength": self.dye_strength, "wash": self.wash}.items():
            if not 0 <= value <= 1:
                raise SettingsError(f"A look's {name} of {value:g} is impossible; give a share from 0 to 1.")
        for dye in self.dyes:
            if math.hypot(*ab_of(dye)) < _LEAST_DYE:
                raise SettingsError(f"The dye {dye!r} of a look is grey and has no hue; give a colour.")


def apply_look(look: Look, luma: Floats, ab: Floats) -> Floats:
    """Return (a,b) [h,w,2] in another look, for luma [h,w] in 0..1; float32, a new array."""
    ab = _above_floor(np.asarray(ab, np.float32), look.floor) @ np.array(look.mixing, np.float32).T
    if look.dyes:
        ab += np.float32(look.dye_strength) * (_dyed(ab, look.dyes) - ab)
    ab = _below_ceiling(ab * np.float32(look.vividness), look.ceiling)
    if look.wash:
        ab = cv2.GaussianBlur(ab, (0, 0), look.wash * min(luma.shape)).reshape(ab.shape).astype(np.float32)
    return ab + _casts(look, luma)


def adjust_colors(
    luma: Floats, ab: Floats, *, vividness: float = 1.0, warmth: float = 0.0, tint: float = 0.0
) -> Floats:
    """Return (a,b) [h,w,2] made stronger or weaker, warmer or cooler; float32, a new array.

    Greys, black and white keep their colour, the middle tones of what is coloured take most of a shift.

    Args:
        luma: [h,w] in 0..1.
        ab: [h,w,2] CIELAB.
        vividness: factor of the chroma: 0 is grey, 1 changes nothing.
        warmth: shift of b: below 0 towards blue, above towards yellow.
        tint: shift of a: below 0 towards green, above towards magenta.
    """
    vivid = ab * np.float32(vividness)
    chroma = _chroma(vivid)
    share = chroma / (chroma + np.float32(_GREY_SHARE)) * (4 * luma * (1 - luma))[..., None]
    shift: Floats = share * np.array([tint, warmth], np.float32)
    return vivid + shift


def _chroma(ab: Floats) -> Floats:
    chroma: Floats = np.linalg.norm(ab, axis=-1, keepdims=True)
    return chroma.astype(np.float32, copy=False)


def _above_floor(ab: Floats, floor: float) -> Floats:
    squared = _chroma(ab) ** 2
    kept: Floats = ab * (squared / np.maximum(squared + np.float32(floor) ** 2, np.float32(1e-9)))
    return kept


def _below_ceiling(ab: Floats, ceiling: float) -> Floats:
    if math.isinf(ceiling):
        return ab
    excess = (_chroma(ab) / np.float32(ceiling)) ** _CEILING_KNEE
    bent: Floats = ab * (1 + excess) ** np.float32(-1 / _CEILING_KNEE)
    return bent


def _dyed(ab: Floats, dyes: tuple[str, ...]) -> Floats:
    """Return (a,b) with hues drawn to those of the dyes, as if each colour were mixed of them."""
    hues = np.array([ab_of(dye) for dye in dyes], np.float32)
    hues /= _chroma(hues)
    chroma = _chroma(ab)
    likeness = np.exp(_DYE_FOCUS * (ab @ hues.T) / np.maximum(chroma, np.float32(1e-3)))
    shares = likeness / likeness.sum(axis=-1, keepdims=True)
    dyed: Floats = chroma * (shares @ hues)
    return dyed


def _casts(look: Look, luma: Floats) -> Floats:
    """Return the casts [h,w,2] of a look: three colours, blended by luma."""
    shares = np.stack([(1 - luma) ** 2, 2 * luma * (1 - luma), luma**2], axis=-1)
    casts: Floats = shares @ np.array([look.shadows, look.midtones, look.highlights], np.float32)
    return casts
