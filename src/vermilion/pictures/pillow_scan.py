"""PIL images as scans, and the few formats that Pillow opens and libvips does not."""

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.arrays import levels_of, luma_and_alpha, only_page
from vermilion.pictures.decoded import with_colors
from vermilion.pictures.exif import density_of_exif, orientation_of, without_thumbnail
from vermilion.pictures.luma import Samples
from vermilion.pictures.metadata import Density, DensityUnit, Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.output_colors import OutputColors
from vermilion.pictures.pillow_open import open_with_pillow
from vermilion.pictures.png_color import chunks_of_info
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import Source, check_size, undecoded

if TYPE_CHECKING:
    from PIL.Image import Image

# Only formats that are decoded by Pillow itself: EPS, for one, would start another program.
_FORMATS = ("BMP", "DIB", "ICO", "JPEG2000", "PCX", "PPM", "PSD", "SGI", "TIFF")

_FAILURES = (OSError, EOFError, SyntaxError, ValueError, IndexError, TypeError, struct.error)
"""What Pillow's plugins raise at damaged files."""


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
    except _FAILURES as error:
        raise broken(source.name, error) from error


def levels_by_pillow(source: Source, kind: str, size: tuple[int, int]) -> tuple[Samples, str]:
    """The levels [H, W, 1 to 4] of a file, as Pillow gives them, and its mode.

    Args:
        source: The file.
        kind: Pillow's name of its format.
        size: Height and width that it must have, which are checked already.

    Raises:
        PictureError: It is damaged.
    """
    try:
        with open_with_pillow(source, (kind,)) as image:
            if (image.height, image.width) != size:
                raise ValueError(f"it claims {image.width} x {image.height} pixels as well")
            return image_levels(image), image.mode
    except _FAILURES as error:
        raise broken(source.name, error) from error


def _pages(image: "Image") -> int:
    return 1 if image.format == "PSD" else int(getattr(image, "n_frames", 1))


def broken(name: str, error: Exception) -> PictureError:
    """What to tell about a file that Pillow recognises but cannot decode."""
    return undecoded(name, str(error))


def read_image(image: "Image", options: ReadOptions, name: str = "<image>", kind: str = "array") -> Scan:
    """A PIL image of any mode: the frame that it shows, with what its `info` holds.

    Raises:
        PictureError: It cannot be decoded, or is in real colour.
    """
    check_size(name, image.height, image.width, options.max_pixels)
    try:
        pages = _pages(image)
        levels = image_levels(image)
    except _FAILURES as error:
        raise broken(name, error) from error
    luma, alpha = luma_and_alpha(levels, name, options)
    metadata, colors = _image_metadata(image)
    return Scan(
        size=(luma.shape[0], luma.shape[1]),
        depth=8 * luma.dtype.itemsize,
        orientation=orientation_of(metadata.exif),
        page=min(int(getattr(image, "tell", int)()) + 1, pages),
        pages=pages,
        metadata=metadata,
        source_name=name,
        format=kind,
        colors=colors,
        pixels=ArrayPixels(luma, alpha),
    )


def image_levels(image: "Image") -> Samples:
    """Levels [H, W, 1 to 4] of the frame that an image of any mode shows."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[..., None]
    if image.mode in ("I", "F"):
        return _wide_levels(np.asarray(image))[..., None]
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        image = image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    kept = {"1": "L", "La": "LA", "RGBa": "RGBA", "PA": "RGBA"}
    mode = kept.get(image.mode, image.mode)
    if mode not in ("L", "LA", "RGB", "RGBA"):
        mode = "RGB"
    pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels if pixels.ndim == 3 else pixels[..., None]


def _wide_levels(pixels: NDArray[Any]) -> Samples:
    """Modes "I" and "F": 0..1 floats, or whole numbers that fit 16 bits (as 16-bit PNGs give)."""
    if pixels.dtype.kind == "f":
        return levels_of(pixels)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise PictureError("a 32-bit image holds numbers beyond 0..65535; convert it to 16 bits")
    return pixels.astype(np.uint16)


def _image_metadata(image: "Image") -> tuple[Metadata, OutputColors]:
    info = image.info
    exif = image.getexif().tobytes().removeprefix(b"Exif\0\0") if image.getexif() else None
    rgb_or_grey = image.mode not in ("CMYK", "LAB")
    dpi = info.get("dpi")
    density = density_of_exif(exif) if exif else None
    if dpi and float(dpi[0]) > 0 and float(dpi[1]) > 0:
        density = Density(float(dpi[0]), float(dpi[1]), DensityUnit.INCH)
    xmp = info.get("xmp")
    metadata = Metadata(
        exif=(without_thumbnail(exif) if exif else b"") or None,
        xmp=xmp.encode() if isinstance(xmp, str) else xmp,
        icc=info.get("icc_profile") or None,
        density=density,
        png_colors=chunks_of_info(info),
    )
    return with_colors(metadata, keeps_profile=rgb_or_grey)
