"""Make the pictures of the README from the photographs in examples/: the scan beside the result.

python scripts/make_gallery.py [--model FOLDER]
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion import Colorizer

ROOT = Path(__file__).resolve().parent.parent
HEIGHT = 480  # pixels of a pair
QUALITY = 82


def pair(scan: Path, colorizer: Colorizer) -> NDArray[np.uint8]:
    """The scan (as grey) and its colours, side by side, BGR."""
    rgb = colorizer.colorize(scan).to_numpy()
    # The luma of the result is the scan's, so the grey half is made from the colour half.
    grey = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2BGR)
    both = np.concatenate([grey, rgb[:, :, ::-1]], axis=1)
    width = round(both.shape[1] * HEIGHT / both.shape[0])
    return cv2.resize(both, (width, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)


def main() -> None:
    """Write docs/images/NAME.jpg for every example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    colorizer = Colorizer(parser.parse_args().model)
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    for scan in sorted((ROOT / "examples").glob("*.jpg")):
        cv2.imwrite(str(target / scan.name), pair(scan, colorizer), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
