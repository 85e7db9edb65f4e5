"""Which enlargement of the network's chroma lies nearest the true chroma, at photograph size.

python -m benchmarks.enlarge FOLDER_OF_LARGE_COLOUR_PHOTOGRAPHS

For each way: mean ab error over the whole picture and within 8 pixels of strong luma edges, relative to
bicubic, once for the network's own chroma and once for the true chroma reduced to the network's size.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion import Colorizer
from vermilion.color import ab_to_cbcr, cbcr_to_ab, enlarge_chroma, fit_gamut, rgb_to_lab
from vermilion.tone import luma_of_rgb, reduce_luma, unit_range

Floats = NDArray[np.float32]
Way = Callable[[Floats, Floats], Floats]

LEAST_SIDE = 1000  # pixels of the short side of a photograph
NEAR_EDGE = 8  # pixels
STRONG = 0.15  # least luma gradient (Sobel, 0..1 a pixel, after a light blur) of a strong edge


def ours(small: Floats, luma: Floats) -> Floats:
    """What vermilion does: a guided filter of radius 1 that never extrapolates."""
    return enlarge_chroma(small, luma)


def bicubic(small: Floats, luma: Floats) -> Floats:
    """Without a look at the luma."""
    return cv2.resize(small, luma.shape[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32, copy=False)


def bilinear(small: Floats, luma: Floats) -> Floats:
    """Straight lines between the network's pixels."""
    return cv2.resize(small, luma.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def guided(small: Floats, luma: Floats, radius: int = 1, epsilon: float = 1e-3) -> Floats:
    """Fast guided filter (He and Sun 2015, arXiv:1505.00996): linear models of luma, fitted when small."""
    low = reduce_luma(luma, small.shape[:2])
    side = (2 * radius + 1, 2 * radius + 1)
    mean_low = cv2.blur(low, side)
    variance = cv2.blur(low * low, side) - mean_low**2
    enlarged = []
    for plane in np.moveaxis(small, -1, 0):
        mean = cv2.blur(plane, side)
        slope = (cv2.blur(plane * low, side) - mean * mean_low) / (variance + epsilon)
        line = np.stack([cv2.blur(slope, side), cv2.blur(mean - slope * mean_low, side)], axis=-1)
        full = bilinear(line.astype(np.float32), luma)
        enlarged.append(full[..., 0] * luma + full[..., 1])
    return np.stack(enlarged, axis=-1)


def guided_and_back(small: Floats, luma: Floats) -> Floats:
    """Guided, plus the bicubically enlarged difference to what it should reduce to."""
    first = guided(small, luma)
    reduced = np.stack([reduce_luma(plane, small.shape[:2]) for plane in np.moveaxis(first, -1, 0)], axis=-1)
    return first + bicubic(small - reduced, luma)


WAYS: dict[str, Way] = {
    "bicubic": bicubic,
    "bilinear": bilinear,
    "ours": ours,
    "guided r1": guided,
    "guided r1, back-projected": guided_and_back,
}


def edge_zone(luma: Floats) -> NDArray[np.bool_]:
    """Pixels within `NEAR_EDGE` of a strong luma edge [H,W]."""
    smooth = cv2.GaussianBlur(luma, (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1)) / 4
    size = 2 * NEAR_EDGE + 1
    return cv2.dilate((slope > STRONG / 4).astype(np.uint8), np.ones((size, size), np.uint8)) > 0


def errors(cbcr: Floats, luma: Floats, true_ab: Floats, zone: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean ab distance of enlarged chroma from the truth: everywhere, and in the zone."""
    distance = np.hypot(*np.moveaxis(cbcr_to_ab(luma, fit_gamut(luma, cbcr)) - true_ab, -1, 0))
    return float(distance.mean()), float(distance[zone].mean())


def compare(colorizer: Colorizer, rgb: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """For each way: errors [2 chromas, 2 regions]; the chromas are the network's own and the true one."""
    codes = luma_of_rgb(rgb)
    luma = unit_range(codes)
    true_ab = rgb_to_lab(rgb.astype(np.float32) / 255)[..., 1:]
    own = colorizer.colorize(codes).cbcr
    size = own.shape[:2]
    ab_small = np.stack([reduce_luma(np.ascontiguousarray(true_ab[..., i]), size) for i in (0, 1)], axis=-1)
    true_small = ab_to_cbcr(reduce_luma(luma, size), ab_small)
    zone = edge_zone(luma)
    return {
        name: np.array([errors(way(small, luma), luma, true_ab, zone) for small in (own, true_small)])
        for name, way in WAYS.items()
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enlarge", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    colorizer = Colorizer(args.model)
    pictures = [cv2.imread(str(path), cv2.IMREAD_COLOR) for path in sorted(args.folder.iterdir())]
    rgb = [p[:, :, ::-1].copy() for p in pictures if p is not None and min(p.shape[:2]) >= LEAST_SIDE]
    found = [compare(colorizer, picture.astype(np.uint8, copy=False)) for picture in rgb]
    print(f"{len(found)} photographs; mean ab error of own chroma (all, near edges), of true chroma (same)")
    for name in WAYS:
        mean = np.mean([each[name] for each in found], axis=0)
        base = np.mean([each["bicubic"] for each in found], axis=0)
        parts = [f"{m:.3f} ({m / b - 1:+.1%})" for m, b in zip(mean.ravel(), base.ravel(), strict=True)]
        print(f"{name:<28}" + "  ".join(parts))


if __name__ == "__main__":
    main()
