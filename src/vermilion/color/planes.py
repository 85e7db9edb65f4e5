"""Chroma planes as a JPEG stores them."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color.chroma import STEP_OF_CHROMA, Convert, gamut_share
from vermilion.color.enlarge import ChromaEnlarger
from vermilion.color.strips import for_each_strip
from vermilion.tone import Codes

Bytes = NDArray[np.uint8]


def chroma_planes(
    luma: Codes, small_cbcr: NDArray[np.float32], *, subsampled: bool, convert: Convert | None = None
) -> tuple[Bytes, Bytes]:
    """Return the planes Cb and Cr for luma [H,W] and chroma [h,w,2]: uint8, 128 is grey, in gamut.

    They are [H,W], or half of that each way, rounded up, when ``subsampled`` (4:2:0). A sample of a half
    size plane is in gamut for the mean luma of its four pixels. ``convert`` makes the enlarged chroma fit
    the scan's profile.
    """
    height, width = luma.shape
    span = (height / 2, width / 2) if subsampled else (float(height), float(width))
    grey = halve(luma) if subsampled else luma
    chroma = ChromaEnlarger(small_cbcr, grey, span)
    planes = np.empty((2, *grey.shape), np.uint8)
    scale = np.float32(255 / np.iinfo(luma.dtype).max)

    def fill(rows: slice) -> None:
        cbcr = chroma.planes(rows)
        if convert:
            cbcr = convert(grey[rows], cbcr)
        cbcr *= 255
        steps = (STEP_OF_CHROMA @ cbcr.reshape(2, -1)).reshape(3, *cbcr.shape[1:])
        cbcr *= gamut_share(grey[rows] * scale, steps, 255)
        cbcr += 128
        np.rint(cbcr, out=cbcr)
        planes[:, rows] = np.clip(cbcr, 0, 255, out=cbcr)

    for_each_strip(slice(0, grey.shape[0]), grey.shape[1], fill)
    return planes[0], planes[1]


def halve(luma: Codes) -> Codes:
    """Return luma [H,W] averaged over 2×2 pixels, same dtype; an odd last row or column counts twice."""
    height, width = luma.shape
    if height % 2 or width % 2:
        luma = np.pad(luma, ((0, height % 2), (0, width % 2)), mode="edge")
    half_size = (luma.shape[1] // 2, luma.shape[0] // 2)
    return cast("Codes", cv2.resize(luma, half_size, interpolation=cv2.INTER_AREA))
