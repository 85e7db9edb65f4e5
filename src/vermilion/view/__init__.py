"""How a region of the scan becomes what the network sees, and how what it paints goes back; arrays only."""

from vermilion.view.frame import Frame, whole
from vermilion.view.frames import PREVIEW, find_frames
from vermilion.view.tone import UNCHANGED, Tone, find_tone
from vermilion.view.view import View

__all__ = ["PREVIEW", "UNCHANGED", "Frame", "Tone", "View", "find_frames", "find_tone", "whole"]
