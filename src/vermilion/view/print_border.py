"""The border that a print has of its own: white paper, or black, around the picture on all four sides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_WIDEST = 0.2
"""Share of the short side beyond which it is no print's border."""

_EVEN = 15.0
"""Levels by which the tones along one row of a border may vary (robust spread); thin and askew ones vary."""

_OTHER = 18.0
"""Levels from the border's tone beyond which a place is picture."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """What may be a border on one side.

    Attributes:
        tone: of the border.
        width: in rows.
        clear: share of the places that end there.
        spread: levels by which the tone varies along it.
    """

    tone: float
    width: float
    clear: float
    spread: float


def print_border(alone: Bytes) -> tuple[float, float, float, float] | None:
    """Return the width in pixels of a print's border above, right, below and left, or None if it has none.

    Two sides must show it clearly, and the others the same tone: there a white sky may hide where it ends.

    Args:
        alone: a print without its surroundings, uint8 [h,w].
    """
    most = int(_WIDEST * min(alone.shape))
    strips: list[_Strip] = []
    for which in range(4):
        strip = _strip(np.rot90(alone, which)[: most + 4].astype(np.float32))
        if strip is None:
            return None
        strips.append(strip)
    clear = [strip.width for strip in strips if strip.clear > 0.4]
    if len(clear) < 2 or min(clear) > most or not _is_border(strips, alone):
        return None
    usual = float(np.median([width for width in clear if width <= 1.6 * min(clear) + 1.5]))
    widths = [strip.width if _is_clear(strip, usual) else usual for strip in strips]
    return widths[0], widths[1], widths[2], widths[3]


def _is_border(strips: list[_Strip], alone: Bytes) -> bool:
    """Tell whether four strips are one border, paler or darker than most of the picture.

    A wide one must be plainer than a thin one, and a thin one equally wide on three sides.
    """
    tones = [strip.tone for strip in strips]
    dark, pale = np.percentile(alone, (20, 80))
    if dark < np.median(tones) < pale:
        return False
    widths = [strip.width for strip in strips if strip.clear > 0.4]
    usual = float(np.median(widths))
    if usual <= max(3.5, 0.06 * min(alone.shape)):
        alike = sum(abs(width - usual) <= 0.6 + 0.25 * usual for width in widths)
        return max(tones) - min(tones) <= 25 and alike >= 3
    plain = [strip for strip in strips if strip.clear > 0.6 and strip.spread <= 5]
    return max(tones) - min(tones) <= 10 and len(plain) >= 3


def _is_clear(strip: _Strip, usual: float) -> bool:
    return strip.clear > 0.7 or (strip.clear > 0.25 and abs(strip.width - usual) <= 0.5 * usual)


def _strip(side: Floats) -> _Strip | None:
    """Return what may be a border above, or None."""
    inset = min(len(side), side.shape[1] // 8)
    rows = side[:, inset : side.shape[1] - inset]
    # The outermost row is mixed with what lies around the print.
    middles = np.median(rows[1:3], axis=1)
    spreads = 1.4826 * np.median(np.abs(rows[1:3] - middles[:, None]), axis=1)
    which = int(np.argmin(spreads))
    begin, tone, spread = 1 + which, float(middles[which]), float(spreads[which])
    if spread > _EVEN:
        return None
    away = np.abs(rows - tone)
    shares = (away[begin:] > _OTHER).mean(axis=1)
    ends = np.flatnonzero(shares > 0.3)
    if not len(ends) or begin + int(ends[0]) + 2 >= len(rows):
        return _Strip(tone, float(len(rows)), 0.0, spread)
    end = begin + int(ends[0])
    beyond = away[min(end + 1, len(rows) - 2) : end + 3].max(axis=0)
    clear = beyond > _OTHER
    mixed = np.clip(away[end - 1 : end + 2, clear] / beyond[clear], 0, 1).sum(axis=0)
    return _Strip(tone, end + 2 - float(np.median(mixed)), float(clear.mean()), spread)
