"""Make the pictures of what steering does, from the photographs in examples/: docs/images/steering-*.jpg.

python scripts/make_steering_sheets.py [--model FOLDER]
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Transpose

from vermilion import Colorizer
from vermilion.guidance import Box, Controls, Stroke
from vermilion.guidance.looks import look_names

ROOT = Path(__file__).resolve().parent.parent
CAR = ROOT / "examples" / "photographer_on_car_1936.jpg"
TENT = ROOT / "examples" / "mother_in_tent_1936.jpg"
PORTRAIT = ROOT / "examples" / "daguerreotype_portrait_1856.jpg"
PALETTES = (("#c2553a", "#2a5a8c", "#d9b866"), ("#3f6b3a", "#a9784a", "#7fa6c9"), ("#8a3fa0",))
GRASS = "#858a50"
BLUE_CAR = (
    Stroke(((395, 335), (540, 335), (610, 370)), GRASS, 20),
    Box(610, 345, 885, 425, GRASS),
    Box(100, 720, 880, 940, GRASS),
    Stroke(((440, 490), (560, 430)), "#27508f", 16),
    Stroke(((465, 540), (520, 520), (570, 560)), "#27508f", 12),
)
ALBUM = [
    {"name": "car", "color": "#27508f", "hints": [{"x0": 390, "y0": 440, "x1": 600, "y1": 560}]},
    {"name": "hill", "color": GRASS, "hints": [{"x0": 600, "y0": 340, "x1": 880, "y1": 420}]},
    {"name": "sky", "color": "grey", "hints": [{"x0": 400, "y0": 130, "x1": 880, "y1": 300}]},
]
CUBE_SIDE = 9  # colours
HEIGHT = 300  # pixels of one picture
CORNER = 0.3  # of the short side: what is shown larger of a corner mark
QUALITY = 76


def sheet(colorizer: Colorizer, scan: Path, every: Sequence[Controls]) -> NDArray[np.uint8]:
    """One scan under several controls, side by side, BGR."""
    session = colorizer.open(scan)
    views = [np.asarray(session.paint(controls).to_pil())[:, :, ::-1] for controls in every]
    width = round(views[0].shape[1] * HEIGHT / views[0].shape[0])
    small = [cv2.resize(view, (width, HEIGHT), interpolation=cv2.INTER_AREA) for view in views]
    return np.concatenate(small, axis=1).astype(np.uint8)


def adjusted_sheet(colorizer: Colorizer, folder: Path) -> NDArray[np.uint8]:
    """The tent with more colour, warmer, cooler, greener, and through a LUT: orange lights, teal shadows."""
    levels = np.linspace(0, 1, CUBE_SIDE)
    rows = []
    for blue, green, red in itertools.product(levels, repeat=3):
        grade = 0.3 * ((red + green + blue) / 3 - 0.5)
        rows.append(" ".join(f"{min(1, max(0, value)):.4f}" for value in (red + grade, green, blue - grade)))
    (folder / "grade.cube").write_text("\n".join([f"LUT_3D_SIZE {CUBE_SIDE}", *rows]))
    every = [
        Controls(),
        Controls(vividness=1.6),
        Controls(warmth=15),
        Controls(warmth=-15),
        Controls(tint=-12),
        Controls(cube=str(folder / "grade.cube")),
    ]
    return sheet(colorizer, TENT, every)


def reference_sheet(colorizer: Colorizer, folder: Path) -> NDArray[np.uint8]:
    """The automatic car; mirrored, where it was hinted blue; the first with that as reference."""
    hinted = colorizer.colorize(CAR, hints=BLUE_CAR).to_pil()
    part = hinted.crop((80, 110, hinted.width - 80, hinted.height - 110)).transpose(Transpose.FLIP_LEFT_RIGHT)
    part.save(folder / "reference.png")
    result = sheet(colorizer, CAR, [Controls(), Controls(reference=str(folder / "reference.png"))])
    middle = np.asarray(part.resize((round(part.width * HEIGHT / part.height), HEIGHT)))[:, :, ::-1]
    half = result.shape[1] // 2
    return np.concatenate([result[:, :half], middle, result[:, half:]], axis=1)


def album_sheet(colorizer: Colorizer, folder: Path) -> NDArray[np.uint8]:
    """The car as it was agreed on; a mirrored part of it, automatic, and with the album."""
    car, part, album = folder / "car.png", folder / "part.png", folder / "album.json"
    with Image.open(CAR) as scan:
        grey = scan.convert("L")
    grey.save(car)
    grey.transpose(Transpose.FLIP_LEFT_RIGHT).crop((60, 180, 880, 760)).save(part)
    album.write_text(json.dumps({"entries": [entry | {"picture": car.name} for entry in ALBUM]}))
    agreed = Controls(album=str(album))
    sheets = [sheet(colorizer, car, [agreed]), sheet(colorizer, part, [Controls(), agreed])]
    return np.concatenate(sheets, axis=1)


def corner_sheet(colorizer: Colorizer) -> NDArray[np.uint8]:
    """The car, cut out of its black frame, with a corner marked; and that corner itself, larger."""
    with Image.open(CAR) as scan:
        part = scan.crop((90, 130, 890, 950))
    marked = np.asarray(colorizer.colorize(part, controls=Controls(corner_mark=True)).to_pil())[:, :, ::-1]
    side = round(CORNER * min(marked.shape[:2]))
    width = round(marked.shape[1] * HEIGHT / marked.shape[0])
    small = cv2.resize(marked, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    corner = cv2.resize(marked[-side:, -side:], (HEIGHT, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.concatenate([small, corner], axis=1).astype(np.uint8)


def main() -> None:
    """Write a sheet for each control that changes whole pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a model folder; by default the one inside the package")
    colorizer = Colorizer(parser.parse_args().model)
    looks = [Controls(), *(Controls(look=name) for name in look_names() if name != "natural")]
    palettes = [Controls(), *(Controls(palette=palette) for palette in PALETTES)]
    variants = [Controls(), *(Controls(variant=rank) for rank in range(1, 5))]
    with tempfile.TemporaryDirectory() as folder:
        sheets = {
            "looks": sheet(colorizer, CAR, looks),
            "palettes": sheet(colorizer, TENT, palettes),
            "variants": sheet(colorizer, PORTRAIT, variants),
            "reference": reference_sheet(colorizer, Path(folder)),
            "album": album_sheet(colorizer, Path(folder)),
            "corner": corner_sheet(colorizer),
            "adjusted": adjusted_sheet(colorizer, Path(folder)),
        }
    for name, picture in sheets.items():
        path = ROOT / "docs" / "images" / f"steering-{name}.jpg"
        cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
