"""What several tests of a version measure on planes of pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def mean_of(plane: Floats, sigma: float) -> Floats:
    """Return the mean around each pixel of [h,w], weighed by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def noise_of(luma: Floats) -> float:
    """Return the deviation of the grain that is left in a picture [h,w]."""
    fine = luma - mean_of(luma, 1.5)
    return float(np.median(np.abs(fine))) / 0.6745


def disc(side: int) -> NDArray[np.uint8]:
    """Return a disc of 1 in a square of 0, to widen masks with."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
