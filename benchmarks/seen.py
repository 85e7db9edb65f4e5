"""What it is worth to see a scan as a person does: colours on mounts, of faded and of turned pictures.

python -m benchmarks.seen --bench FOLDER [--model MODEL] [--limit N]

Every picture is painted bare, on a margin of 20 % of the short side (white, black, card), squeezed to three
smaller ranges of greys and turned by 90, 180 and 270°; each once as the view finds it and once as a whole.
Printed: corr and corr_c of a, b with the truth in the picture alone, at 64 x 64 places (corr_c: less their
means), and how many pictures were seen at another angle than they stand in.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.known import pictures_in
from benchmarks.scene import ab_of_rgb
from vermilion import Colorizer
from vermilion.evaluation import squeezed
from vermilion.pictures import read_colors
from vermilion.tone import luma_of_rgb, to_eight_bits

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Box = tuple[int, int, int, int]

SIDE = 64
LARGEST = 512  # pixels
MARGINS = {"white": 244, "black": 10, "card": 150}
RANGES = ((110, 185), (0, 60), (150, 240))
VIEWS = ("auto", "whole")


def scans_of(luma: Bytes) -> Iterator[tuple[str, Bytes, Box, int]]:
    """Name, scan, where the picture lies on it (x, y, width, height), and quarter turns that it needs."""
    height, width = luma.shape
    yield "bare", luma, (0, 0, width, height), 0
    margin = int(0.2 * min(luma.shape))
    for name, tone in MARGINS.items():
        paper = np.random.default_rng(tone).normal(tone, 1.2, (height + 2 * margin, width + 2 * margin))
        scan = np.clip(paper, 0, 255).astype(np.uint8)
        scan[margin : margin + height, margin : margin + width] = luma
        yield name, scan, (margin, margin, width, height), 0
    for low, high in RANGES:
        yield f"greys {low} to {high}", squeezed(luma, low, high), (0, 0, width, height), 0
    for turns in (1, 2, 3):
        lies = np.ascontiguousarray(np.rot90(luma, turns))
        yield f"turned by {90 * turns}", lies, (0, 0, lies.shape[1], lies.shape[0]), turns


def agreement(true: Floats, found: Floats) -> tuple[float, float]:
    """Return corr and corr_c of two planes of a, b."""
    centred = [plane.reshape(-1, 2) - plane.reshape(-1, 2).mean(axis=0) for plane in (true, found)]
    pairs = ((true, found), (centred[0], centred[1]))
    figures = [
        float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-9)) for one, other in pairs
    ]
    return figures[0], figures[1]


def small_ab(rgb: Bytes) -> Floats:
    """Return a and b [SIDE,SIDE,2] of a picture."""
    small = cv2.resize(np.ascontiguousarray(rgb), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return ab_of_rgb(small.astype(np.uint8, copy=False))


def rows_of(colorizer: Colorizer, paths: list[Path]) -> Iterator[str]:
    """A line for each kind of scan."""
    figures: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    upright: dict[str, list[bool]] = defaultdict(list)
    for path in paths:
        rgb = read_colors(path, LARGEST)
        true = small_ab(rgb)
        for kind, scan, (x, y, width, height), turns in scans_of(to_eight_bits(luma_of_rgb(rgb))):
            for view in VIEWS:
                session = colorizer.open(scan, view=view)
                painted = to_eight_bits(session.paint().to_numpy())[y : y + height, x : x + width]
                figures[kind][view].append(agreement(true, small_ab(np.rot90(painted, -turns))))
                if view == "auto":
                    upright[kind].append(all(one.turns == turns for one in session.view))
    for kind, views in figures.items():
        told = "  ".join(
            f"{view} corr {corr:.3f} corr_c {corr_c:.3f}"
            for view in VIEWS
            for corr, corr_c in [np.mean(views[view], axis=0)]
        )
        yield f"{kind:<18} {told}  seen upright {np.mean(upright[kind]):.1%}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seen", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="pictures in colour")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    args = parser.parse_args()
    paths = pictures_in(args.bench, args.limit)
    colorizer = Colorizer(args.model)
    print(f"{len(paths)} pictures, model {colorizer.model.card.name} {colorizer.model.card.version}")
    print("\n".join(rows_of(colorizer, paths)))


if __name__ == "__main__":
    main()
