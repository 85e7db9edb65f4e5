"""The contact sheet of a picture and its variants."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

THUMBNAIL = 480
"""Pixels of the longer side of a picture on the sheet."""

_GAP = 12  # pixels between them
_MOST_COLUMNS = 3


def contact_sheet(images: Sequence[NDArray[np.uint8]]) -> "Image":
    """Return small pictures [h,w,3] of one size laid out in rows, left to right and then down."""
    from PIL import Image  # noqa: PLC0415 - only who asks for variants pays for it

    height, width = images[0].shape[:2]
    columns = min(_MOST_COLUMNS, len(images))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP), "white")
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        sheet.paste(Image.fromarray(image), (_GAP + column * (width + _GAP), _GAP + row * (height + _GAP)))
    return sheet


def jpeg_of(image: "Image") -> bytes:
    """Return the content of the sheet's file."""
    content = BytesIO()
    image.save(content, "jpeg", quality=90)
    return content.getvalue()
