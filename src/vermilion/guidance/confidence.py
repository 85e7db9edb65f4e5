"""Uses of the confidence: fade unsure colours, show them, and ask about them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WARNING_COLOR = (227, 66, 52)
"""sRGB of what is laid over unsure places: vermilion, as it happens."""

KEPT_FROM = 0.3
"""Confidence from which no colour fades: the model expects to be wrong in seven of ten cases at most."""

GONE_BELOW = 0.1
"""Confidence below which nothing is left of it: the model expects to be wrong in nine of ten cases."""

_OVERLAY_OPACITY = 0.8  # colour of the overlay where the model is unsure

SURE_FROM = 0.5
"""Confidence from which nobody is asked: the model expects to be right more often than wrong."""

_MOST_PLACES = 1024  # that are compared with each other, to keep it quick
# How far a hint reaches over what looks alike, as standard deviations of a Gaussian:
_REACH = 0.15  # of the diagonal
_SAME_LUMA = 0.12
_SAME_THING = 0.5  # likeness above which one hint does for two places


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where one hint would help much.

    Attributes:
        x: pixels from the left edge of the upright picture.
        y: pixels from its upper edge.
        share: of the picture's whole uncertainty, how much depends on this place (0..1).
    """

    x: float
    y: float
    share: float


def fade_unsure(ab: Floats, confidence: Floats, strength: float) -> Floats:
    """Return (a,b) [h,w,2] faded towards grey where confidence [h,w] is low; ``strength`` 0..1.

    Confidence is calibrated, so the amount has a meaning: colour fades where the model expects an error of
    more than 10 units of a and b, in more than seven of ten cases; half of it is left at eight of ten, and
    nothing at nine of ten.
    """
    known = np.clip((confidence - GONE_BELOW) / (KEPT_FROM - GONE_BELOW), 0, 1)
    smooth = known * known * (3 - 2 * known)
    faded: Floats = ab * (1 - np.float32(strength) * (1 - smooth))[..., None]
    return faded


def confidence_overlay(confidence: Floats, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return RGBA [H,W,4] of ``size`` to lay over the picture: the less sure, the less transparent.

    Confidence [h,w] of 1 is clear, of 0 nearly opaque.
    """
    doubt = 1 - np.clip(confidence, 0, 1)
    opacity = cv2.resize(doubt, (size[1], size[0]), interpolation=cv2.INTER_LINEAR) * _OVERLAY_OPACITY
    overlay = np.empty((*size, 4), np.uint8)
    overlay[..., :3] = WARNING_COLOR
    overlay[..., 3] = np.rint(255 * opacity)
    return overlay


def ask_here(
    features: Floats,
    luma: Floats,
    confidence: Floats,
    hinted: NDArray[np.bool_],
    picture_size: tuple[int, int],
    count: int,
) -> tuple[Spot, ...]:
    """Return up to ``count`` spots, best first, where one hint would change most.

    A hint helps where the model is unsure, and all over what looks alike nearby and is unsure, too; after
    each spot that region counts as known, so that the next one lies elsewhere. Only places are named where
    the model expects to be wrong more often than right: there are fewer where it is surer, or all are hinted.

    Args:
        features: [C,h',w'] of the network, at any stride; they cover the picture.
        luma: [h,w] in 0..1.
        confidence: [h,w] in 0..1.
        hinted: bool [h,w]: where there are hints already.
        picture_size: height and width in pixels of the upright picture.
        count: how many.
    """
    grid = _few_places(confidence.shape[0], confidence.shape[1])
    likeness = _likeness(features, _reduced(luma, grid))
    doubt = 1 - _reduced(confidence, grid).ravel()
    total = float(doubt.sum()) or 1.0
    known = likeness[_reduced(hinted.astype(np.float32), grid).ravel() > 0].max(axis=0, initial=0)
    left, unsure = doubt * (1 - known), (doubt > 1 - SURE_FROM) & (known <= _SAME_THING)
    spots: list[Spot] = []
    while len(spots) < count and unsure.any():
        gains = np.where(unsure, likeness @ left, 0)
        best = int(gains.argmax())
        row, column = divmod(best, grid[1])
        x, y = (column + 0.5) * picture_size[1] / grid[1], (row + 0.5) * picture_size[0] / grid[0]
        spots.append(Spot(x, y, float(gains[best]) / total))
        left = left * (1 - likeness[best])
        unsure = unsure & (likeness[best] <= _SAME_THING)
    return tuple(spots)


def _few_places(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, (_MOST_PLACES / (height * width)) ** 0.5)
    return max(1, int(height * scale)), max(1, int(width * scale))


def _likeness(features: Floats, luma: Floats) -> Floats:
    """Return how much a hint at one of n places determines another [n,n], 0..1: alike and near; 1 for itself.

    Args:
        features: [C,h',w'].
        luma: [h,w] in 0..1 of the places.
    """
    grid = luma.shape
    small = [_reduced(plane, grid) for plane in features]  # OpenCV averages areas of four planes at most
    vectors = np.stack(small, axis=-1).reshape(luma.size, -1)
    vectors = vectors - vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-6))
    alike = np.clip(vectors @ vectors.T, 0, 1)
    rows, columns = np.mgrid[: grid[0], : grid[1]] / (_REACH * np.hypot(*grid))
    views = [part.ravel() for part in (rows, columns, luma / _SAME_LUMA)]
    squares = sum((view[:, None] - view) ** 2 for view in views)
    likeness: Floats = (alike * np.exp(squares / -2)).astype(np.float32)
    np.fill_diagonal(likeness, 1)
    return likeness


def _reduced(plane: Floats, grid: tuple[int, ...]) -> Floats:
    """Return a plane [h,w] averaged over the cells of a coarser grid, or blended for a finer one."""
    finer = plane.shape[0] < grid[0]
    way = cv2.INTER_LINEAR if finer else cv2.INTER_AREA
    return np.asarray(cv2.resize(plane, (grid[1], grid[0]), interpolation=way), np.float32)
