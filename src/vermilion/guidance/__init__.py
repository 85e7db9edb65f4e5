"""What people say about colour, turned into hints for the network. Arrays only."""

from vermilion.guidance.hints import AB_SCALE, Hint, rasterize_hints

__all__ = ["AB_SCALE", "Hint", "rasterize_hints"]
