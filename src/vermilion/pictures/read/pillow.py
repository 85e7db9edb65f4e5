"""PIL images as scans, and the few formats that Pillow opens and libvips does not."""

from dataclasses import replace
from typing import TYPE_CHECKING

from vermilion.pictures.codecs.pillow import FAILURES, broken, image_levels, open_with_pillow
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.metadata.exif import density_of_exif, without_thumbnail
from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.profiles.coding import chunks_of_info
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size

if TYPE_CHECKING:
    from PIL.Image import Image

# Only formats that are decoded by Pillow itself: EPS, for one, would start another program.
_FORMATS = ("BMP", "DIB", "ICO", "JPEG2000", "PCX", "PPM", "PSD", "SGI", "TIFF")


def read_with_pillow(source: Source, options: ReadOptions) -> Scan | None:
    """One page of a file in a format that libvips lacks; None if Pillow does not know it either.

    Raises:
        PictureError: It is damaged, too large, or in real colour.
    """
    from PIL import UnidentifiedImageError  # noqa: PLC0415 - rarely needed

    try:
        with open_with_pillow(source, _FORMATS) as image:
            only_page(options.page, _pages(image), source.name)
            kind = (image.format or "unknown").lower()
            if kind != "psd":  # which shows its composite at first; its pages are layers
                image.seek(options.page - 1)
            return replace(read_image(image, options, source.name, kind), source=source)
    except UnidentifiedImageError:
        return None
    except FAILURES as error:
        raise broken(source.name, error) from error


def _pages(image: "Image") -> int:
    return 1 if image.format == "PSD" else int(getattr(image, "n_frames", 1))


def read_image(image: "Image", options: ReadOptions, name: str = "<image>", kind: str = "array") -> Scan:
    """A PIL image of any mode: the frame that it shows, with what its `info` holds.

    Raises:
        PictureError: It cannot be decoded, or is in real colour.
    """
    check_size(name, image.height, image.width, options.max_pixels)
    try:
        pages = _pages(image)
        levels = image_levels(image)
    except FAILURES as error:
        raise broken(name, error) from error
    greys = greys_of(levels, name, options)
    page = Page(
        _image_metadata(image),
        kind,
        pages=pages,
        number=min(int(getattr(image, "tell", int)()) + 1, pages),
        keeps_profile=image.mode not in ("CMYK", "LAB"),
    )
    return scan_of(greys, page, name)


def _image_metadata(image: "Image") -> Metadata:
    info = image.info
    exif = image.getexif().tobytes().removeprefix(b"Exif\0\0") if image.getexif() else None
    dpi = info.get("dpi")
    density = density_of_exif(exif) if exif else None
    if dpi and float(dpi[0]) > 0 and float(dpi[1]) > 0:
        density = Density(float(dpi[0]), float(dpi[1]), DensityUnit.INCH)
    xmp = info.get("xmp")
    return Metadata(
        exif=(without_thumbnail(exif) if exif else b"") or None,
        xmp=xmp.encode() if isinstance(xmp, str) else xmp,
        icc=info.get("icc_profile") or None,
        density=density,
        png_colors=chunks_of_info(info),
    )
