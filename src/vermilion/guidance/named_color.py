"""What a person calls a colour, as CIELAB (a, b): "#c2553a", "navy", "grey" or the pair itself."""

import difflib
import re
from functools import lru_cache

import numpy as np

from vermilion.color import rgb_to_lab
from vermilion.errors import HintError

Color = str | tuple[float, float]
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
            f'{color!r} is no colour; write "#rrggbb", a name such as "navy", or a pair (a, b) of CIELAB.'
        ) from error
    if not max(abs(a), abs(b)) <= _FARTHEST:
        raise HintError(
            f"The colour (a, b) = ({a:g}, {b:g}) does not exist; both lie in -{_FARTHEST}..{_FARTHEST}."
        )
    return a, b


@lru_cache(256)  # a hint asks for its colour several times
def _ab_of_text(text: str) -> tuple[float, float]:
    match = _HEX.fullmatch(text.strip())
    codes = [int(part, 16) for part in match.groups()] if match else _codes_of_name(text)
    if len(set(codes)) == 1:
        return 0.0, 0.0
    _, a, b = rgb_to_lab(np.array(codes, np.float32) / 255)
    return float(a), float(b)


def _codes_of_name(text: str) -> list[int]:
    from PIL.ImageColor import colormap, getrgb  # noqa: PLC0415 - Pillow waits until a name is asked for

    name = text.strip().lower()
    if name in colormap:
        return list(getrgb(name)[:3])
    alike = difflib.get_close_matches(name, colormap, n=1, cutoff=0.7)
    guess = f" (did you mean {alike[0]!r}?)" if alike else ""
    raise HintError(
        f'{text!r} is no colour{guess}; write it as "#rrggbb", for example "#c2553a", or as a CSS name such '
        'as "navy"; "grey" keeps a place grey.'
    )
