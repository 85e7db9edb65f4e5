"""The URL form of the IIIF Image API 3.0, compliance level 1: https://iiif.io/api/image/3.0/."""

import re
from dataclasses import dataclass
from typing import Any

from vermilion.studio.faults import StudioError

MOST_PIXELS = 16_000_000
"""Of one answer; "max" stays below."""

CONTEXT = "http://iiif.io/api/image/3/context.json"

_TILE = 512
_NUMBERS = re.compile(r"(\d{1,9}),(\d{1,9}),(\d{1,9}),(\d{1,9})")
_SIZE = re.compile(r"(\d{1,9})?,(\d{1,9})?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a picture at a size, in pixels.

    Attributes:
        x: from the left edge.
        y: from the upper edge.
        width: of the part.
        height: of the part.
        size: height and width of the answer.
    """

    x: int
    y: int
    width: int
    height: int
    size: tuple[int, int]


def info(address: str, size: tuple[int, int]) -> dict[str, Any]:
    """Return ``info.json`` of a picture.

    Args:
        address: of the picture, without a slash at the end.
        size: its height and width.
    """
    height, width = size
    factors = [1]
    while max(size) > _TILE * factors[-1]:
        factors.append(2 * factors[-1])
    sizes = [{"width": -(-width // factor), "height": -(-height // factor)} for factor in reversed(factors)]
    return {
        "@context": CONTEXT,
        "id": address,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level1",
        "width": width,
        "height": height,
        "maxArea": MOST_PIXELS,
        "sizes": [each for each in sizes if each["width"] * each["height"] <= MOST_PIXELS],
        "tiles": [{"width": _TILE, "height": _TILE, "scaleFactors": factors}],
        "extraQualities": ["color", "gray"],
        "extraFormats": ["png"],
    }


def wanted(region: str, size: str, picture: tuple[int, int]) -> Wanted:
    """Return the region and size of a URL for a picture of a height and a width.

    Raises:
        StudioError: one of them is of no form of level 1, or lies outside.
    """
    x, y, width, height = _region(region, picture)
    return Wanted(x, y, width, height, _size(size, width, height))


def _region(text: str, picture: tuple[int, int]) -> tuple[int, int, int, int]:
    height, width = picture
    if text == "full":
        return 0, 0, width, height
    if text == "square":
        side = min(picture)
        return (width - side) // 2, (height - side) // 2, side, side
    found = _NUMBERS.fullmatch(text)
    if found is None:
        raise StudioError(f"There is no region {text[:40]!r}; write full, square or x,y,width,height.")
    x, y, across, down = map(int, found.groups())
    across, down = min(across, width - x), min(down, height - y)  # what juts out is cut off
    if across < 1 or down < 1:
        raise StudioError(
            f"The region {text} is not in the picture of {width} × {height}; choose one that is."
        )
    return x, y, across, down


def _size(text: str, width: int, height: int) -> tuple[int, int]:
    if text == "max":
        scale = min(1.0, (MOST_PIXELS / (width * height)) ** 0.5)
        return max(1, int(height * scale)), max(1, int(width * scale))
    found = _SIZE.fullmatch(text)
    if found is None or not any(found.groups()):
        raise StudioError(f"There is no size {text[:40]!r}; write max or width, or ,height or width,height.")
    across, down = (int(number) if number else None for number in found.groups())
    if across is None:
        across = max(1, round(width * (down or 0) / height))
    if down is None:
        down = max(1, round(height * across / width))
    if across < 1 or down < 1 or across > width or down > height or across * down > MOST_PIXELS:
        raise StudioError(
            f"The size {text} is impossible for a region of {width} × {height}; ask for 1 × 1 at least, no "
            f"more than the region has, and for {MOST_PIXELS:,} pixels at most."
        )
    return down, across
