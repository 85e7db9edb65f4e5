"""Dense alignment: how far each pixel of a version, mapped already, is still away from its place.

Both pictures become soft rank pictures first (each pixel's place among its neighbours, a smooth kin of the
census transform of Zabih and Woodfill 1994), which changed contrast leaves alone; then DIS optical flow
(Kroeger et al. 2016) looks forward and backward, and places where both agree fill in their surroundings.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_RINGS = (2, 5)  # pixels to the neighbours that a pixel is ranked among
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7))
_SOFT = 0.02  # luma that counts as a clear difference, beside the picture's own noise
_AGREED = 1.0  # pixels by which forward and backward may differ and still count
_CLEAR = 12.0  # levels of rank that make a structure, which can be followed
_SMOOTH = 4.0  # pixels over which sure places fill in unsure ones
_SURE_SMOOTH = 3.0  # pixels over which sure places are averaged: grain shakes the flow
_WIDER = 6  # times as far, where nothing nearer is sure
_LEAST_SAY = 0.02
_FARTHEST = 0.06  # of the longer side that a pixel may be moved


class Followed(NamedTuple):
    """Where each pixel of the scan lies in the mapped version, and how sure that is."""

    offset: Floats
    """[h,w,2]: pixels right and down."""

    apart: Floats
    """[h,w]: pixels by which the way there and back misses its start."""

    flow: Floats
    """[h,w,2]: the offset before the sure spoke for the unsure."""

    say: Floats
    """[h,w] in 0..1: how sure each pixel is."""

    def without(self, foreign: Floats) -> Floats:
        """Return the offset [h,w,2] with foreign places [h,w], 0..1, filled in from their surroundings.

        Invented things distort the flow at their rims, where the scan has no structure to hold it.
        """
        return _limited(_smoothed(self.flow, self.say * (1 - foreign)))


def follow(scan: Floats, seen: Floats, inside: Mask) -> Followed:
    """Find the pixels of the scan in a mapped version.

    Args:
        scan: luma [h,w] in 0..1.
        seen: luma of the version [h,w], where the map puts it.
        inside: [h,w], where there is a version at all; elsewhere nothing moves.
    """
    here, there = rank_picture(scan), rank_picture(seen)
    there = np.asarray(np.where(inside, there, here), np.uint8)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    start = np.zeros((*scan.shape, 2), np.float32)
    forward = np.asarray(flow.calc(here, there, start.copy()), np.float32)
    backward = np.asarray(flow.calc(there, here, start.copy()), np.float32)
    returned = np.asarray(moved(backward, forward), np.float32)
    apart = np.linalg.norm(forward + returned, axis=-1).astype(np.float32)
    seen_there = _mean(np.abs(here.astype(np.float32) - 128), 2.0) / _CLEAR
    say = (np.exp(-((apart / _AGREED) ** 2)) * inside * np.clip(seen_there, 0, 1)).astype(np.float32)
    return Followed(_limited(_smoothed(forward, say)), apart, forward, say)


def rank_picture(luma: Floats) -> Bytes:
    """Return how each pixel of luma [h,w] ranks among its neighbours: uint8, 128 in the middle."""
    smooth = cv2.GaussianBlur(luma, (0, 0), 0.8)
    fine = smooth - cv2.GaussianBlur(smooth, (0, 0), 1.5)
    soft = np.float32(_SOFT + 1.5 * float(np.median(np.abs(fine))))
    ranks = np.zeros(luma.shape, np.float32)
    reach = max(_RINGS)
    padded = cv2.copyMakeBorder(smooth, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    height, width = luma.shape
    for ring in _RINGS:
        for down, right in _AROUND:
            top, left = reach + round(down * ring), reach + round(right * ring)
            away = (smooth - padded[top : top + height, left : left + width]) / soft
            ranks += away / (1 + np.abs(away))
    count = len(_RINGS) * len(_AROUND)
    levels: Bytes = np.clip(np.rint(ranks * np.float32(127 / count) + 128), 0, 255).astype(np.uint8)
    return levels


def moved(picture: Floats, offset: Floats) -> Floats:
    """Return a picture [h,w] or [h,w,C] read at each pixel's place plus its offset [h,w,2]."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    places = np.stack([columns, rows], axis=-1) + offset
    read = cv2.remap(
        picture, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(read, np.float32)


def _limited(offset: Floats) -> Floats:
    most = _FARTHEST * max(offset.shape[:2])
    return np.clip(offset, -most, most)


def _smoothed(flow: Floats, say: Floats) -> Floats:
    """Return a flow [h,w,2] in which places with weight [h,w] in 0..1 fill in those without."""
    whole = say + np.float32(1e-4)
    told = np.dstack([flow * whole[..., None], whole])
    near = _shared(_mean(told, _SMOOTH))
    wide = _shared(_mean_of_small(told, _WIDER * _SMOOTH, _WIDER))
    heard = np.clip(_mean(say, _SMOOTH) / _LEAST_SAY, 0, 1)[..., None]
    around = heard * near + (1 - heard) * wide
    own = (say**2)[..., None]
    sure = _shared(_mean(told, _SURE_SMOOTH))
    smooth: Floats = own * sure + (1 - own) * around
    return smooth.astype(np.float32, copy=False)


def _shared(told: Floats) -> Floats:
    """Return weighted sums [h,w,2+1], with their weights, as means [h,w,2]."""
    return np.asarray(told[..., :2] / told[..., 2:], np.float32)


def _mean_of_small(planes: Floats, sigma: float, times: int) -> Floats:
    """Return what ``_mean`` does nearly, of planes made smaller first."""
    height, width = planes.shape[:2]
    size = max(1, width // times), max(1, height // times)
    small = np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_AREA), np.float32)
    blurred = _mean(small, sigma / times)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _mean(planes: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(planes, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
