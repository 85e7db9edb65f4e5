"""Arrays as the pictures that a browser shows."""

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_QUALITY = 90
_GAP = 12  # pixels between before and after
_LONGEST_REACH = 512
_VERMILION = (227, 66, 52)
_BLUE = (36, 98, 204)


def jpeg(rgb: Bytes, quality: int = _QUALITY) -> bytes:
    """Return uint8 [H,W,3] as JPEG, with colours in full resolution."""
    content = BytesIO()
    Image.fromarray(rgb).save(content, "jpeg", quality=quality, subsampling=0)
    return content.getvalue()


def png(pixels: Bytes) -> bytes:
    """Return uint8 [H,W], [H,W,3] or [H,W,4] as PNG, packed quickly rather than well."""
    content = BytesIO()
    Image.fromarray(pixels).save(content, "png", compress_level=1)
    return content.getvalue()


def resized(rgb: Bytes, size: tuple[int, int]) -> Bytes:
    """Return uint8 [H,W,3] at another height and width."""
    if rgb.shape[:2] == size:
        return rgb
    way = cv2.INTER_AREA if rgb.shape[0] >= size[0] and rgb.shape[1] >= size[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, size[::-1], interpolation=way), np.uint8)


def reach_overlay(reach: Floats, size: tuple[int, int]) -> Bytes:
    """Return how far a hint reaches as something to lay over a picture.

    Args:
        reach: float32 [h,w], 0..1, upright.
        size: height and width of the picture; the overlay has its shape.

    Returns:
        uint8 [H,W,4]: one colour, opaque where the hint has all the say; the long side at most 512.
    """
    scale = min(1.0, _LONGEST_REACH / max(size))
    height, width = (max(1, round(side * scale)) for side in size)
    return _veil(reach, (height, width), _VERMILION)


def doubt_overlay(trust: Floats, size: tuple[int, int]) -> Bytes:
    """Return uint8 [H,W,4] of a size: opaque where trust [h,w], 0..1, is none and versions do not count."""
    return _veil(1 - trust, size, _BLUE)


def _veil(share: Floats, size: tuple[int, int], color: tuple[int, int, int]) -> Bytes:
    overlay = np.empty((*size, 4), np.uint8)
    overlay[..., :3] = color
    opacity = cv2.resize(share, size[::-1], interpolation=cv2.INTER_LINEAR)
    overlay[..., 3] = np.rint(np.clip(opacity, 0, 1) * 255)
    return overlay


def before_and_after(before: Bytes, after: Bytes) -> Bytes:
    """Return two pictures [H,W,3] of one size beside each other, wide ones one above the other."""
    height, width = before.shape[:2]
    if height >= width:
        gap = np.full((height, _GAP, 3), 255, np.uint8)
        return np.hstack([before, gap, after])
    gap = np.full((_GAP, width, 3), 255, np.uint8)
    return np.vstack([before, gap, after])
