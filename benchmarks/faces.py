"""How the colours of faces fare, by skin tone.

Faces are found in true colour pictures (YuNet through OpenCV). The skin of a box is its middle.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion import Colorizer
from vermilion.color import rgb_to_lab
from vermilion.evaluation import TONES, tone_of

LEAST_SIDE = 24  # pixels of a face box


@dataclass(frozen=True, slots=True)
class Face:
    """One face: its tone, the mean ab error in its middle, and mean true and painted (L, a, b) there."""

    tone: str
    error: float
    true: NDArray[np.float32]
    painted: NDArray[np.float32]


def faces_of(path: Path, colorizer: Colorizer, detector: "cv2.FaceDetectorYN") -> list[Face]:
    """All faces of one colour picture, true against painted."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        return []
    detector.setInputSize((bgr.shape[1], bgr.shape[0]))
    # OpenCV's types do not know that there are no boxes where there are no faces.
    boxes = cast("NDArray[np.float32] | None", detector.detect(bgr)[1])
    if boxes is None:
        return []
    rgb = np.ascontiguousarray(bgr[:, :, ::-1])
    true = rgb_to_lab(rgb.astype(np.float32) / 255)
    painted = rgb_to_lab(colorizer.colorize(rgb, recolor=True).to_numpy().astype(np.float32) / 255)
    found = []
    for x, y, width, height in boxes[:, :4]:
        if min(width, height) < LEAST_SIDE:
            continue
        middle = np.s_[
            int(y + 0.3 * height) : int(y + 0.8 * height), int(x + 0.2 * width) : int(x + 0.8 * width)
        ]
        pair = [lab[middle].reshape(-1, 3) for lab in (true, painted)]
        if not pair[0].size:
            continue
        error = float(np.linalg.norm(pair[0][:, 1:] - pair[1][:, 1:], axis=1).mean())
        found.append(Face(tone_of(pair[0].mean(0)), error, pair[0].mean(0), pair[1].mean(0)))
    return found


def face_figures(model: Path | None, pictures: Path, weights: Path) -> str:
    """A line a tone: faces, ab error, mean true and painted a, b."""
    colorizer = Colorizer(model)
    detector = cv2.FaceDetectorYN.create(str(weights), "", (320, 320), score_threshold=0.8)
    faces = [face for path in sorted(pictures.iterdir()) for face in faces_of(path, colorizer, detector)]
    lines = [f"{len(faces)} faces"]
    for name, _ in TONES:
        group = [face for face in faces if face.tone == name]
        if group:
            true, painted = (
                np.mean([getattr(face, side) for face in group], axis=0) for side in ("true", "painted")
            )
            error = np.mean([face.error for face in group])
            lines.append(
                f"{name:<13} {len(group):4d} faces  ab error {error:5.2f}  "
                f"true a {true[1]:5.1f} b {true[2]:5.1f} painted a {painted[1]:5.1f} b {painted[2]:5.1f}"
            )
    return "\n".join(lines)
