"""Names of colours as CIELAB (a, b): "#c2553a", "navy", "grey" or the pair itself."""

import difflib
import re
from functools import lru_cache
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vermilion.color import cbcr_to_ab, rgb_to_cbcr, rgb_to_lab
from vermilion.errors import HintError
from vermilion.plain import OneOf

Floats = NDArray[np.float32]

Color = Annotated[str | tuple[float, float], OneOf()]
"""sRGB as "#rrggbb", a CSS name, or CIELAB (a, b)."""

_HEX = re.compile(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)
_FARTHEST = 128  # in a or b; sRGB ends well before


def ab_of(color: Color) -> tuple[float, float]:
    """Return a colour's CIELAB a and b; (0, 0) exactly for every grey.

    Raises:
        HintError: the colour is of no form that is known.
    """
    if isinstance(color, str):
        return _ab_of_text(color)
    try:
        a, b = (float(value) for value in color)
    except (TypeError, ValueError) as error:
        raise HintError(
            f'{color!r} is not a colour; write "#rrggbb", a name such as "navy", or a pair (a, b) of CIELAB.'
        ) from error
    if not max(abs(a), abs(b)) <= _FARTHEST:
        raise HintError(
            f"The colour (a, b) = ({a:g}, {b:g}) does not exist; both lie in -{_FARTHEST}..{_FARTHEST}."
        )
    return a, b


def ab_at(color: Color, luma: Floats) -> Floats:
    """Return (a,b) [...,2] of a colour where luma [...] is 0..1, in gamut or not; float32, a new array.

    A named colour keeps its R − Y and B − Y, as if it were seen in another light. Its
    own (a,b) would be wrong: navy's, in a light place, is a loud violet. A pair (a,b) is not changed.

    Raises:
        HintError: the colour is of no form that is known.
    """
    pair = np.array(ab_of(color), np.float32)
    if not isinstance(color, str) or not pair.any():
        return np.broadcast_to(pair, (*luma.shape, 2)).copy()
    cbcr = rgb_to_cbcr(np.array(_codes_of(color), np.float32) / 255)
    return cbcr_to_ab(luma, np.broadcast_to(cbcr, (*luma.shape, 2)))


@lru_cache(256)  # a hint asks for its colour several times
def _ab_of_text(text: str) -> tuple[float, float]:
    codes = _codes_of(text)
    if len(set(codes)) == 1:
        return 0.0, 0.0
    _, a, b = rgb_to_lab(np.array(codes, np.float32) / 255)
    return float(a), float(b)


def _codes_of(text: str) -> list[int]:
    match = _HEX.fullmatch(text.strip())
    return [int(part, 16) for part in match.groups()] if match else _codes_of_name(text)


def _codes_of_name(text: str) -> list[int]:
    from PIL.ImageColor import colormap, getrgb  # noqa: PLC0415 - Pillow waits until a name is asked for

    name = text.strip().lower()
    if name in colormap:
        return list(getrgb(name)[:3])
    alike = difflib.get_close_matches(name, colormap, n=1, cutoff=0.7)
    guess = f" (did you mean {alike[0]!r}?)" if alike else ""
    raise HintError(
        f'{text!r} is not a colour{guess}; write it as "#rrggbb", for example "#c2553a", or as a CSS name '
        'such as "navy"; "grey" keeps a place grey.'
    )
