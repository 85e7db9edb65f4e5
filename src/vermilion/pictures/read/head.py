"""Reads the head of a file, before anything is decoded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vermilion.pictures.jpeg.segments import is_jpeg
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.options import DEFAULT_MAX_PIXELS, ReadOptions
from vermilion.pictures.read.jpeg import read_jpeg
from vermilion.pictures.read.kinds import HEAD, kind_of
from vermilion.pictures.source import Openable, Source, UnopenedError, check_size, open_source
from vermilion.pictures.tiff.pages import LENGTH, WIDTH, find_page, is_tiff

if TYPE_CHECKING:
    from vermilion.pictures.read.scans import Readable
    from vermilion.pictures.scan import Scan


@dataclass(frozen=True, slots=True)
class Head:
    """The facts of a page that are known without decoding it.

    Attributes:
        source_name: the name for messages.
        size: height and width in pixels.
        depth: bits per sample that its luma has, 8 or 16.
        pages: how many the file has.
        metadata: everything that must survive in the result, with the scan's own profile.
    """

    source_name: str
    size: tuple[int, int]
    depth: int
    pages: int
    metadata: Metadata


def read_head(source: "Readable", page: int = 1, max_pixels: int = DEFAULT_MAX_PIXELS) -> Head:
    """Read the head of a file; only rare kinds are decoded for it.

    Args:
        source: what `read_scan` takes.
        page: of a file with several, counted from 1.
        max_pixels: the most pixels that it may claim.

    Raises:
        PictureError: it is not a picture, or claims too many pixels.
    """
    from vermilion.pictures.read.scans import read_scan  # noqa: PLC0415 - which knows all kinds of sources

    options = ReadOptions(page=page, recolor=True, max_pixels=max_pixels)
    if isinstance(source, Openable):
        head = _head_of_file(open_source(source), options)
        if head is not None:
            return head
    return _head_of(read_scan(source, options))


def _head_of_file(source: Source, options: ReadOptions) -> Head | None:
    """The head of a file of the usual kinds, or None."""
    if is_jpeg(source.head(2)):
        return _head_of(read_jpeg(source, options))
    if is_tiff(source.head(4)):
        return _head_of_tiff(source, options)
    if kind_of(source.head(HEAD)) is not None:
        return None
    return _head_by_vips(source, options)


def _head_by_vips(source: Source, options: ReadOptions) -> Head | None:
    from vermilion.pictures.codecs.vips import format_of, open_with_vips  # noqa: PLC0415 - a JPEG need not wait
    from vermilion.pictures.read.vips_metadata import count_pages, read_metadata  # noqa: PLC0415

    try:
        image = open_with_vips(source, access="sequential")
    except UnopenedError:
        return None
    check_size(source.name, image.height, image.width, options.max_pixels)
    kind = format_of(image)
    return Head(
        source_name=source.name,
        size=(image.height, image.width),
        depth=8 if image.format in ("uchar", "char") else 16,
        pages=count_pages(image, source, kind),
        metadata=read_metadata(image, source, kind),
    )


def _head_of_tiff(source: Source, options: ReadOptions) -> Head | None:
    from vermilion.pictures.tiff.metadata import metadata_of_tiff  # noqa: PLC0415

    page = find_page(source, options.page)
    if page is None:
        return None
    size = page.number(LENGTH, 0), page.number(WIDTH, 0)
    check_size(source.name, *size, options.max_pixels)
    depth = 8 if max(page.bits) <= 8 else 16
    return Head(source.name, size, depth, page.pages, metadata_of_tiff(page))


def _head_of(scan: "Scan") -> Head:
    return Head(scan.source_name, scan.size, scan.depth, scan.pages, scan.metadata)
