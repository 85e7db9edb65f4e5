"""Pictures whose colours are known, open to be painted under controls; and parts of them."""

import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.scene import Floats, ab_of_rgb, read_rgb
from vermilion import Colorizer, Controls
from vermilion.archive import PICTURE_SUFFIXES
from vermilion.tone import luma_of_rgb, unit_range

SMALLEST_CROP, LARGEST_CROP = 0.6, 0.8  # of both sides
Cells = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)


def random_of(path: Path) -> np.random.Generator:
    """A source of chance that depends on a picture's name alone."""
    return np.random.default_rng(zlib.crc32(path.stem.encode()))


def pictures_in(folder: Path, limit: int | None = None) -> list[Path]:
    """The pictures of a folder by their names, or at most `limit` of them, evenly chosen."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES)
    return paths[:: max(1, len(paths) // limit)][:limit] if limit else paths


class Known:
    """A colour picture of which the program is shown the luma alone, at the size of the picture.

    Attributes:
        rgb: uint8 [H,W,3].
        grey: uint8 [H,W], its luma, which is all that is opened.
        luma: float32 [H,W], 0..1.
        true: float32 [H,W,2], CIELAB a and b.
        random: depends on the picture's name alone.
    """

    def __init__(self, colorizer: Colorizer, path: Path) -> None:
        self.random = random_of(path)
        self.rgb = read_rgb(path)
        self.grey = luma_of_rgb(self.rgb)
        self.luma = unit_range(self.grey)
        self.true = ab_of_rgb(self.rgb)
        self.session = colorizer.open(self.grey)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.luma.shape[0], self.luma.shape[1]

    def paint(self, controls: Controls) -> Floats:
        """What is shown under controls: a and b [H,W,2] of the joined 8-bit picture."""
        return ab_of_rgb(self.session.paint(controls).to_numpy())

    @cached_property
    def automatic(self) -> Floats:
        """What is shown under none [H,W,2]."""
        return self.paint(Controls())

    def any_place(self) -> tuple[int, int]:
        """Row and column of a pixel, another one each time."""
        row, column = (int(self.random.integers(side)) for side in self.size)
        return row, column


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture, in pixels of it; it may be mirrored."""

    top: int
    left: int
    height: int
    width: int
    mirrored: bool = False

    def cut(self, picture: NDArray[T]) -> NDArray[T]:
        """That part of a picture [H,W,...], a new array."""
        part = picture[self.top : self.top + self.height, self.left : self.left + self.width]
        return np.ascontiguousarray(part[:, ::-1] if self.mirrored else part)

    def shared_with(self, other: "Crop") -> "Crop | None":
        """The part of the picture that both show, not mirrored; None if there is none."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom = min(self.top + self.height, other.top + other.height)
        right = min(self.left + self.width, other.left + other.width)
        return Crop(top, left, bottom - top, right - left) if bottom > top and right > left else None


def two_crops(size: tuple[int, int], random: np.random.Generator) -> tuple[Crop, Crop]:
    """Two parts of a picture of a size (height, width); the second may be mirrored."""
    places: list[tuple[int, int, int, int]] = []
    for _ in range(2):
        height, width = (int(side * random.uniform(SMALLEST_CROP, LARGEST_CROP)) for side in size)
        top, left = (
            int(random.integers(whole - part + 1)) for whole, part in zip(size, (height, width), strict=True)
        )
        places.append((top, left, height, width))
    return Crop(*places[0]), Crop(*places[1], mirrored=bool(random.random() < 0.5))


def chroma_of(ab: Floats) -> Floats:
    """Distance from grey [...] of a and b [...,2]."""
    chroma: Floats = np.linalg.norm(ab, axis=-1)
    return chroma
