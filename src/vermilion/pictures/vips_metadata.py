"""Metadata of files that libvips reads, from libvips and, where it is silent, from the file."""

from collections.abc import Mapping

from vermilion.pictures.exif import density_of, density_of_exif, exif_of_tiff, upright, without_thumbnail
from vermilion.pictures.gif_file import metadata_of_gif
from vermilion.pictures.iptc import datasets_of, unswapped
from vermilion.pictures.jpeg_file import MalformedJpegError, parse_jpeg
from vermilion.pictures.jpeg_metadata import read_metadata as read_jpeg_metadata
from vermilion.pictures.metadata import Density, DensityUnit, Metadata
from vermilion.pictures.photoshop import with_iptc, without_thumbnails, wrap_iptc
from vermilion.pictures.png_file import (
    IPTC_KEYWORD,
    bytes_of_raw_profile,
    colors_of_png,
    density_of_png,
    latin_texts_of_png,
)
from vermilion.pictures.source import Source
from vermilion.pictures.tiff_directory import Entry
from vermilion.pictures.tiff_pages import TiffPage
from vermilion.pictures.vips_library import VipsImage

_PHOTOSHOP = b"Photoshop 3.0\0"
_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP, _TIFF_ICC = 700, 33723, 34377, 34675
_PNG_HEAD = 1 << 20  # bytes in which a PNG's density and texts are looked for
_PNG_TEXT = "png-comment-"  # libvips's name for a text: png-comment-INDEX-KEYWORD


def read_metadata(image: VipsImage, source: Source, kind: str, tiff: TiffPage | None = None) -> Metadata:
    """Everything that must survive; `icc` is the scan's own profile."""
    if kind == "jpeg":
        try:
            return read_jpeg_metadata(parse_jpeg(source.read()))
        except MalformedJpegError:
            pass  # libvips reads more than the parser does, and knows some of it
    if tiff is not None:
        return metadata_of_tiff(tiff)
    if kind == "gif":
        return metadata_of_gif(source)
    head = source.head(_PNG_HEAD) if kind == "png" else b""
    texts = _png_texts(image) | latin_texts_of_png(head)
    exif = (_blob(image, "exif-data") or b"").removeprefix(b"Exif\0\0")
    if kind.startswith("heif"):
        exif = upright(exif)  # as libvips has turned it
    iptc = _blob(image, "iptc-data") or bytes_of_raw_profile(texts.pop(IPTC_KEYWORD, ""))
    return Metadata(
        exif=without_thumbnail(exif) or None,
        xmp=_blob(image, "xmp-data"),
        iptc=_resources(iptc) if iptc else None,
        icc=_blob(image, "icc-profile-data"),
        density=(density_of_png(head) or density_of_exif(exif)) if kind == "png" else _density(image, exif),
        comments=tuple(text.encode() for key, text in texts.items() if key == "Comment"),
        png_texts=tuple((key, text) for key, text in texts.items() if key != "Comment"),
        png_colors=colors_of_png(head) if kind == "png" else (),
    )


def _blob(image: VipsImage, name: str) -> bytes | None:
    return bytes(image.get(name)) or None if image.get_typeof(name) else None


def _resources(iptc: bytes) -> bytes | None:
    """Resources, whatever the container held: resources, or bare IPTC records."""
    iptc = iptc.removeprefix(_PHOTOSHOP)
    if iptc.startswith(b"8BIM"):
        return without_thumbnails(iptc) or None
    return wrap_iptc(iptc)


def _density(image: VipsImage, exif: bytes) -> Density | None:
    """EXIF's, or libvips's: pixels a millimetre, where 1 and 72 an inch are mere defaults."""
    found = density_of_exif(exif)
    across, down = round(image.xres * 25.4, 3), round(image.yres * 25.4, 3)
    if found or across <= 0 or down <= 0 or (across, down) in ((25.4, 25.4), (72.0, 72.0)):
        return found
    return Density(across, down, DensityUnit.INCH)


def _png_texts(image: VipsImage) -> dict[str, str]:
    names = [name for name in image.get_fields() if name.startswith(_PNG_TEXT)]
    return {name.split("-", 3)[-1]: str(image.get(name)) for name in names}


def metadata_of_tiff(page: TiffPage) -> Metadata:
    """Everything that must survive of a page; `icc` is the scan's own profile."""
    entries = page.directory.entries
    values = {tag: entries[tag].value for tag in (_TIFF_XMP, _TIFF_ICC) if tag in entries}
    return Metadata(
        exif=exif_of_tiff(page.layout, page.directory),
        xmp=values.get(_TIFF_XMP) or None,
        iptc=_iptc_of_tiff(entries),
        icc=values.get(_TIFF_ICC) or None,
        density=density_of(page.layout, page.directory),
    )


def _iptc_of_tiff(entries: Mapping[int, Entry]) -> bytes | None:
    """Resources with the IPTC of both its places: Photoshop's block, and a tag of its own."""
    resources = entries[_TIFF_PHOTOSHOP].value if _TIFF_PHOTOSHOP in entries else b""
    resources = without_thumbnails(resources.removeprefix(_PHOTOSHOP))
    if _TIFF_IPTC not in entries:
        return resources or None
    records = unswapped(entries[_TIFF_IPTC].value)
    return with_iptc(resources, b"".join(dataset.to_bytes() for dataset in datasets_of(records))) or None
