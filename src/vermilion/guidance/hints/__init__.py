"""Hints: points, strokes, boxes, masks, and the names of colours."""

from vermilion.guidance.hints.kinds import AnyHint, Box, Hint, Mask, Stroke
from vermilion.guidance.hints.named_color import Color, ab_at, ab_of
from vermilion.guidance.hints.text import load_hints, parse_hint

__all__ = [
    "AnyHint",
    "Box",
    "Color",
    "Hint",
    "Mask",
    "Stroke",
    "ab_at",
    "ab_of",
    "load_hints",
    "parse_hint",
]
