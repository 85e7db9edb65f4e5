"""Where a version of a picture lies on it: a map from matched features, believed only if it fits.

Maps are 3 x 3 and lead from shares (x / width, y / height) of the scan to shares of the version, so that they
hold at every size.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.tone import shrunk

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Pairs = Sequence[tuple[float, float, float, float]]

_SIDE = 640  # pixels of the longer side at which features are matched
_MOST_FEATURES = 4000
_RATIO = 0.8  # of the nearest descriptor to the next one (Lowe 2004)
_LOOSE = 0.012  # of the side: versions are warped, and what follows is dense
_LEAST_INLIERS = 12
_LEAST_SHARE = 0.12  # of the matches that agree
_MOST_AREA = 14.0  # between the two pictures, either way
_CHECK_SIDE = 256  # pixels of the longer side at which a map is checked
_LEAST_CORRELATION = 0.3  # local, mean over texture
_LEAST_GIVEN_CORRELATION = 0.12  # the same, where a person gave the points
_MIRROR = np.array([[-1, 0, 1], [0, 1, 0], [0, 0, 1]], np.float64)


def find_map(scan: Floats, version: Floats) -> Doubles | None:
    """Return where each place of the scan lies in a version, float64 [3,3]; None if they show two scenes.

    RootSIFT (Arandjelović and Zisserman 2012), mutual matches, MAGSAC (Barath et al. 2019).

    Args:
        scan: luma [h,w] in 0..1.
        version: luma [H,W] in 0..1; it may be mirrored.
    """
    here, there = _features(scan), _features(version)
    found = _best(scan, version, _fitted(here, there))
    if found is not None:
        return found
    flipped = np.ascontiguousarray(version[:, ::-1])
    found = _best(scan, flipped, _fitted(here, _features(flipped)))
    return None if found is None else np.asarray(_MIRROR @ found, np.float64)


def map_of_pairs(scan: Floats, version: Floats, pairs: Pairs) -> Doubles | None:
    """Return the map through points that a person matched; None if the pictures do not fit there at all.

    Args:
        scan: luma [h,w] in 0..1.
        version: luma [H,W] in 0..1.
        pairs: three or more of x, y on the scan and x, y on the version, as shares of their sides.
    """
    points = np.array(pairs, np.float64)
    full = len(points) > 3
    map_ = cv2.findHomography(points[:, :2], points[:, 2:], 0)[0] if full else _affine(points)
    if map_ is None or not _is_sound(np.asarray(map_, np.float64)):
        return None
    map_ = np.asarray(map_, np.float64)
    return map_ if correlation(scan, version, map_) >= _LEAST_GIVEN_CORRELATION else None


def _affine(points: Doubles) -> Doubles:
    upper = cv2.getAffineTransform(points[:, :2].astype(np.float32), points[:, 2:].astype(np.float32))
    return np.concatenate([upper, [[0.0, 0.0, 1.0]]])


def pixel_map(
    map_: Doubles, size: tuple[int, int], other: tuple[int, int], offset: Floats | None = None
) -> Floats:
    """Return for each pixel of a grid (h, w) its place in a version of another size: float32 [h,w,2], x, y.

    Whole numbers are the centres of pixels, as ``cv2.remap`` has them.

    Args:
        map_: from shares of the scan to shares of the version.
        size: height and width of the grid.
        other: height and width of the version.
        offset: [h,w,2], pixels of the grid right and down that each place is moved by before it is mapped.
    """
    rows, columns = np.arange(size[0], dtype=np.float64)[:, None], np.arange(size[1], dtype=np.float64)
    if offset is not None:
        rows, columns = rows + offset[..., 1], columns + offset[..., 0]
    x, y = (columns + 0.5) / size[1], (rows + 0.5) / size[0]
    right, down, depth = (line[0] * x + (line[1] * y + line[2]) for line in map_)
    np.maximum(depth, 1e-6, out=depth)  # what lies behind the camera is far away
    places = np.empty((*size, 2), np.float32)
    for axis, plane in enumerate((right, down)):
        np.clip(
            plane * (other[1 - axis] / depth) - 0.5, -1e4, 1e5, out=places[..., axis], casting="same_kind"
        )
    return places


def inside_of(places: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which places [h,w,2] lie in a picture of a size (height, width)."""
    within = (places > -1) & (places < (size[1], size[0]))
    return np.asarray(within.all(axis=-1))


