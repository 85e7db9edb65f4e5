"""What people say about colour, turned into hints for the network. Arrays only."""

from vermilion.guidance.controls import Controls
from vermilion.guidance.hints import AnyHint, Box, Hint, Mask, Stroke
from vermilion.guidance.named_color import Color, ab_of
from vermilion.guidance.shapes import AB_SCALE, Drawing, draw_hints, rasterize_hints

__all__ = [
    "AB_SCALE",
    "AnyHint",
    "Box",
    "Color",
    "Controls",
    "Drawing",
    "Hint",
    "Mask",
    "Stroke",
    "ab_of",
    "draw_hints",
    "rasterize_hints",
]
