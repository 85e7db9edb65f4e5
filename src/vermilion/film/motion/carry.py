"""Chroma of key frames carried to the frames between them, forward and backward along the motion.

What arrives is summed with its weight: key frames weigh as much as the network is sure, and each step takes
some away (see ``steps``). So what it paints wrongly near something that passes is soon outweighed.
Nothing painted is fed back to the network, so that nothing can run away.
"""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.film.motion.steps import Step, carried

Floats = NDArray[np.float32]

UNREACHED = 0.25
"""A weight below which nothing that was painted has reached a place."""

_MANY = 0.12  # of a frame: where so much is unreached, the network paints it
_NEAR = 6.0  # cells from which unreached places take their colour
_ITS_WEIGHT = 0.05


def forward(
    start: Floats | None, steps: Sequence[Step | None], keys: Mapping[int, Floats], size: tuple[int, int]
) -> list[Floats]:
    """Return what has come to each of n frames from those before: float32 [h,w,3], chroma · weight, weight.

    Args:
        start: what had come to the frame before the first; None at the beginning of a shot.
        steps: n steps, each from the frame before; None where both frames show the same.
        keys: chroma · weight, weight [h,w,3] of key frames by their numbers, 0 to n - 1.
        size: h and w.
    """
    sums = []
    now = start
    for number, step in enumerate(steps):
        if now is None:
            now = np.zeros((*size, 3), np.float32)
        elif step is not None:
            now = carried(now, step.back) * _thrice(step.back_weight)
        now = _with_key(now, keys.get(number))
        sums.append(now)
    return sums


def backward(steps: Sequence[Step | None], keys: Mapping[int, Floats], size: tuple[int, int]) -> list[Floats]:
    """Return what comes to each of n frames from those after it, without its own; see ``forward``.

    ``steps`` are the same: the first is not needed.
    """
    sums = [np.zeros((*size, 3), np.float32)]
    for number in range(len(steps) - 1, 0, -1):
        here, step = _with_key(sums[-1], keys.get(number)), steps[number]
        sums.append(here if step is None else carried(here, step.forth) * _thrice(step.forth_weight))
    return sums[::-1]


def _thrice(weight: Floats) -> Floats:
    """Return a weight [h,w] for each of three planes, [h,w,3]: NumPy multiplies faster by what is in full."""
    return np.asarray(cv2.merge((weight, weight, weight)), np.float32)


def _with_key(sums: Floats, key: Floats | None) -> Floats:
    if key is None:
        return sums
    with_key = sums.copy()
    with_key += key
    return with_key


def wants_painting(sums: Floats) -> bool:
    """Return whether much of a frame is reached from neither side, given the sums [h,w,3]."""
    return float((sums[..., 2] < UNREACHED).mean()) > _MANY


def chroma_of(sums: Floats) -> Floats:
    """Return chroma [h,w,2] of sums [h,w,3]; places that nothing reached take that of what is near."""
    height, width = sums.shape[:2]
    coarse = cv2.resize(sums, (-(-width // 4), -(-height // 4)), interpolation=cv2.INTER_AREA)
    *around, reached = cv2.split(cv2.GaussianBlur(coarse, (0, 0), _NEAR / 4))
    share = np.float32(_ITS_WEIGHT) / np.maximum(reached, np.float32(1e-6))
    *own, weight = cv2.split(sums)
    whole = weight + np.float32(_ITS_WEIGHT)
    chroma = [
        (sums_of_one + cv2.resize(near * share, (width, height), interpolation=cv2.INTER_LINEAR)) / whole
        for sums_of_one, near in zip(own, around, strict=True)
    ]
    return np.asarray(cv2.merge(chroma), np.float32)
