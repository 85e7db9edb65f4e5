"""Other plausible answers: colours for a place, colourings for a picture."""

from vermilion.guidance.variants.choice import (
    VARIANT_REGIONS,
    Proposal,
    choose_variants,
    find_doubtful,
    propose_variants,
)
from vermilion.guidance.variants.suggest import Suggestion, suggest_colors

__all__ = [
    "VARIANT_REGIONS",
    "Proposal",
    "Suggestion",
    "choose_variants",
    "find_doubtful",
    "propose_variants",
    "suggest_colors",
]
