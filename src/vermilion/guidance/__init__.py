"""What people say about colour, turned into hints for the network. Arrays only."""

from vermilion.guidance.album import Album, AlbumEntry, load_album
from vermilion.guidance.arrival import CLOSE, Goals, existing_ab, goals_of, hex_of, notes_on
from vermilion.guidance.canvas import lay_over
from vermilion.guidance.confidence import (
    GONE_BELOW,
    KEPT_FROM,
    Spot,
    ask_here,
    confidence_overlay,
    fade_unsure,
)
from vermilion.guidance.controls import Controls
from vermilion.guidance.convert import convert_recipe
from vermilion.guidance.corner import corner_notes
from vermilion.guidance.cube import Cube, apply_cube, read_cube
from vermilion.guidance.finish import Grading, check_controls, finish_colors, read_grading
from vermilion.guidance.hint_text import load_hints, parse_hint
from vermilion.guidance.hints import AnyHint, Box, Hint, Mask, Stroke
from vermilion.guidance.likeness import places_of
from vermilion.guidance.look import Look, adjust_colors, apply_look
from vermilion.guidance.look_file import load_look, look_names
from vermilion.guidance.named_color import Color, ab_at, ab_of
from vermilion.guidance.palette import PALETTE_REGIONS, palette_canvas, palette_of_picture
from vermilion.guidance.plain import from_plain
from vermilion.guidance.reach import Appearance, appearance_of, reach_of
from vermilion.guidance.recipe import RECIPE_SUFFIX, Recipe, UsedFile, UsedModel, load_recipe, parse_recipe
from vermilion.guidance.reference import Reference, colors_on_grid, reference_canvas, soft_palette_canvas
from vermilion.guidance.regions import find_regions
from vermilion.guidance.settle import settle_hints
from vermilion.guidance.shapes import (
    AB_SCALE,
    NOBODY,
    Drawing,
    Levels,
    MaskReader,
    cell_at,
    check_inside,
    draw_hints,
    rasterize_hints,
)
from vermilion.guidance.suggest import Suggestion, suggest_colors
from vermilion.guidance.things import cells_of_places, find_places, found_thing, places_on
from vermilion.guidance.variants import (
    VARIANT_REGIONS,
    Proposal,
    choose_variants,
    find_doubtful,
    propose_variants,
)

__all__ = [
    "AB_SCALE",
    "CLOSE",
    "GONE_BELOW",
    "KEPT_FROM",
    "NOBODY",
    "PALETTE_REGIONS",
    "RECIPE_SUFFIX",
    "VARIANT_REGIONS",
    "Album",
    "AlbumEntry",
    "AnyHint",
    "Appearance",
    "Box",
    "Color",
    "Controls",
    "Cube",
    "Drawing",
    "Goals",
    "Grading",
    "Hint",
    "Levels",
    "Look",
    "Mask",
    "MaskReader",
    "Proposal",
    "Recipe",
    "Reference",
    "Spot",
    "Stroke",
    "Suggestion",
    "UsedFile",
    "UsedModel",
    "ab_at",
    "ab_of",
    "adjust_colors",
    "appearance_of",
    "apply_cube",
    "apply_look",
    "ask_here",
    "cell_at",
    "cells_of_places",
    "check_controls",
    "check_inside",
    "choose_variants",
    "colors_on_grid",
    "confidence_overlay",
    "convert_recipe",
    "corner_notes",
    "draw_hints",
    "existing_ab",
    "fade_unsure",
    "find_doubtful",
    "find_places",
    "find_regions",
    "finish_colors",
    "found_thing",
    "from_plain",
    "goals_of",
    "hex_of",
    "lay_over",
    "load_album",
    "load_hints",
    "load_look",
    "load_recipe",
    "look_names",
    "notes_on",
    "palette_canvas",
    "palette_of_picture",
    "parse_hint",
    "parse_recipe",
    "places_of",
    "places_on",
    "propose_variants",
    "rasterize_hints",
    "reach_of",
    "read_cube",
    "read_grading",
    "reference_canvas",
    "settle_hints",
    "soft_palette_canvas",
    "suggest_colors",
]
