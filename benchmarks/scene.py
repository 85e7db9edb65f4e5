"""One true colour picture as the network meets it, for measurements at the network's own size."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.color import ab_error, rgb_to_lab
from vermilion.network import Features, Model, with_margin, working_size
from vermilion.tone import luma_of_rgb, reduce_luma, unit_range

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]


def read_rgb(path: Path) -> Picture:
    """A picture file as uint8 [H,W,3]."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise SystemExit(f"{path} is no picture; leave only pictures in the folder of the bench.")
    return np.ascontiguousarray(bgr[:, :, ::-1], np.uint8)


def ab_of_rgb(rgb: NDArray[np.unsignedinteger]) -> Floats:
    """CIELAB a and b [H,W,2] of uint8 or uint16 [H,W,3]."""
    return np.ascontiguousarray(rgb_to_lab(unit_range(rgb))[..., 1:])


@dataclass(frozen=True, eq=False)
class Painted:
    """What the network painted: (a,b) [h,w,2], confidence [h,w] and, if asked for, odds [K,h,w]."""

    ab: Floats
    confidence: Floats
    odds: Floats | None


class Scene:
    """A picture whose colours are known: its luma is what the network sees, its true colours are kept."""

    def __init__(self, model: Model, rgb: Picture) -> None:
        self.model, self.rgb = model, rgb
        stride = model.card.stride
        seen = working_size((rgb.shape[0], rgb.shape[1]), model.card.working_size, stride)
        look = reduce_luma(luma_of_rgb(rgb), seen)
        self.grid = seen[0] // stride, seen[1] // stride
        self.luma = reduce_luma(look, self.grid)
        self.true: Floats = np.asarray(
            cv2.resize(ab_of_rgb(rgb), self.grid[::-1], interpolation=cv2.INTER_AREA), np.float32
        )
        self.features: Features = model.encode(with_margin(look)[None, None])

    def paint(self, canvas: Floats | None = None, *, with_odds: bool = False) -> Painted:
        """Paint with hints [3,h,w]."""
        height, width = self.grid
        hints = np.zeros((1, 3, *self.features.maps[0].shape[2:]), np.float32)
        if canvas is not None:
            hints[0, :, :height, :width] = canvas
        paint = self.model.decode(self.features, hints, with_odds=with_odds)
        ab = np.moveaxis(paint.chroma[0, :, :height, :width], 0, -1)
        odds = None if paint.odds is None else paint.odds[0, :, :height, :width]
        return Painted(ab, paint.confidence[0, 0, :height, :width], odds)

    @cached_property
    def automatic(self) -> Painted:
        """What the network paints alone, with odds."""
        return self.paint(with_odds=True)

    def error(self, ab: Floats) -> float:
        """Mean distance of painted colours from the true ones."""
        return ab_error(self.true, ab)


def mean(values: Sequence[float] | NDArray[Any]) -> float:
    """Mean of some figures; nan of none."""
    return float(np.mean(values)) if len(values) else float("nan")
