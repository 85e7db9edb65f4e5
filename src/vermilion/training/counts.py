"""How many there are of what, as lines and messages tell it."""

from collections.abc import Mapping


def listed(counts: Mapping[str, float]) -> str:
    """Return counts of several kinds, whole numbers, as "3 broken, 1 tiny"; empty if there are none."""
    return ", ".join(f"{count:.0f} {kind}" for kind, count in counts.items())
