"""How much the colours of a picture depend on the size at which the network sees it.

python -m benchmarks.drift FOLDER [--model MODEL] [--sizes 192,256,384,512]

For every size the mean distance of a, b from those at the first one, the chroma over the first one's, and
the picture that changes most.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import cv2
import numpy as np

from benchmarks.known import pictures_in
from benchmarks.scene import Floats, ab_of_rgb
from vermilion import Colorizer
from vermilion.color import ab_error

SIDE = 128  # pixels of the compared pictures: what differs between sizes is no detail


def colors_at(colorizer: Colorizer, path: Path, size: int) -> Floats:
    """The a, b [SIDE,SIDE,2] of a picture that the network saw at a size."""
    rgb = colorizer.colorize(path, size=size, recolor=True).to_numpy()
    small = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return ab_of_rgb(small.astype(rgb.dtype, copy=False))


def drift(colorizer: Colorizer, paths: list[Path], sizes: list[int]) -> Iterator[str]:
    """A line for each size after the first."""
    known = {path: {size: colors_at(colorizer, path, size) for size in sizes} for path in paths}
    first = sizes[0]
    strong = {size: [_chroma(ab[size]) for ab in known.values()] for size in sizes}
    for size in sizes[1:]:
        away = {path.stem: ab_error(ab[size], ab[first]) for path, ab in known.items()}
        most = max(away, key=lambda stem: away[stem])
        each = [ours / max(theirs, 1e-6) for ours, theirs in zip(strong[size], strong[first], strict=True)]
        yield (
            f"{size} px against {first}: ab differs by {mean(away.values()):.2f} on average, by "
            f"{away[most]:.2f} in {most}; chroma {sum(strong[size]) / sum(strong[first]):.2f} times as "
            f"strong, from {min(each):.2f} to {max(each):.2f}"
        )


def _chroma(ab: Floats) -> float:
    return float(np.linalg.norm(ab, axis=-1).mean())


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("folder", type=Path, help="pictures, grey or in colour")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--sizes", default="192,256,384,512")
    args = parser.parse_args()
    paths = pictures_in(args.folder)
    sizes = [int(size) for size in args.sizes.split(",")]
    colorizer = Colorizer(args.model)
    print(f"{len(paths)} pictures, model {colorizer.model.card.name} {colorizer.model.card.version}")
    print("\n".join(drift(colorizer, paths, sizes)))


if __name__ == "__main__":
    main()
