"""Metadata of files that libvips reads, from libvips and, where it is silent, from the file."""

from vermilion.pictures.codecs.vips import VipsImage
from vermilion.pictures.jpeg.metadata import read_metadata as read_jpeg_metadata
from vermilion.pictures.jpeg.segments import MalformedJpegError, parse_jpeg
from vermilion.pictures.metadata.exif import density_of_exif, upright, without_thumbnail
from vermilion.pictures.metadata.photoshop import HEAD as PHOTOSHOP_HEAD
from vermilion.pictures.metadata.photoshop import without_thumbnails, wrap_iptc
from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata
from vermilion.pictures.png.chunks import (
    IPTC_KEYWORD,
    bytes_of_raw_profile,
    colors_of_png,
    density_of_png,
    latin_texts_of_png,
)
from vermilion.pictures.png.frames import count_frames
from vermilion.pictures.read.gif import metadata_of_gif
from vermilion.pictures.source import Source
from vermilion.pictures.tiff.metadata import metadata_of_tiff
from vermilion.pictures.tiff.pages import TiffPage

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


def count_pages(image: VipsImage, source: Source, kind: str) -> int:
    """How many pages a file has that is no TIFF; of an animated one each picture is a page."""
    if kind == "png":
        return count_frames(source)
    return int(image.get("n-pages")) if image.get_typeof("n-pages") else 1


def _blob(image: VipsImage, name: str) -> bytes | None:
    return bytes(image.get(name)) or None if image.get_typeof(name) else None


def _resources(iptc: bytes) -> bytes | None:
    """Resources, whatever the container held: resources, or bare IPTC records."""
    iptc = iptc.removeprefix(PHOTOSHOP_HEAD)
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
