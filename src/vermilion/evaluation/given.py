"""The scan of a true picture that a colouriser gets (aged, mounted, turned, faded), and the way back.

true picture ─luma, aged or not─▶ scan ─colouriser─▶ coloured scan ─▶ the picture on it, upright
"""

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vermilion.color import old_photograph
from vermilion.evaluation.mounting import MOUNTS, Mounted, mount, squeezed, turned
from vermilion.evaluation.srgb import Bytes
from vermilion.tone import luma_of_rgb
from vermilion.view import Frame, View, whole

TURNED, FADED = "turned", "faded"

MOUNTED = (*MOUNTS, TURNED, FADED)
"""How a picture may be given: on a mount, lying on a side or on its head, or with few of its greys."""

_LEAST_GREYS, _MOST_GREYS = 40, 110  # levels that a faded picture has left


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A scan of a true picture.

    Attributes:
        luma: uint8 [H,W].
        view: where the picture lies on it; how far it must be turned to stand upright.
        size: height and width of the true picture.
    """

    luma: Bytes
    view: View
    size: tuple[int, int]

    def back(self, rgb: Bytes) -> Bytes:
        """Return the picture [h,w,3] of the coloured scan [H,W,3], upright and of its own size."""
        if self.view.is_whole:
            return rgb
        height, width = self.size
        corners = np.array([(0, 0), (width, 0), (0, height)], np.float64)
        there = self.view.to_scan(corners, self.size)
        # OpenCV counts from the centres of pixels, places here from their corners.
        matrix = cv2.getAffineTransform((corners - 0.5).astype(np.float32), (there - 0.5).astype(np.float32))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpAffine(rgb, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(laid, np.uint8)


def given_of(rgb: Bytes, stem: str, *, aged: bool = False, mounted: str = "") -> Given:
    """Return what a colouriser is given of a true picture.

    How a picture ages, and how it is mounted, follows from its stem alone.

    Args:
        rgb: the true picture, uint8 [H,W,3].
        stem: of its name.
        aged: whether it is made to look old.
        mounted: one of ``MOUNTED``, or empty for the bare picture.
    """
    size = rgb.shape[0], rgb.shape[1]
    luma = seen_luma(rgb, stem, aged=aged)
    if not mounted:
        return Given(luma, View(size, whole(size)), size)
    random = np.random.default_rng([zlib.crc32(stem.encode()), 1])
    lies, turns = _mounted(luma, mounted, random)
    scan = lies.luma.shape[0], lies.luma.shape[1]
    return Given(lies.luma, View(scan, lies.frames[0], turns), size)


def _mounted(luma: Bytes, kind: str, random: Generator) -> tuple[Mounted, int]:
    """Return the scan, and the quarter turns clockwise that its picture needs to stand upright."""
    bare = Mounted(luma, (_all_of(luma),), kind)
    if kind == TURNED:
        turns = int(random.integers(1, 4))
        return turned(bare, turns), -turns % 4
    if kind == FADED:
        span = int(random.integers(_LEAST_GREYS, _MOST_GREYS))
        low = int(random.integers(0, 256 - span))
        return Mounted(squeezed(luma, low, low + span), bare.frames, kind), 0
    return mount(luma, kind, random), 0


def _all_of(luma: Bytes) -> Frame:
    return whole((luma.shape[0], luma.shape[1]))


def seen_luma(rgb: Bytes, stem: str, *, aged: bool) -> NDArray[np.uint8]:
    """Return the luma [H,W] of a true picture [H,W,3], or that of an old photograph of it.

    How a picture aged follows from its stem alone.
    """
    if not aged:
        return np.asarray(luma_of_rgb(rgb), np.uint8)
    old = old_photograph(rgb, np.random.default_rng(zlib.crc32(stem.encode())))
    return np.rint(old * 255).astype(np.uint8)
