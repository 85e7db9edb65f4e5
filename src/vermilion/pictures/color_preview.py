"""Small previews in colour, of pictures whose colours are wanted and not their greys."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.options import DEFAULT_MAX_PIXELS
from vermilion.pictures.source import check_size, open_source
from vermilion.pictures.vips_library import load_vips


def read_colors(path: str | Path, longest_side: int) -> NDArray[np.uint8]:
    """Return a picture as uint8 sRGB [h,w,3], upright, made smaller where its longest side is longer.

    Transparency is laid over white.

    Raises:
        PictureError: it cannot be read.
    """
    source = open_source(path)
    vips = load_vips()
    try:
        header = vips.Image.new_from_file(str(path))
        check_size(source.name, header.height, header.width, DEFAULT_MAX_PIXELS)
        image = vips.Image.thumbnail(
            str(path), longest_side, height=longest_side, size="down", export_profile="srgb"
        ).colourspace("srgb")
        if image.hasalpha():
            image = image.flatten(background=255)
        rgb = image.cast("uchar").numpy()[..., :3]
    except vips.Error as error:
        raise PictureError(
            f"{source.name} is no picture that can be read; save it as a JPEG or PNG."
        ) from error
    return np.ascontiguousarray(rgb, np.uint8)
