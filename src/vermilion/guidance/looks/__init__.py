"""Looks, cubes and the corner mark, which change painted colours."""

from vermilion.guidance.looks.corner import corner_notes, mark_corner
from vermilion.guidance.looks.cube import Cube, apply_cube, read_cube
from vermilion.guidance.looks.look import Look, adjust_colors, apply_look
from vermilion.guidance.looks.look_file import LOOK_SUFFIX, load_look, look_names

__all__ = [
    "LOOK_SUFFIX",
    "Cube",
    "Look",
    "adjust_colors",
    "apply_cube",
    "apply_look",
    "corner_notes",
    "load_look",
    "look_names",
    "mark_corner",
    "read_cube",
]
