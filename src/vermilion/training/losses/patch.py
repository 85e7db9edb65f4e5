"""Patch loss: painted chroma should vary no more than the true one where that is one colour."""

import torch
from torch import Tensor

ALIKE = 6.0  # ab units within which two places count as one true colour
# Places are compared at these distances (down, right) in cells of chroma. They are fixed, so that a step can
# be recorded as a CUDA graph: near ones find blotches, far ones a thing in two colours.
SHIFTS = (
    (0, 2),
    (2, 0),
    (2, -2),
    (3, 3),
    (0, 5),
    (5, 0),
    (4, -6),
    (6, 4),
    (1, 9),
    (9, -1),
    (8, 8),
    (-8, 10),
    (12, 3),
)


def patchiness(painted: Tensor, true: Tensor) -> Tensor:
    """How much more painted than true ab [N,2,h,w] varies between places of one true colour: a number.

    The excess of the painted difference of two places over the true one, weighted by how alike the true
    colours are, over each picture's painted rms chroma: painting paler or stronger gains nothing.
    """
    excess, weight = painted.new_zeros(len(painted)), painted.new_zeros(len(painted))
    for down, right in SHIFTS:
        if abs(down) >= painted.shape[2] or abs(right) >= painted.shape[3]:
            continue
        true_step, step = (_step(ab, down, right) for ab in (true, painted))
        alike = torch.exp(-((true_step / ALIKE) ** 2))
        excess = excess + (alike * (step - true_step).clamp_min(0)).mean(dim=(1, 2))
        weight = weight + alike.mean(dim=(1, 2))
    strength = (painted.square().sum(1).mean(dim=(1, 2)) + 4.0).sqrt()
    return (excess / weight.clamp_min(1e-3) / strength).mean()


def _step(ab: Tensor, down: int, right: int) -> Tensor:
    """Distances [N,.,.] between the ab of all places and those some rows below and columns to the right."""
    (top, bottom), (left, other) = (_windows(shift) for shift in (down, right))
    return ((ab[:, :, top, left] - ab[:, :, bottom, other]).square().sum(1) + 1e-2).sqrt()


def _windows(shift: int) -> tuple[slice, slice]:
    """Where pairs at a distance lie along an axis: the first places, and the second ones."""
    ends = slice(0, -abs(shift) or None), slice(abs(shift), None)
    return ends if shift >= 0 else ends[::-1]
