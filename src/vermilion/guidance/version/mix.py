"""Uses of a laid version: hints for the network, and chroma that replaces what it paints."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_ab, enlarge_chroma
from vermilion.guidance.canvas import lattice_canvas
from vermilion.guidance.version.carry import carried
from vermilion.guidance.version.lay import Laid

Floats = NDArray[np.float32]

_SPACING = 3  # cells from one hint to the next: some hundred in a picture
_SURE = 0.95  # trust of a cell that may be one
_NEUTRAL = 0.25  # of the pixels: those of least chroma show a cast
_ROUNDS = 3


def trusted_canvas(laid: Laid, luma: Floats) -> Floats:
    """Return hints [3,h,w] with the version's colours at some hundred places that are trusted.

    Args:
        laid: the version.
        luma: [h,w] in 0..1, on the network's grid.
    """
    grid = luma.shape[1], luma.shape[0]
    cbcr = cv2.resize(laid.cbcr, grid, interpolation=cv2.INTER_AREA)
    trust = cv2.resize(laid.trust, grid, interpolation=cv2.INTER_AREA)
    canvas = lattice_canvas(cbcr_to_ab(luma, np.asarray(cbcr, np.float32)), _SPACING)
    canvas[:, np.asarray(trust) < _SURE] = 0
    return canvas


def mix_chroma(laid: Laid, luma: Floats, painted: Floats, reach: Floats) -> Floats:
    """Return chroma [H,W,2]: the version's where it is trusted, the painted one elsewhere and under hints.

    The painted one is shifted as far as it is off in trusted places around, so that there is no seam.

    Args:
        laid: the version, on a grid (H, W).
        luma: [H,W] in 0..1.
        painted: chroma [h,w,2] of network size.
        reach: [h,w] in 0..1: how far a person's own hints reach.
    """
    free = np.ones(luma.shape, np.float32)
    if reach.any():
        free = 1 - np.clip(enlarge_chroma(np.dstack([reach, reach]), luma)[..., 0], 0, 1)
    share, network = laid.trust * free, enlarge_chroma(painted, luma)
    sure = share >= _SURE
    if sure.any() and not sure.all():
        network = network + free[..., None] * carried(laid.cbcr - network, sure, luma)
    share = share[..., None]
    mixed: Floats = share * laid.cbcr + (1 - share) * network
    return mixed.astype(np.float32, copy=False)


def neutral_chroma(laid: Laid, luma: Floats) -> Floats:
    """Return the version's chroma [H,W,2] without its cast: that of its least colourful trusted places."""
    used = (laid.trust > _SURE) & (luma > 0.2) & (luma < 0.95)
    if not used.any():
        return laid.cbcr
    colors = laid.cbcr[used]
    middle = np.zeros(2, np.float32)
    for _ in range(_ROUNDS):
        away = np.linalg.norm(colors - middle, axis=-1) + np.linalg.norm(colors, axis=-1)
        middle = colors[away <= np.quantile(away, _NEUTRAL)].mean(axis=0)
    return (laid.cbcr - middle).astype(np.float32)
