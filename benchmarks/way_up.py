"""Whether pictures that lie on a side or on their head are seen upright, and upright ones stay.

python -m benchmarks.way_up --bench FOLDER [--model MODEL] [--faces YUNET.onnx] [--limit N]

Each picture of the folder stands upright and is turned by 90, 180 and 270°. Printed: the share of turned ones
put right and turned wrongly, of those with a face that YuNet finds, and of upright ones that are turned.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.known import pictures_in
from vermilion import Colorizer
from vermilion.pictures import read_colors
from vermilion.tone import luma_of_rgb, to_eight_bits

Bytes = NDArray[np.uint8]

LARGEST = 512  # pixels
CLEAR = 0.8  # YuNet's score of a face
LEAST = 0.004  # share of the picture that a face covers


def turns_of(colorizer: Colorizer, luma: Bytes) -> list[int]:
    """Return the quarter turns clockwise that are found for a picture turned by 0 to 3 quarters clockwise."""
    lies = (np.ascontiguousarray(np.rot90(luma, -turned)) for turned in range(4))
    return [colorizer.open(scan).view[0].turns for scan in lies]


def face_finder(model: Path) -> Callable[[Bytes], bool]:
    """Return what tells whether a picture, RGB [H,W,3], shows a face."""
    detector = cv2.FaceDetectorYN.create(str(model), "", (320, 320), CLEAR)

    def has_face(rgb: Bytes) -> bool:
        detector.setInputSize(rgb.shape[1::-1])
        faces = detector.detect(np.ascontiguousarray(rgb[..., ::-1]))[1]
        most = 0.0 if faces is None else max(float(face[2] * face[3]) for face in faces)
        return most > LEAST * rgb[..., 0].size

    return has_face


def table(found: list[list[int]], faces: list[bool]) -> Iterator[str]:
    """Lines of figures."""
    turns = np.array(found)
    right = turns[:, 1:] == -np.arange(1, 4) % 4
    wrong = ~right & (turns[:, 1:] != 0)
    yield f"turned pictures put right {right.mean():.1%}, turned wrongly {wrong.mean():.1%}"
    if any(faces):
        yield f"of {sum(faces)} with faces put right {right[np.array(faces)].mean():.1%}"
    yield f"upright pictures turned {(turns[:, 0] != 0).mean():.2%}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.way_up", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="pictures in colour that stand upright")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--faces", type=Path, help="YuNet, a face detector in ONNX")
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    args = parser.parse_args()
    paths = pictures_in(args.bench, args.limit)
    colorizer, has_face = Colorizer(args.model), face_finder(args.faces) if args.faces else None
    pictures = [read_colors(path, LARGEST) for path in paths]
    found = [turns_of(colorizer, to_eight_bits(luma_of_rgb(rgb))) for rgb in pictures]
    print(f"{len(paths)} pictures, model {colorizer.model.card.name} {colorizer.model.card.version}")
    print("\n".join(table(found, [has_face is not None and has_face(rgb) for rgb in pictures])))


if __name__ == "__main__":
    main()
