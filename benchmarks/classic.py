"""The textbook baseline as a colouriser: it cannot be exported, but it can be scored."""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file

from vermilion.color import ab_to_cbcr, join_enlarged
from vermilion.training.loop.validation import paint_alone
from vermilion.training.networks.classic import SIDE_MULTIPLE, ClassicGenerator
from vermilion.training.networks.weights import read_facts


def is_classic(path: Path) -> bool:
    """Whether a generator's file holds the textbook's."""
    return "classic" in json.loads(read_facts(path).get("generator", "{}"))


def read_classic(path: Path) -> ClassicGenerator:
    """The textbook's generator from the file that a training left behind."""
    generator = ClassicGenerator(json.loads(read_facts(path)["generator"])["classic"])
    state = {name: tensor.float() for name, tensor in load_file(path).items()}
    lacking, unknown = generator.load_state_dict(state, strict=False)
    if unknown or any(not name.endswith("num_batches_tracked") for name in lacking):
        raise ValueError(f"{path}: its weights do not fit the classic generator.")
    return generator.eval()


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A finished picture, as `Colorizer` would give it."""

    rgb: NDArray[np.unsignedinteger]

    def to_numpy(self) -> NDArray[np.unsignedinteger]:
        """RGB [H, W, 3]."""
        return self.rgb


class ClassicColorizer:
    """What `Colorizer` does, by the textbook's generator: at about the size it was trained at."""

    def __init__(self, path: Path) -> None:
        self.generator = read_classic(path)

    def colorize(self, path: Path, *, hints: object = (), size: int | None = None) -> Joined:
        """Colourise a grey picture; hints are not understood, and there is one size."""
        del hints, size
        codes = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        scale = SIDE_MULTIPLE / min(codes.shape)
        height, width = (round(side * scale / SIDE_MULTIPLE) * SIDE_MULTIPLE for side in codes.shape)
        small = cv2.resize(codes, (width, height), interpolation=cv2.INTER_AREA)
        luma = small.astype(np.float32) / np.float32(255)
        ab = paint_alone(self.generator, luma, 1.0)
        return Joined(join_enlarged(codes, ab_to_cbcr(luma, ab)))
