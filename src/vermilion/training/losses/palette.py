"""Palette loss: a batch should be painted in as many colours, as often, as it has in truth."""

from math import hypot

import torch
from torch import Tensor
from torch.nn import functional

AB_UNIT = 10.0  # ab units to one unit of the distance
LIGHTNESS = 9.0  # what luma 0..1 counts for, in the same unit: dark things have other colours than light ones
# The axes of a cube's faces, edges and corners, fixed, so that a step can be recorded as a CUDA graph.
FACES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
EDGES = ((1, 1, 0), (1, -1, 0), (1, 0, 1), (1, 0, -1), (0, 1, 1), (0, 1, -1))
CORNERS = ((1, 1, 1), (1, 1, -1), (1, -1, 1), (-1, 1, 1))
AXES = (*FACES, *EDGES, *CORNERS)


def palette_distance(painted: Tensor, true: Tensor, luma: Tensor) -> Tensor:
    """Distance between the painted and the true colours of a batch, wherever they lie: a number.

    The sliced Wasserstein distance (Bonneel et al., "Sliced and Radon Wasserstein Barycenters of Measures",
    2015) between all places' (a, b, lightness): pale pictures pay, as do colours that are never used.

    Args:
        painted: ab [N,2,h,w].
        true: ab [N,2,h,w].
        luma: [N,1,H,W], 0..1, of any size.
    """
    lightness = functional.interpolate(luma, painted.shape[2:], mode="area") * LIGHTNESS
    mine, theirs = (_along_axes(ab, lightness) for ab in (painted, true))
    return (mine - theirs).abs().mean()


def _along_axes(ab: Tensor, lightness: Tensor) -> Tensor:
    """Where the places of a batch lie along each axis, in order: [axes,places]."""
    places = torch.cat([ab / AB_UNIT, lightness], 1).movedim(1, 0).flatten(1)
    lines = [
        sum(part * place for part, place in zip(axis, places, strict=True) if part) / hypot(*axis)
        for axis in AXES
    ]
    return torch.stack(lines).sort(1).values
