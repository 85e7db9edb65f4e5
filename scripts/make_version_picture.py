"""Make the picture of an edited version in docs/steering.md from a photograph in examples/.

python scripts/make_version_picture.py [--model FOLDER]

The version is made here, as other programs make theirs: other colours, harder contrast, clipped whites, no
grain, turned, cut, narrower, and with a ball that was never there.
"""

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vermilion import Box, Colorizer, Controls, Stroke
from vermilion.assets import Asset
from vermilion.outputs import contact_sheet

ROOT = Path(__file__).resolve().parent.parent
CAR = ROOT / "examples" / "photographer_on_car_1936.jpg"
PICTURE = ROOT / "docs" / "images" / "steering-version.jpg"
QUALITY = 82
LONGEST = 480  # pixels of a picture's longer side on the sheet
HINTS = (
    Stroke(((440, 490), (560, 430)), "#7a2430", 16),
    Stroke(((465, 540), (520, 520), (570, 560)), "#7a2430", 12),
    Stroke(((395, 335), (540, 335), (610, 370)), "#6f7a3c", 20),
    Box(100, 130, 880, 220, "#9fc0de"),
)


def main() -> None:
    """Write docs/images/steering-version.jpg."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    session = Colorizer(parser.parse_args().model).open(CAR)
    version = edited(np.asarray(session.paint(Controls(hints=HINTS)).to_pil()))
    content = io.BytesIO()
    Image.fromarray(version).save(content, "png")
    picture = session.paint(Controls(colors_from=Asset(content.getvalue(), "edited.png")))
    with Image.open(io.BytesIO(picture.trust_png())) as trust:
        shown = [Image.fromarray(version), picture.to_pil(), trust.convert("RGB")]
    small = [np.asarray(_reduced(image)) for image in shown]
    contact_sheet(small).save(PICTURE, quality=QUALITY)


def edited(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture [H,W,3] as an editor would have changed it."""
    smooth = cv2.bilateralFilter(np.ascontiguousarray(rgb), 9, 30, 5)
    bright = np.clip((smooth.astype(np.float32) - 10) * 1.25, 0, 255).astype(np.uint8)
    height, width = rgb.shape[:2]
    cv2.circle(bright, (width // 4, 3 * height // 4), height // 14, (230, 120, 20), -1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1)
    turn[:, 2] -= (0.05 * width, 0.09 * height)
    size = round(0.9 * width), round(0.86 * height)
    return np.asarray(cv2.warpAffine(bright, turn, size, flags=cv2.INTER_AREA), np.uint8)


def _reduced(image: Image.Image) -> Image.Image:
    scale = LONGEST / max(image.size)
    size = round(image.width * scale), round(image.height * scale)
    return image.resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
