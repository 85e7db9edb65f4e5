"""What users say about colours, turned into hints for the network. Arrays only."""

from vermilion.guidance.album import Album, AlbumEntry, load_album
from vermilion.guidance.confidence import Spot, ask_here, confidence_overlay
from vermilion.guidance.controls import Controls
from vermilion.guidance.controls_json import controls_from_json, controls_to_json
from vermilion.guidance.finish import check_controls, finish_colors, read_grading
from vermilion.guidance.hints import (
    AnyHint,
    Box,
    Color,
    Hint,
    Mask,
    Stroke,
    ab_at,
    ab_of,
    load_hints,
    parse_hint,
)
from vermilion.guidance.looks import look_names
from vermilion.guidance.recipe import (
    RECIPE_SUFFIX,
    Recipe,
    UsedFile,
    UsedModel,
    convert_recipe,
    load_recipe,
    parse_recipe,
)

__all__ = [
    "RECIPE_SUFFIX",
    "Album",
    "AlbumEntry",
    "AnyHint",
    "Box",
    "Color",
    "Controls",
    "Hint",
    "Mask",
    "Recipe",
    "Spot",
    "Stroke",
    "UsedFile",
    "UsedModel",
    "ab_at",
    "ab_of",
    "ask_here",
    "check_controls",
    "confidence_overlay",
    "controls_from_json",
    "controls_to_json",
    "convert_recipe",
    "finish_colors",
    "load_album",
    "load_hints",
    "load_recipe",
    "look_names",
    "parse_hint",
    "parse_recipe",
    "read_grading",
]
