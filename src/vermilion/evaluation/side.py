"""Collects the figures of one colouriser, picture by picture."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vermilion.color import kernel_distance, palette
from vermilion.evaluation.figures import PictureFigures, SetFigures, compare, means_of
from vermilion.evaluation.networks import PictureFeatures
from vermilion.evaluation.skin import Skin, skin_by_tone, skin_of
from vermilion.evaluation.srgb import SrgbPicture

Doubles = NDArray[np.float64]


@dataclass
class Side:
    """The pictures of one colouriser so far.

    Attributes:
        looks: what networks saw of them.
        rows: the figures of each.
        palettes: of each true picture and of its painted one.
        skins: of those whose mask shows some.
    """

    looks: PictureFeatures
    rows: list[PictureFigures] = field(default_factory=list)
    palettes: list[tuple[Doubles, Doubles]] = field(default_factory=list)
    skins: list[Skin] = field(default_factory=list)

    def add(
        self, true: SrgbPicture, made: SrgbPicture, mask: NDArray[np.bool_] | None
    ) -> tuple[PictureFigures, Skin | None]:
        """Take one picture in, and return its figures."""
        row = compare(true, made)
        skin = None if mask is None else skin_of(true, made, mask)
        self.rows.append(row)
        self.palettes.append((palette(true.small_ab), palette(made.small_ab)))
        self.skins += [skin] if skin else []
        self.looks.add(true.rgb, made.rgb)
        return row, skin

    def figures(self) -> SetFigures:
        """The figures of all pictures; there has to be one."""
        means, ratio, intervals = means_of(self.rows)
        true, made = (np.stack(side) for side in zip(*self.palettes, strict=True))
        distance = kernel_distance(true, made, 1.0, 0.0)
        return SetFigures(
            pictures=len(self.rows),
            means=means,
            intervals=intervals,
            cf_ratio=ratio,
            cmd=None if math.isnan(distance) else distance,
            skin=skin_by_tone(self.skins),
            **self.looks.distances(),
        )
