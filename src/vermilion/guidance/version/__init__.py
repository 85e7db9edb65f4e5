"""Lays the colours of an edited version of a picture on its scan, at their own resolution. Arrays only.

find_map ─▶ where it lies ─follow─▶ to the pixel ─▶ chroma on the scan's grid ─trust_of─▶ where it counts

Elsewhere the network paints; ``carried`` joins that to the colours around.
"""

from vermilion.guidance.version.lay import Laid, laid_over, lay_version, with_chroma, with_trust
from vermilion.guidance.version.mix import mix_chroma, neutral_chroma, trusted_canvas

__all__ = [
    "Laid",
    "laid_over",
    "lay_version",
    "mix_chroma",
    "neutral_chroma",
    "trusted_canvas",
    "with_chroma",
    "with_trust",
]
