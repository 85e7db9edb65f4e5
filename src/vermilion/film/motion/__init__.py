"""Frames compared: where shots begin, how places move, and chroma carried along with them. Arrays only."""

from vermilion.film.motion.carry import backward, chroma_of, forward, wants_painting
from vermilion.film.motion.cuts import AHEAD
from vermilion.film.motion.held import Held, Mark, hold, reduced
from vermilion.film.motion.steps import (
    TRUST,
    Motion,
    Step,
    carried,
    is_still,
    motion_size,
    places_on,
    turned_round,
)

__all__ = [
    "AHEAD",
    "TRUST",
    "Held",
    "Mark",
    "Motion",
    "Step",
    "backward",
    "carried",
    "chroma_of",
    "forward",
    "hold",
    "is_still",
    "motion_size",
    "places_on",
    "reduced",
    "turned_round",
    "wants_painting",
]
