"""NumPy arrays as scans."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.luma import Samples, from_unit_floats, luma_of_rgb
from vermilion.pictures.metadata import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.output_colors import OutputColors
from vermilion.pictures.prints.refuse import refuse_real_color
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import check_size

if TYPE_CHECKING:
    pass


def read_array(array: NDArray[Any], options: ReadOptions) -> Scan:
    """A picture given as an array.

    Args:
        array: uint8, uint16, bool, or floats in 0..1 (taken as 16 bits): [H, W], or [H, W, C]
            with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) channels. It is copied.
        options: How to read; an array has one page.
    """
    only_page(options.page, 1, "<array>")
    levels = levels_of(_channels_last(array))
    check_size("<array>", levels.shape[0], levels.shape[1], options.max_pixels)
    luma, alpha = luma_and_alpha(levels, "<array>", options)
    return Scan(
        size=(luma.shape[0], luma.shape[1]),
        depth=8 * luma.dtype.itemsize,
        orientation=1,
        page=1,
        pages=1,
        metadata=Metadata(),
        source_name="<array>",
        format="array",
        colors=OutputColors(),
        pixels=ArrayPixels(luma, alpha),
    )


def only_page(page: int, pages: int, name: str) -> None:
    """Refuse a page that is not there."""
    if not 1 <= page <= pages:
        count = "1 page" if pages == 1 else f"{pages} pages"
        raise PictureError(f"{name} has {count}, so there is no page {page}; name one of them")


def _channels_last(array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4) or not array.size:
        raise PictureError(
            f"an array of shape {array.shape} is no picture;"
            " give [height, width] or [height, width, 1 to 4 channels]"
        )
    return array


def levels_of(array: NDArray[Any]) -> Samples:
    """The same picture as 8 or 16-bit levels; 8 and 16 bits are not copied."""
    if array.dtype in (np.uint8, np.uint16):
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f":
        if np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1:
            return from_unit_floats(array)
        raise PictureError("an array of floats must lie in 0..1; divide it by its full scale")
    raise PictureError(f"an array of {array.dtype} is not supported; give uint8, uint16, or floats in 0..1")


def luma_and_alpha(levels: Samples, name: str, options: ReadOptions) -> tuple[Samples, Samples | None]:
    """Luma and alpha of levels [H, W, 1 to 4], as new arrays; real colour is refused if it must be."""
    colored = levels.shape[2] >= 3
    if colored and options.looks_at_color:
        rgb = levels[..., :3]
        if levels.dtype == np.uint16:
            rgb = (rgb >> 8).astype(np.uint8)
        refuse_real_color(np.asarray(rgb, np.uint8), name, options)
    luma: Samples = luma_of_rgb(levels) if colored else levels[..., 0].copy()
    if levels.shape[2] not in (2, 4):
        return luma, None
    alpha: Samples = levels[..., -1].copy()
    return luma, None if (alpha == np.iinfo(alpha.dtype).max).all() else alpha
