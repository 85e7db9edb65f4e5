"""Make the pictures of hints and of confidence in docs/steering.md from the photographs in examples/.

python scripts/make_hint_pictures.py [--model FOLDER]
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL.Image import Image, Resampling

from vermilion import Box, Colorizer, Controls, Session, Stroke
from vermilion.outputs import contact_sheet

ROOT = Path(__file__).resolve().parent.parent
CAR = ROOT / "examples" / "photographer_on_car_1936.jpg"
VALLEY = ROOT / "examples" / "valley_town_1890_sepia.jpg"
QUALITY = 82
LONGEST = 480  # pixels of a picture's longer side on a sheet

CAR_HINTS = (
    Stroke(((440, 490), (560, 430)), "#1f4f78", 16),
    Stroke(((465, 540), (520, 520), (570, 560)), "#1f4f78", 12),
    Stroke(((395, 335), (540, 335), (610, 370)), "#6f7a3c", 20),
    Box(610, 345, 885, 425, "#6f7a3c"),
    Box(100, 130, 880, 220, "#9fc0de"),
)


def main() -> None:
    """Write docs/images/steering-hints.jpg and steering-confidence.jpg."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    colorizer = Colorizer(parser.parse_args().model)
    write("hints", hinted(colorizer.open(CAR)))
    write("confidence", sure(colorizer.open(VALLEY)))


def hinted(session: Session) -> list[Image]:
    """The automatic colours, and those after a few hints."""
    return [session.paint(controls).to_pil() for controls in (Controls(), Controls(hints=CAR_HINTS))]


def sure(session: Session) -> list[Image]:
    """The automatic colours, the overlay on top of them, and what is left once the unsure ones faded."""
    picture = session.paint()
    marked = picture.to_pil().convert("RGBA")
    marked.alpha_composite(picture.confidence_overlay())
    return [picture.to_pil(), marked, session.paint(Controls(fade_unsure=1)).to_pil()]


def write(name: str, images: Sequence[Image]) -> None:
    """Write one sheet of the pictures, reduced."""
    scale = min(1.0, LONGEST / max(images[0].size))
    size = round(images[0].width * scale), round(images[0].height * scale)
    small = [np.asarray(image.convert("RGB").resize(size, Resampling.LANCZOS)) for image in images]
    contact_sheet(small).save(ROOT / "docs" / "images" / f"steering-{name}.jpg", quality=QUALITY)


if __name__ == "__main__":
    main()
