"""Reads everything that is not a plain JPEG by libvips: PNG, TIFF, WebP, GIF, HEIF, CMYK ..."""

from dataclasses import dataclass

from vermilion.pictures.codecs.vips import VipsImage, format_of, open_with_vips
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.png.frames import read_frame
from vermilion.pictures.prints.refuse import refuse_real_color
from vermilion.pictures.read.gif import check_gif
from vermilion.pictures.read.vips_metadata import count_pages, read_metadata
from vermilion.pictures.read.vips_samples import decode, spread, to_grey_or_rgb, without_extra_samples
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import Source, check_size
from vermilion.pictures.tiff.pages import TiffPage

_GREY = ("b-w", "grey16")
_RGB = ("srgb", "rgb", "rgb16")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A page; of an animated PNG, `image` is the first, whose metadata are those of all."""

    image: VipsImage
    number: int
    count: int
    format: str
    tiff: TiffPage | None


def read_with_vips(source: Source, options: ReadOptions, tiff: TiffPage | None = None) -> Scan:
    """One page of any file that libvips opens, decoded in strips.

    Args:
        source: The file.
        options: How to read it.
        tiff: Of a TIFF, the page that is meant.

    Raises:
        UnopenedError: libvips cannot even open it.
        PictureError: It is damaged, too large, or in real colour.
    """
    page = _open(source, options, tiff)
    metadata = read_metadata(page.image, source, page.format, tiff)
    pixels, keeps_profile = _samples(page, source, options)
    found = Page(
        metadata,
        page.format,
        pages=page.count,
        number=page.number,
        orientation=_orientation(page.image, page.format),
        keeps_profile=keeps_profile,
    )
    return scan_of(pixels, found, source)


def _open(source: Source, options: ReadOptions, tiff: TiffPage | None) -> _Opened:
    # libtiff takes 50 MB for tags, unless it knows that all of them are in the file.
    image = _load(source, page=tiff.index, unlimited=tiff.is_laden) if tiff else _load(source)
    kind = format_of(image)
    pages = tiff.pages if tiff is not None else count_pages(image, source, kind)
    only_page(options.page, pages, source.name)
    if options.page != 1 and kind != "png" and tiff is None:
        image = _load(source, page=options.page - 1)
    check_size(source.name, image.height, image.width, options.max_pixels)
    return _Opened(image, options.page, pages, kind, tiff)


def _load(source: Source, **choices: int) -> VipsImage:
    return open_with_vips(source, access="sequential", **choices)


def _samples(page: _Opened, source: Source, options: ReadOptions) -> tuple[ArrayPixels, bool]:
    """Luma and alpha, and whether the file's profile still describes them; real colour is refused."""
    if page.format == "png" and page.number != 1:
        return greys_of(read_frame(source, page.number), source.name, options), True
    image = page.image if page.tiff is None else without_extra_samples(page.image, page.tiff)
    normal, keeps_profile = to_grey_or_rgb(spread(image) if page.format.startswith("heif") else image)
    pixels, small = decode(normal, source.name)
    if page.format == "gif":
        check_gif(source, page.number)
    if small is not None and options.looks_at_color:
        refuse_real_color(small, source.name, options)
    return pixels, keeps_profile


def _orientation(image: VipsImage, kind: str) -> int | None:
    """What libvips knows of it; None if nothing."""
    if kind.startswith("heif"):
        return 1  # libvips has turned it
    if image.get_typeof("orientation"):
        number = int(image.get("orientation"))
        return number if 1 <= number <= 8 else 1
    return None
