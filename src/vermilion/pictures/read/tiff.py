"""A TIFF as a scan: by libvips where it can, else unpacked here, else by Pillow, else refused."""

from dataclasses import replace

from vermilion.errors import PictureError
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of, with_colors
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.read.pillow import read_with_pillow
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import DamagedError, Source, UnopenedError, check_size
from vermilion.pictures.tiff import pages as tags
from vermilion.pictures.tiff.bare import bare_tiff, check_jpegs
from vermilion.pictures.tiff.metadata import metadata_of_tiff
from vermilion.pictures.tiff.packed import can_unpack, unpack
from vermilion.pictures.tiff.pages import TiffPage, find_page
from vermilion.pictures.tiff.refuse import PILLOW_CODINGS, check_places, needs_pillow, refuse_unread

_ONE_LEFT_OUT = "a further sample of each pixel is left out: it is not transparency (infrared, perhaps)"


def read_tiff(source: Source, options: ReadOptions) -> Scan | None:
    """One page of a TIFF; None if its directories cannot be followed.

    Raises:
        PictureError: It is damaged, too large, in real colour, or coded in a way that nothing here reads.
    """
    page = find_page(source, options.page)
    if page is None:
        return None
    only_page(options.page, page.pages, source.name)
    refuse_unread(page, source.name)
    check_places(page, source.name)
    if _needs_unpacking(page):
        scan = _unpacked(source, page, options)
    elif needs_pillow(page):
        scan = _by_pillow(source, page, options)
    else:
        scan = _by_vips(source, page, options)
    return replace(scan, left_out=(*scan.left_out, *_extra_notes(page.extras)))


def _needs_unpacking(page: TiffPage) -> bool:
    """Whether libvips cannot read it correctly, and it can be unpacked here."""
    bits = page.bits
    odd = bits[0] not in (1, 2, 4, 8, 16) or (bits[0] < 8 and page.samples > 1)
    in_planes = page.number(tags.PLANAR, 1) == 2 and page.samples > 1  # of which libvips reads some only
    # libvips takes the last of several for transparency; libtiff warns of such as the file does not declare.
    beyond = page.samples - page.colors
    other_extras = beyond > 1 or len(page.numbers(tags.EXTRA_SAMPLES)) != beyond
    small_tiles = any(page.number(tag, 16) % 16 for tag in (tags.TILE_WIDTH, tags.TILE_LENGTH))
    coding = page.number(tags.COMPRESSION, 1)
    unread = odd or in_planes or other_extras or small_tiles or coding in PILLOW_CODINGS
    return unread and can_unpack(page)


def _by_vips(source: Source, page: TiffPage, options: ReadOptions) -> Scan:
    from vermilion.pictures.read.vips import read_with_vips  # noqa: PLC0415 - only what is used

    check_jpegs(source, page)
    try:
        return read_with_vips(source, options, page)
    except (DamagedError, UnopenedError):
        bare = bare_tiff(source, page)
        if bare is None:
            raise
        return replace(read_with_vips(bare.source, options, bare.page), source=source)


def _unpacked(source: Source, page: TiffPage, options: ReadOptions) -> Scan:
    check_size(source.name, page.number(tags.LENGTH, 0), page.number(tags.WIDTH, 0), options.max_pixels)
    levels = unpack(source, page)
    found = Page(metadata_of_tiff(page), "tiff", pages=page.pages, number=options.page)
    return scan_of(greys_of(levels, source.name, options), found, source)


def _by_pillow(source: Source, page: TiffPage, options: ReadOptions) -> Scan:
    scan = read_with_pillow(source, replace(options, page=page.index + 1))
    if scan is None:
        raise PictureError(
            f"{source.name} is a TIFF whose samples are laid out in a way that vermilion cannot read;"
            " save it as TIFF with LZW compression"
        )
    metadata, colors = with_colors(metadata_of_tiff(page))
    return replace(scan, page=options.page, pages=page.pages, metadata=metadata, colors=colors)


def _extra_notes(extra: int) -> list[str]:
    if extra <= 0:
        return []
    if extra == 1:
        return [_ONE_LEFT_OUT]
    return [f"{extra} further samples of each pixel are left out: they are not transparency"]
