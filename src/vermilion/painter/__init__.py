"""The network at work on arrays: encode, decode, enforce hints, smooth. It knows no scan, recipe or path."""

from vermilion.painter.encoded import Encoded, Part
from vermilion.painter.enforce import Enforced, enforce_hints
from vermilion.painter.painted import Painted
from vermilion.painter.painter import Painter
from vermilion.painter.seen import on_scan, turned_back

__all__ = ["Encoded", "Enforced", "Painted", "Painter", "Part", "enforce_hints", "on_scan", "turned_back"]
