"""Makes a scan of decoded samples: the last step of all readers except that of plain JPEGs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.levels import Samples, levels_of
from vermilion.pictures.metadata.exif import orientation_of
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.prints.refuse import refuse_real_color
from vermilion.pictures.profiles.icc_read import output_profile
from vermilion.pictures.profiles.output_colors import OutputColors
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import Source, check_size
from vermilion.tone import luma_of_rgb


@dataclass(frozen=True, slots=True)
class Page:
    """The facts of one page of a file, besides its samples.

    Attributes:
        metadata: Everything that must survive; `icc` is the scan's own profile.
        format: The name of the file's format.
        pages: How many pages the file has.
        number: Which of them this is, counted from 1.
        left_out: What of the page is not among the samples, in words for a person.
        orientation: EXIF orientation, 1..8; None for the one that the metadata tell.
        keeps_profile: Whether what the file says of its codes still describes the samples.
    """

    metadata: Metadata
    format: str
    pages: int = 1
    number: int = 1
    left_out: tuple[str, ...] = ()
    orientation: int | None = None
    keeps_profile: bool = True


def scan_of(pixels: ArrayPixels, page: Page, source: Source | str) -> Scan:
    """The page as a scan.

    Args:
        pixels: Its samples, of which real colour is refused already.
        page: What else is known of it.
        source: The file, or a name for what is none.
    """
    luma = pixels.kept_luma
    metadata, colors = with_colors(page.metadata, keeps_profile=page.keeps_profile)
    return Scan(
        size=(luma.shape[0], luma.shape[1]),
        depth=8 * luma.dtype.itemsize,
        orientation=page.orientation or orientation_of(metadata.exif),
        page=page.number,
        pages=page.pages,
        metadata=metadata,
        source_name=source if isinstance(source, str) else source.name,
        format=page.format,
        colors=colors,
        pixels=pixels,
        source=None if isinstance(source, str) else source,
        left_out=page.left_out,
    )


def with_colors(metadata: Metadata, *, keeps_profile: bool = True) -> tuple[Metadata, OutputColors]:
    """The metadata of the result, with the profile that it carries, and how chroma is converted for it.

    Args:
        metadata: The scan's; `icc` is its own profile.
        keeps_profile: Whether what the file says of its codes still describes the samples.
    """
    if not keeps_profile:
        return replace(metadata, icc=None, png_colors=()), OutputColors()
    if metadata.png_colors:
        from vermilion.pictures.profiles.coding import output_of_chunks  # noqa: PLC0415 - few files need it

        found = output_of_chunks(metadata.png_colors, has_profile=bool(metadata.icc))
        if found is not None:
            return replace(metadata, icc=found[0], icc_of_png=True), found[1]
    icc, colors = output_profile(metadata.icc)
    return replace(metadata, icc=icc), colors


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
    return scan_of(greys_of(levels, "<array>", options), Page(Metadata(), "array"), "<array>")


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
            f"an array of shape {array.shape} is not a picture;"
            " give [height, width] or [height, width, 1 to 4 channels]"
        )
    return array


def greys_of(levels: Samples, name: str, options: ReadOptions) -> ArrayPixels:
    """Luma and alpha of levels [H, W, 1 to 4], as new arrays; alpha that says nothing is left out.

    Raises:
        AlreadyColoredError: They are in real colour, and the options do not accept that.
    """
    colored = levels.shape[2] >= 3
    if colored and options.looks_at_color:
        rgb = levels[..., :3]
        if levels.dtype == np.uint16:
            rgb = (rgb >> 8).astype(np.uint8)
        refuse_real_color(np.asarray(rgb, np.uint8), name, options)
    luma: Samples = luma_of_rgb(levels) if colored else levels[..., 0].copy()
    if levels.shape[2] not in (2, 4):
        return ArrayPixels(luma)
    alpha: Samples = levels[..., -1].copy()
    return ArrayPixels(luma, None if (alpha == np.iinfo(alpha.dtype).max).all() else alpha)
