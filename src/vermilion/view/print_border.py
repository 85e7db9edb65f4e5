"""The border that a print has of its own: white paper, or black, around the picture on all four sides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.view.median import median

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_WIDEST = 0.2
"""Share of the short side beyond which it is no print's border."""

_EVEN = 15.0
"""Levels by which the tones along one row of a border may vary (robust spread); thin and askew ones vary."""

_OTHER = 18.0
"""Levels from the border's tone beyond which a place is picture."""


_WORN, _WORN_LEAST = 0.8, 0.6
"""Shares of a side that have one tone where a print may have others' border: of three, of the fourth."""


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


@dataclass(frozen=True, slots=True)
class Border:
    """A print's border.

    Attributes:
        widths: in pixels: above, right, below and left.
        usual: width of most of its sides.
        tone: of it, in levels.
    """

    widths: tuple[float, ...]
    usual: float
    tone: float

    def within(self, common: "Border") -> "Border":
        """Return this border, its sides as wide as those of others where a pale picture made them wider."""
        widths = (
            width if abs(width - common.usual) <= 1 + 0.25 * common.usual else common.usual
            for width in self.widths
        )
        return replace(self, widths=tuple(widths))

    def is_like(self, other: "Border") -> bool:
        """Return whether another print's border is as wide and of the same tone."""
        near = abs(self.usual - other.usual) <= 1 + 0.25 * other.usual
        return near and abs(self.tone - other.tone) <= _OTHER


def common_border(borders: Sequence[Border | None]) -> Border | None:
    """Return the border that most prints of a page share, or None.

    Args:
        borders: of all prints on the page; None for those where none is seen.
    """
    found = [border for border in borders if border is not None]
    alike = [[other for other in found if other.is_like(border)] for border in found]
    most = max(alike, key=len, default=[])
    if len(most) < min(2, len(borders) - 1) or 3 * len(most) < len(borders):
        return None
    usual = float(median([border.usual for border in most]))
    return Border((usual,) * 4, usual, float(median([border.tone for border in most])))


def worn(alone: Bytes, border: Border) -> tuple[float, ...]:
    """Return the widths of a border that a print may have as others do, where its picture is as pale.

    Args:
        alone: a print without its surroundings, uint8 [h,w].
        border: of the others.

    Returns:
        Pixels above, right, below and left; 0 where there is none, on one side at most unless on all.
    """
    rows = max(2, int(border.usual - 0.4))
    if 2 * rows + 8 >= min(alone.shape):
        return (0.0,) * 4
    edges = [np.rot90(alone, which)[1:rows, rows:-rows].astype(np.float32) for which in range(4)]
    tone = float(median(np.concatenate([edge.ravel() for edge in edges])))
    shares = [float((np.abs(edge - tone) <= _OTHER).mean()) for edge in edges]
    there = [share > _WORN for share in shares]
    if abs(tone - border.tone) > _OTHER or sum(there) < 3:
        return (0.0,) * 4
    return tuple(border.usual if share > _WORN_LEAST else 0.0 for share in shares)


def print_border(alone: Bytes) -> Border | None:
    """Return the border of a print, or None if it has none.

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
    usual = float(median([width for width in clear if width <= 1.6 * min(clear) + 1.5]))
    widths = [strip.width if _is_clear(strip, usual) else usual for strip in strips]
    return Border(tuple(widths), usual, float(median([strip.tone for strip in strips])))


def _is_border(strips: list[_Strip], alone: Bytes) -> bool:
    """Return whether four strips are one border, paler or darker than most of the picture.

    A wide one must be plainer than a thin one, and a thin one equally wide on three sides.
    """
    tones = [strip.tone for strip in strips]
    dark, pale = np.percentile(alone, (20, 80))
    if dark < median(tones) < pale:
        return False
    widths = [strip.width for strip in strips if strip.clear > 0.4]
    usual = float(median(widths))
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
    middles = median(rows[1:3])
    spreads = 1.4826 * median(np.abs(rows[1:3] - middles[:, None]))
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
    if not clear.any():
        return _Strip(tone, float(len(rows)), 0.0, spread)
    mixed = np.clip(away[end - 1 : end + 2, clear] / beyond[clear], 0, 1).sum(axis=0)
    return _Strip(tone, end + 2 - float(median(mixed)), float(clear.mean()), spread)
