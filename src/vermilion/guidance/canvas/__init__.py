"""Hints on the network's grid: drawing them, their reach, and whether their colours arrive."""

from vermilion.guidance.canvas.arrival import CLOSE, Goals, existing_ab, goals_of, hex_of, notes_on
from vermilion.guidance.canvas.lattice import lattice_canvas, lay_over
from vermilion.guidance.canvas.reach import Appearance, appearance_of, reach_of
from vermilion.guidance.canvas.settle import settle_hints
from vermilion.guidance.canvas.shapes import (
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

__all__ = [
    "AB_SCALE",
    "CLOSE",
    "NOBODY",
    "Appearance",
    "Drawing",
    "Goals",
    "Levels",
    "MaskReader",
    "appearance_of",
    "cell_at",
    "check_inside",
    "draw_hints",
    "existing_ab",
    "goals_of",
    "hex_of",
    "lattice_canvas",
    "lay_over",
    "notes_on",
    "rasterize_hints",
    "reach_of",
    "settle_hints",
]
