"""The names of all files that are written for one picture."""

from dataclasses import dataclass
from pathlib import Path

from vermilion.guidance import RECIPE_SUFFIX

CONFIDENCE_SUFFIX = ".confidence.png"
"""What follows the stem of a result in the name of the overlay that shows where the model is unsure."""

TRUST_SUFFIX = ".trust.png"
"""What follows the stem of a result in the name of the map of where colours are those of a version."""

SHEET_SUFFIX = ".variants.jpg"
"""What follows the stem of a result in the name of the contact sheet of its variants."""


@dataclass(frozen=True, slots=True)
class Companions:
    """What is written beside each result.

    Attributes:
        recipe: whether NAME.recipe.json is.
        confidence_map: whether NAME.confidence.png is.
        variants: how many other colourings are, at most; with any, NAME.variants.jpg is, too.
        trust_map: whether NAME.trust.png is.
    """

    recipe: bool = False
    confidence_map: bool = False
    variants: int = 0
    trust_map: bool = False

    def names(self, target: Path) -> list[Path]:
        """Return all files that may be written of a picture, the result itself last."""
        variants = [variant_target(target, rank) for rank in range(1, self.variants + 1)]
        names = []
        for picture in (*variants, target):
            names += [picture.with_suffix(RECIPE_SUFFIX)] if self.recipe else []
            names += [picture.with_suffix(CONFIDENCE_SUFFIX)] if self.confidence_map else []
            names += [picture.with_suffix(TRUST_SUFFIX)] if self.trust_map else []
            names.append(picture)
        if variants:
            names.insert(0, target.with_suffix(SHEET_SUFFIX))
        return names


def variant_target(target: Path, rank: int) -> Path:
    """Return the name of a variant: NAME.v1.EXT, or NAME.color.v1.EXT beside its scan."""
    return target.with_name(f"{target.stem}.v{rank}{target.suffix}")
