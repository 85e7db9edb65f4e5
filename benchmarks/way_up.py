"""Whether pictures that lie on a side or on their head are seen upright, and negatives told.

python -m benchmarks.way_up --bench FOLDER [--model MODEL] [--faces YUNET.onnx] [--limit N] [--turned FILE]

Each picture of the folder stands upright and is turned by 90, 180 and 270°, and inverted. Printed: the share
of turned ones put right and turned wrongly, by each angle, of those with a face that YuNet finds, and of
upright ones that are turned; of negatives that are recognised, and of positives taken for one.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one picture.

    Attributes:
        turns: quarter turns clockwise, for the picture turned by 0 to 3 quarters clockwise.
        negatives: whether it was taken for a negative, as it is and inverted.
    """

    turns: tuple[int, ...]
    negatives: tuple[bool, bool]


def found_of(colorizer: Colorizer, luma: Bytes) -> Found:
    """Return what is found of a picture that stands upright."""
    lies = [np.ascontiguousarray(np.rot90(luma, -turned)) for turned in range(4)]
    opened = [colorizer.open(scan) for scan in (*lies, 255 - luma)]
    turns = tuple(session.view[0].turns for session in opened[:4])
    return Found(turns, (opened[0].negative is not None, opened[4].negative is not None))


def face_finder(model: Path) -> Callable[[Bytes], bool]:
    """Return what tells whether a picture, RGB [H,W,3], shows a face."""
    detector = cv2.FaceDetectorYN.create(str(model), "", (320, 320), CLEAR)

    def has_face(rgb: Bytes) -> bool:
        detector.setInputSize(rgb.shape[1::-1])
        faces = detector.detect(np.ascontiguousarray(rgb[..., ::-1]))[1]
        most = 0.0 if faces is None else max(float(face[2] * face[3]) for face in faces)
        return most > LEAST * rgb[..., 0].size

    return has_face


def table(found: list[Found], faces: list[bool]) -> Iterator[str]:
    """Lines of figures."""
    turns = np.array([one.turns for one in found])
    right = turns[:, 1:] == -np.arange(1, 4) % 4
    wrong = ~right & (turns[:, 1:] != 0)
    each = " / ".join(f"{share:.1%}" for share in right.mean(axis=0))
    yield f"turned pictures put right {right.mean():.1%}, turned wrongly {wrong.mean():.1%}"
    yield f"put right of those turned by 90 / 180 / 270°: {each}"
    if any(faces):
        yield f"of {sum(faces)} with faces put right {right[np.array(faces)].mean():.1%}"
    yield f"upright pictures turned {(turns[:, 0] != 0).mean():.2%}"
    negatives = np.array([one.negatives for one in found]).mean(axis=0)
    yield f"negatives told {negatives[1]:.1%}, positives taken for one {negatives[0]:.2%}"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.way_up", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="pictures in colour that stand upright")
    parser.add_argument("--model", type=Path, help="a model folder; by default the one inside the package")
    parser.add_argument("--faces", type=Path, help="YuNet, a face detector in ONNX")
    parser.add_argument("--limit", type=int, help="so many pictures, evenly chosen")
    parser.add_argument("--turned", type=Path, help="file for the names of upright pictures that are turned")
    args = parser.parse_args()
    paths = pictures_in(args.bench, args.limit)
    colorizer, has_face = Colorizer(args.model), face_finder(args.faces) if args.faces else None
    pictures = [read_colors(path, LARGEST) for path in paths]
    found = [found_of(colorizer, to_eight_bits(luma_of_rgb(rgb))) for rgb in pictures]
    print(f"{len(paths)} pictures, model {colorizer.model.card.name} {colorizer.model.card.version}")
    print("\n".join(table(found, [has_face is not None and has_face(rgb) for rgb in pictures])))
    if args.turned:
        wrong = [path.name for path, one in zip(paths, found, strict=True) if one.turns[0]]
        args.turned.write_text("".join(f"{name}\n" for name in wrong), encoding="utf-8")


if __name__ == "__main__":
    main()