def correlation(scan: Floats, version: Floats, map_: Doubles) -> float:
    """Return how well a mapped version fits the scan: mean local correlation over texture, -1..1."""
    scan, version = (shrunk(luma, _CHECK_SIDE / max(luma.shape)) for luma in (scan, version))
    size, other = (scan.shape[0], scan.shape[1]), (version.shape[0], version.shape[1])
    places = pixel_map(map_, size, other)
    inside = inside_of(places, other)
    seen = cv2.remap(
        version, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    first, second = _blur(scan, 1.2), _blur(np.asarray(seen, np.float32), 1.2)
    mean, other_mean = _blur(first, 6), _blur(second, 6)
    both = _blur(first * second, 6) - mean * other_mean
    own = np.maximum(_blur(first * first, 6) - mean**2, 0)
    others = np.maximum(_blur(second * second, 6) - other_mean**2, 0)
    weight = np.where(inside, np.sqrt(own) + np.sqrt(others), 0)
    fits = both / np.sqrt((own + 1e-5) * (others + 1e-5))
    return float((fits * weight).sum() / max(float(weight.sum()), 1e-6))


def _features(luma: Floats) -> tuple[Doubles, Floats]:
    """Return places [n,2] as shares of the sides, and RootSIFT descriptors [n,128]."""
    small = shrunk(luma, _SIDE / max(luma.shape))
    low, high = np.percentile(small, (1, 99))
    codes = np.clip((small - low) * (255 / max(high - low, 0.02)), 0, 255).astype(np.uint8)
    sift = cv2.SIFT.create(nfeatures=_MOST_FEATURES, contrastThreshold=0.02)
    keys, found = sift.detectAndCompute(codes, None)
    if not keys:
        return np.zeros((0, 2)), np.zeros((0, 128), np.float32)
    roots = np.sqrt(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-6))
    places = (np.array([key.pt for key in keys]) + 0.5) / (small.shape[1], small.shape[0])
    return places, np.asarray(roots, np.float32)


def _best(scan: Floats, version: Floats, maps: Sequence[Doubles]) -> Doubles | None:
    """Return the map by which two pictures fit best, if they do fit."""
    fits = [correlation(scan, version, map_) for map_ in maps]
    return maps[int(np.argmax(fits))] if max(fits, default=0.0) >= _LEAST_CORRELATION else None


def _fitted(here: tuple[Doubles, Floats], there: tuple[Doubles, Floats]) -> Sequence[Doubles]:
    """Return maps that most matches agree on, if they can be ones of two pictures of one scene.

    The first has a perspective, which goes astray where few features are; the second has none.
    """
    mine, others = _matched(here[1], there[1])
    if len(mine) < _LEAST_INLIERS:
        return ()
    source, target = here[0][mine] * _SIDE, there[0][others] * _SIDE
    found, agrees = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, _LOOSE * _SIDE, maxIters=10_000, confidence=0.9999
    )
    if found is None or agrees.sum() < max(_LEAST_INLIERS, _LEAST_SHARE * len(mine)):
        return ()
    agreed = agrees.ravel() > 0
    places = np.column_stack([source[agreed], np.ones(agrees.sum())])
    affine = np.vstack([np.linalg.lstsq(places, target[agreed], rcond=None)[0].T, [0, 0, 1]])
    to_shares = np.diag([1 / _SIDE, 1 / _SIDE, 1])
    maps = (to_shares @ map_ @ np.linalg.inv(to_shares) for map_ in (found, affine))
    return [map_ for map_ in maps if _is_sound(map_)]


def _matched(here: Floats, there: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which descriptors match: each the other's nearest, and clearly nearer than the next one."""
    if min(len(here), len(there)) < 2:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    likeness = here @ there.T  # of vectors of length 1
    rows, best = np.arange(len(here)), likeness.argmax(axis=1)
    first = likeness[rows, best]
    likeness[rows, best] = -1
    second = likeness.max(axis=1)
    likeness[rows, best] = first
    clear = np.flatnonzero((1 - first) < _RATIO**2 * (1 - second))
    back = likeness[:, best[clear]].argmax(axis=0)  # of these few columns: along columns numpy is slow
    mine = clear[back == clear]
    return mine, best[mine]


def _is_sound(map_: Doubles) -> bool:
    """Return whether a map keeps a picture a convex one that is not mirrored, and of a possible size."""
    corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], np.float64) @ map_.T
    if not (np.isfinite(corners).all() and (corners[:, 2] > 0.05).all()):
        return False
    flat = corners[:, :2] / corners[:, 2:]
    sides = np.roll(flat, -1, axis=0) - flat
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    area = 0.5 * float((flat[:, 0] * np.roll(flat[:, 1], -1) - flat[:, 1] * np.roll(flat[:, 0], -1)).sum())
    return bool((turns > 0).all() or (turns < 0).all()) and 1 / _MOST_AREA <= abs(area) <= _MOST_AREA


def _blur(plane: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
