"""Reads small previews in colour, for pictures whose colours are wanted and not their greys."""

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.codecs.vips import VipsImage, format_of, load_vips_with_threads, open_with_vips
from vermilion.pictures.jpeg.segments import is_jpeg
from vermilion.pictures.options import DEFAULT_MAX_PIXELS
from vermilion.pictures.read.gif import check_gif
from vermilion.pictures.read.jpeg import sound_jpeg
from vermilion.pictures.source import Openable, Source, UnopenedError, check_size, open_source


def read_colors(
    picture: Openable,
    longest_side: int,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    *,
    keep_alpha: bool = False,
) -> NDArray[np.uint8]:
    """Return a picture as uint8 sRGB [h,w,3], upright, made smaller where its longest side is longer.

    Transparency is laid over white.

    Args:
        picture: the path or the bytes of a JPEG, PNG, TIFF, WebP, GIF or AVIF.
        longest_side: of the result, in pixels.
        max_pixels: the most that the file may claim before it is decoded.
        keep_alpha: return [h,w,4], with alpha last, where there is transparency.

    Raises:
        PictureError: it cannot be read, or claims more pixels.
    """
    source = open_source(picture)
    vips = load_vips_with_threads()
    try:
        image = _opened(source, longest_side, max_pixels)
        image = image.thumbnail_image(
            longest_side, height=longest_side, size="down", export_profile="srgb"
        ).colourspace("srgb")
        if image.hasalpha():
            flat = image.flatten(background=255)
            image = flat.bandjoin(image[image.bands - 1]) if keep_alpha else flat
        rgb = image.cast("uchar").numpy()[..., : 4 if keep_alpha else 3]
    except (vips.Error, UnopenedError) as error:
        raise PictureError(
            f"{source.name} is not a picture that can be read; save it as a JPEG or PNG."
        ) from error
    return np.ascontiguousarray(rgb, np.uint8)


def _opened(source: Source, longest_side: int, max_pixels: int) -> VipsImage:
    """A picture of no fewer pixels than are wanted; a JPEG is decoded at twice the side or more."""
    if is_jpeg(source.head(2)):
        jpeg = sound_jpeg(source, max_pixels)  # of whose damage libvips would tell little
        factor = max(jpeg.frame.height, jpeg.frame.width) / longest_side
        shrink = next((step for step in (8, 4, 2) if factor >= 2 * step), 1)
        return open_with_vips(Source(source.name, given=jpeg.data), access="sequential", shrink=shrink)
    header = open_with_vips(source)
    check_size(source.name, header.height, header.width, max_pixels)
    if format_of(header) == "gif":
        check_gif(source, page=1)
    return open_with_vips(source, access="sequential")
