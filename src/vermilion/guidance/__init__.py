"""What people say about colour, turned into hints for the network. Arrays only."""

from vermilion.guidance.controls import Controls
from vermilion.guidance.cube import Cube, apply_cube, read_cube
from vermilion.guidance.hints import AnyHint, Box, Hint, Mask, Stroke
from vermilion.guidance.look import Look, adjust_colors, apply_look
from vermilion.guidance.look_file import load_look, look_names
from vermilion.guidance.named_color import Color, ab_of
from vermilion.guidance.plain import from_plain
from vermilion.guidance.recipe import RECIPE_SUFFIX, Recipe, UsedFile, UsedModel, load_recipe, parse_recipe
from vermilion.guidance.shapes import AB_SCALE, Drawing, draw_hints, rasterize_hints

__all__ = [
    "AB_SCALE",
    "RECIPE_SUFFIX",
    "AnyHint",
    "Box",
    "Color",
    "Controls",
    "Cube",
    "Drawing",
    "Hint",
    "Look",
    "Mask",
    "Recipe",
    "Stroke",
    "UsedFile",
    "UsedModel",
    "ab_of",
    "adjust_colors",
    "apply_cube",
    "apply_look",
    "draw_hints",
    "from_plain",
    "load_look",
    "load_recipe",
    "look_names",
    "parse_recipe",
    "rasterize_hints",
    "read_cube",
]
