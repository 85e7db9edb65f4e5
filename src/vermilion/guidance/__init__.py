"""What people say about colour, turned into hints for the network. Arrays only."""

from vermilion.guidance.arrival import CLOSE, Goals, existing_ab, goals_of, hex_of, notes_on
from vermilion.guidance.confidence import Spot, ask_here, confidence_overlay, fade_unsure
from vermilion.guidance.controls import Controls
from vermilion.guidance.cube import Cube, apply_cube, read_cube
from vermilion.guidance.finish import check_files, finish_colors
from vermilion.guidance.hint_text import load_hints, parse_hint
from vermilion.guidance.hints import AnyHint, Box, Hint, Mask, Stroke
from vermilion.guidance.look import Look, adjust_colors, apply_look
from vermilion.guidance.look_file import load_look, look_names
from vermilion.guidance.named_color import Color, ab_of
from vermilion.guidance.plain import from_plain
from vermilion.guidance.recipe import RECIPE_SUFFIX, Recipe, UsedFile, UsedModel, load_recipe, parse_recipe
from vermilion.guidance.shapes import (
    AB_SCALE,
    Drawing,
    cell_at,
    check_inside,
    draw_hints,
    rasterize_hints,
)
from vermilion.guidance.suggest import Suggestion, suggest_colors

__all__ = [
    "AB_SCALE",
    "CLOSE",
    "RECIPE_SUFFIX",
    "AnyHint",
    "Box",
    "Color",
    "Controls",
    "Cube",
    "Drawing",
    "Goals",
    "Hint",
    "Look",
    "Mask",
    "Recipe",
    "Spot",
    "Stroke",
    "Suggestion",
    "UsedFile",
    "UsedModel",
    "ab_of",
    "adjust_colors",
    "apply_cube",
    "apply_look",
    "ask_here",
    "cell_at",
    "check_files",
    "check_inside",
    "confidence_overlay",
    "draw_hints",
    "existing_ab",
    "fade_unsure",
    "finish_colors",
    "from_plain",
    "goals_of",
    "hex_of",
    "load_hints",
    "load_look",
    "load_recipe",
    "look_names",
    "notes_on",
    "parse_hint",
    "parse_recipe",
    "rasterize_hints",
    "read_cube",
    "suggest_colors",
]
