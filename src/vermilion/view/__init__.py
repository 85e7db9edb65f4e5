"""Maps regions of a scan to what the network sees, and its colours back; arrays only."""

from vermilion.view.frame import Frame, whole
from vermilion.view.frames import PREVIEW, find_frames
from vermilion.view.heads import PARTS, REGIONS, Head, Heads, describe, likely_turns, read_heads, write_heads
from vermilion.view.options import AUTO, WAYS_UP, WHOLE, ViewOptions, check_views
from vermilion.view.tone import UNCHANGED, Tone, find_tone
from vermilion.view.turn import stored_window, turn_back, turn_upright, upright_size
from vermilion.view.view import View

__all__ = [
    "AUTO",
    "PARTS",
    "PREVIEW",
    "REGIONS",
    "UNCHANGED",
    "WAYS_UP",
    "WHOLE",
    "Frame",
    "Head",
    "Heads",
    "Tone",
    "View",
    "ViewOptions",
    "check_views",
    "describe",
    "find_frames",
    "find_tone",
    "likely_turns",
    "read_heads",
    "stored_window",
    "turn_back",
    "turn_upright",
    "upright_size",
    "whole",
    "write_heads",
]
