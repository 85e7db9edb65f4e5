"""Colours of other pictures: references and palettes, and what looks alike in two pictures."""

from vermilion.guidance.references.clusters import Labels
from vermilion.guidance.references.likeness import (
    LEAST_LEAD,
    LEAST_LIKENESS,
    PLACE_STEP,
    likeness_of,
    places_of,
)
from vermilion.guidance.references.palette import PALETTE_REGIONS, palette_canvas, palette_of_picture
from vermilion.guidance.references.reference import (
    Reference,
    colors_on_grid,
    reference_canvas,
    soft_palette_canvas,
)
from vermilion.guidance.references.regions import find_regions, mean_odds

__all__ = [
    "LEAST_LEAD",
    "LEAST_LIKENESS",
    "PALETTE_REGIONS",
    "PLACE_STEP",
    "Labels",
    "Reference",
    "colors_on_grid",
    "find_regions",
    "likeness_of",
    "mean_odds",
    "palette_canvas",
    "palette_of_picture",
    "places_of",
    "reference_canvas",
    "soft_palette_canvas",
]
