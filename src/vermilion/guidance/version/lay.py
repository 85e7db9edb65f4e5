"""A version laid on the scan: found, followed to the pixel, its chroma read once, and trusted or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import rgb_to_cbcr
from vermilion.guidance.version.follow import follow
from vermilion.guidance.version.place import find_map, inside_of, map_of_pairs, pixel_map
from vermilion.guidance.version.trust import trust_of, without_rims
from vermilion.tone import luma_of_rgb, shrunk, unit_range

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bytes = NDArray[np.uint8]

_OPAQUE = 250  # of alpha, 0..255
_FINE = 2.0  # pixels of the version, for one of the scan, that colours are read from: fewer blur them


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """The colours of a version on the scan's grid.

    Attributes:
        cbcr: float32 [h,w,2], -0.5..0.5; where there is no version, that of its nearest edge.
        trust: float32 [h,w], 0..1: how far they are to be used.
        inside: bool [h,w]: where there is a version.
    """

    cbcr: Floats
    trust: Floats
    inside: NDArray[np.bool_]


def lay_version(
    scan: Floats, version: Bytes, pairs: Sequence[tuple[float, float, float, float]] = ()
) -> Laid | None:
    """Lay a version on a scan; None if the two do not show the same scene.

    Args:
        scan: luma [h,w] in 0..1, of the size wanted.
        version: sRGB [H,W,3] of any size, or [H,W,4] with alpha: what is transparent shows nothing.
        pairs: points that a person matched, as shares of the sides: x, y on the scan, x, y on the version.
    """
    version, alpha = np.ascontiguousarray(version[..., :3]), version[..., 3:]
    luma = unit_range(luma_of_rgb(version))
    map_ = map_of_pairs(scan, luma, pairs) if pairs else find_map(scan, luma)
    if map_ is None:
        return None
    size = scan.shape[0], scan.shape[1]
    density = _pixels_a_pixel(map_, size, version.shape[:2])
    colors, scale = shrunk(version, _FINE / max(_FINE, density)), 1 / max(1.0, density)
    version, shown = shrunk(version, scale), shrunk(alpha[..., 0], scale) if alpha.size else None
    luma, other = unit_range(luma_of_rgb(version)), (version.shape[0], version.shape[1])
    places = pixel_map(map_, size, other)
    inside = _shown_at(places, other, shown)
    followed = follow(scan, _read(luma, places), inside)
    there = pixel_map(map_, size, other, followed.offset)
    trust = trust_of(scan, _read(luma, there), followed.apart, _shown_at(there, other, shown))
    there = pixel_map(map_, size, other, followed.without(1 - trust))
    inside = _shown_at(there, other, shown)
    trust = np.minimum(trust, trust_of(scan, _read(luma, there), followed.apart, inside))
    cbcr = rgb_to_cbcr(_read(colors.astype(np.float32), _enlarged(there, other, colors.shape)) / 255)
    return Laid(cbcr, without_rims(trust, cbcr), inside)


def laid_over(upper: Laid, lower: Laid) -> Laid:
    """Return two laid versions as one: the lower shows as far as the upper is not trusted."""
    below = lower.trust * (1 - upper.trust)
    trust = upper.trust + below
    share = np.where(trust > 0, upper.trust / np.maximum(trust, np.float32(1e-6)), 1)[..., None]
    cbcr = share * upper.cbcr + (1 - share) * lower.cbcr
    return Laid(cbcr.astype(np.float32), trust.astype(np.float32), upper.inside | lower.inside)


def with_trust(laid: Laid, trust: Floats | float) -> Laid:
    """Return a laid version with a user's trust, [h,w] in 0..1 or one, as far as there is a version."""
    return replace(laid, trust=np.where(laid.inside, trust, 0).astype(np.float32))


def with_chroma(laid: Laid, cbcr: Floats) -> Laid:
    """Return a laid version with other chroma [h,w,2]."""
    return replace(laid, cbcr=cbcr)


def _shown_at(places: Floats, other: tuple[int, int], alpha: Bytes | None) -> NDArray[np.bool_]:
    """Return where places [h,w,2] lie in a version, and in what is not transparent there."""
    inside = inside_of(places, other)
    if alpha is None:
        return inside
    opaque = cv2.remap(alpha, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderValue=0)
    return np.asarray(inside & (np.asarray(opaque) >= _OPAQUE))


def _pixels_a_pixel(map_: Doubles, size: tuple[int, int], other: tuple[int, ...]) -> float:
    """Return how many pixels of the version there are for one of the scan, along a line, in the middle."""
    middle = pixel_map(map_, size, (other[0], other[1]))[size[0] // 2 :, size[1] // 2 :][:2, :2]
    if middle.shape[:2] != (2, 2):
        return 1.0
    right, down = middle[0, 1] - middle[0, 0], middle[1, 0] - middle[0, 0]
    return float(np.sqrt(abs(right[0] * down[1] - right[1] * down[0])))


def _enlarged(places: Floats, size: tuple[int, int], larger: tuple[int, ...]) -> Floats:
    """Return places [h,w,2] in a picture of a size (height, width) as places in a larger one of it."""
    scale = np.array([larger[1] / size[1], larger[0] / size[0]], np.float32)
    return (places + np.float32(0.5)) * scale - np.float32(0.5)


def _read(planes: Floats, places: Floats) -> Floats:
    read = cv2.remap(
        planes, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(read, np.float32)
