"""Errors of skin colours, by skin tone.

The tone is the individual typology angle, arctan((L - 50) / b) of the mean true skin (Chardon et al. 1991),
in the usual classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_error
from vermilion.evaluation.srgb import SrgbPicture
from vermilion.tone import luma_of_rgb

Chroma = tuple[float, float]

TONES = (("light", 41.0), ("intermediate", 28.0), ("tan", 10.0), ("brown", -30.0), ("dark", -91.0))
"""Name of each class, and the angle in degrees above which a skin belongs to it."""

_WHITE = 128  # luma from which a mask says skin


@dataclass(frozen=True, slots=True)
class Skin:
    """The skin of one picture, or of all of one tone.

    Attributes:
        tone: its class.
        pictures: how many.
        ab_err: mean distance of painted from true a, b.
        true: mean a, b of the true skin.
        made: mean a, b of the painted one.
    """

    tone: str
    pictures: int
    ab_err: float
    true: Chroma
    made: Chroma


def tone_of(lab: NDArray[np.floating]) -> str:
    """The class of a mean skin colour (L, a, b)."""
    angle = float(np.degrees(np.arctan2(lab[0] - 50, max(float(lab[2]), 1e-3))))
    return next((name for name, least in TONES if angle > least), TONES[-1][0])


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Where a mask [H,W] is white.

    Raises:
        PictureError: it cannot be read.
    """
    return luma_of_rgb(SrgbPicture.read(path).rgb) >= _WHITE


def skin_of(true: SrgbPicture, made: SrgbPicture, mask: NDArray[np.bool_]) -> Skin | None:
    """The skin of one picture; None where the mask shows none."""
    if not mask.any():
        return None
    true_skin, made_skin = true.lab[mask], made.lab[mask]
    return Skin(
        tone=tone_of(true_skin.mean(axis=0)),
        pictures=1,
        ab_err=ab_error(true_skin[:, 1:], made_skin[:, 1:]),
        true=_mean_chroma(true_skin[:, 1:]),
        made=_mean_chroma(made_skin[:, 1:]),
    )


def skin_by_tone(found: Sequence[Skin]) -> tuple[Skin, ...]:
    """All skin together ("all"), then each tone that occurs; every picture counts the same."""
    groups = [("all", list(found))] if found else []
    groups += [(name, [skin for skin in found if skin.tone == name]) for name, _ in TONES]
    return tuple(_together(name, group) for name, group in groups if group)


def _together(tone: str, group: Sequence[Skin]) -> Skin:
    return Skin(
        tone=tone,
        pictures=len(group),
        ab_err=float(np.mean([skin.ab_err for skin in group])),
        true=_mean_chroma(np.array([skin.true for skin in group])),
        made=_mean_chroma(np.array([skin.made for skin in group])),
    )


def _mean_chroma(ab: NDArray[np.floating]) -> Chroma:
    a, b = ab.mean(axis=0, dtype=np.float64)
    return float(a), float(b)
