"""Hints as plain values, in the coordinates of the picture.

Each is checked when it is made, as far as that is possible without the picture; ``rasterize_hints`` draws
them for the network and finds what lies outside.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset
from vermilion.errors import HintError, SettingsError
from vermilion.guidance.hints.named_color import Color, ab_of
from vermilion.plain import NamedFile, OneOf


class _Colored:
    """What all kinds of hints share."""

    __slots__ = ()
    color: Color

    @property
    def ab(self) -> tuple[float, float]:
        """The colour's CIELAB a and b."""
        return ab_of(self.color)


@dataclass(frozen=True, slots=True)
class Hint(_Colored):
    """A colour at a place of the picture, turned upright.

    Attributes:
        x: pixels from the left edge, 0 or more and less than the picture's width.
        y: pixels from the upper edge, 0 or more and less than its height.
        color: sRGB as "#rrggbb", a CSS name ("navy"; "grey" keeps the place grey), or CIELAB (a, b).
            Only hue and colourfulness count: the greys stay.
        radius: of the dab in pixels; None for a small dab, whatever the size of the picture.
        strength: 0..1: how far from the automatic colour to this one.
    """

    x: float
    y: float
    color: Color
    radius: float | None = None
    strength: float = 1.0

    def __post_init__(self) -> None:
        _check(self.color, self.strength)
        _check_length("radius", self.radius)

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"the hint at x = {self.x:g}, y = {self.y:g}"

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Points (x, y) that must lie in the picture."""
        return ((self.x, self.y),)


@dataclass(frozen=True, slots=True)
class Stroke(_Colored):
    """A colour along a line, as drawn with a brush.

    Attributes:
        points: (x, y) in pixels of the upright picture, joined by straight lines; one is a dot. Each lies in
            the picture, as a ``Hint`` does.
        color: as in ``Hint``.
        width: of the line in pixels; None for a thin one, whatever the size of the picture.
        strength: as in ``Hint``.
    """

    points: tuple[tuple[float, float], ...]
    color: Color
    width: float | None = None
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _pairs(self.points))
        _check(self.color, self.strength)
        _check_length("width", self.width)

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"the stroke from x = {self.points[0][0]:g}, y = {self.points[0][1]:g}"

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Points (x, y) that must lie in the picture."""
        return self.points


@dataclass(frozen=True, slots=True)
class Box(_Colored):
    """A colour all over an upright rectangle.

    Attributes:
        x0: pixels from the left edge to one corner, and ``x1`` to the opposite one; at most the width of the
            picture.
        y0: pixels from the upper edge to one corner, and ``y1`` to the opposite one; at most its height.
        x1: see ``x0``.
        y1: see ``y0``.
        color: as in ``Hint``.
        strength: as in ``Hint``.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    color: Color
    strength: float = 1.0

    def __post_init__(self) -> None:
        _check(self.color, self.strength)

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"the box from x = {self.x0:g}, y = {self.y0:g} to x = {self.x1:g}, y = {self.y1:g}"

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Points (x, y) that must lie in the picture."""
        return ((self.x0, self.y0), (self.x1, self.y1))


@dataclass(frozen=True, slots=True)
class Mask(_Colored):
    """A colour wherever a second picture is white; ``Mask.of`` makes one from an array.

    Attributes:
        mask: a grey picture of the same shape, white where the colour goes, at any size; its path, or the
            content of a PNG as text, "data:image/png;base64,...".
        color: as in ``Hint``.
        strength: as in ``Hint``.
    """

    mask: Annotated[Asset | str, NamedFile()]
    color: Color
    strength: float = 1.0

    def __post_init__(self) -> None:
        _check(self.color, self.strength)
        object.__setattr__(self, "mask", _mask_asset(self.mask))

    @property
    def picture(self) -> Asset:
        """The mask's picture."""
        return cast("Asset", self.mask)

    @classmethod
    def of(cls, mask: NDArray[Any], color: Color, strength: float = 1.0) -> "Mask":
        """Make one from an array [H,W] of booleans, or of uint8 with 255 where the colour goes."""
        if mask.ndim != 2 or not mask.size or mask.dtype not in (np.bool_, np.uint8):
            raise HintError(
                f"A mask is an array [H,W] of booleans or uint8, not {list(mask.shape)} of {mask.dtype}; "
                "use one channel of it."
            )
        grey = mask.astype(np.uint8) * np.uint8(255 if mask.dtype == np.bool_ else 1)
        _, content = cv2.imencode(".png", grey)
        return cls(Asset(content.tobytes()), color, strength)

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"the mask {self.picture.name}".strip()

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Points (x, y) that must lie in the picture: none, as it is fitted over all of it."""
        return ()


AnyHint = Annotated[Hint | Stroke | Box | Mask, OneOf()]


def _mask_asset(mask: Asset | str | Path) -> Asset:
    if isinstance(mask, Asset):
        return mask
    is_data = isinstance(mask, str) and mask.startswith("data:")
    try:
        return Asset.from_text(str(mask)) if is_data else Asset.read(mask, "The mask")
    except SettingsError as error:
        raise HintError(f"The mask cannot be used: {error}" if is_data else str(error)) from error


def _check(color: Color, strength: float) -> None:
    ab_of(color)
    if not 0 <= strength <= 1:
        raise HintError(f"A strength of {strength:g} is impossible; give one from 0 to 1, or leave it out.")


def _check_length(name: str, length: float | None) -> None:
    if length is not None and not (math.isfinite(length) and length >= 0):
        raise HintError(f"A {name} of {length:g} is impossible; give it in pixels, 0 or more.")


def _pairs(points: Iterable[Iterable[float]]) -> tuple[tuple[float, float], ...]:
    try:
        pairs = tuple((float(x), float(y)) for x, y in points)
    except (TypeError, ValueError) as error:
        raise HintError(f"The points of a stroke are pairs (x, y) in pixels, not {points!r}.") from error
    if not pairs:
        raise HintError("A stroke needs at least one point (x, y).")
    return pairs
