"""Refuses real colour, unless it lies only around a print, which can be cut out."""

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import AlreadyColoredError, PrintOnColorError
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.prints.toned import SIDE, is_in_real_color
from vermilion.tone import shrunk


def refuse_real_color(rgb: NDArray[np.uint8], name: str, options: ReadOptions) -> None:
    """Raise if a picture cannot be taken as it is.

    Args:
        rgb: sRGB uint8 [H, W, 3] as the file stores it; some 256 to 512 pixels on the long side are enough.
        name: The picture's name for the message.
        options: What is accepted.

    Raises:
        PrintOnColorError: A print on a coloured background; with `options.crop_print` always, else
            only if the whole picture would be refused.
        AlreadyColoredError: It is in real colour, and `options.recolor` does not accept that.
    """
    from vermilion.pictures.prints.find import find_print  # noqa: PLC0415 - only colour needs it

    corners = find_print(rgb) if options.crop_print else None
    if corners is None and (options.recolor or not is_in_real_color(shrunk(rgb, SIDE / max(rgb.shape[:2])))):
        return
    if corners is None and options.crop_print:
        raise AlreadyColoredError(
            f"{name} is in colour already, and shows no grey print on a coloured background that could be"
            " found; crop it by hand, or ask for recolor (--recolor) to colour it again"
        )
    corners = find_print(rgb) if corners is None else corners
    if corners is None:
        raise AlreadyColoredError(
            f"{name} is in colour already; ask for recolor (--recolor) to colour it again"
        )
    raise PrintOnColorError(
        f"{name} shows a print on a coloured background; ask for crop_print (--crop-print) to colourise"
        " the print alone",
        tuple((float(x), float(y)) for x, y in corners),
    )
