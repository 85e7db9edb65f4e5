"""Scans that are in memory already: NumPy arrays and PIL images."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.exif import orientation_of, without_thumbnail
from vermilion.pictures.luma import Samples, from_unit_floats, luma_of_rgb
from vermilion.pictures.metadata import Density, DensityUnit, Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.output_colors import OutputColors
from vermilion.pictures.profiles import output_profile
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import check_size
from vermilion.pictures.toned import refuse_real_color

if TYPE_CHECKING:
    from PIL.Image import Image


def read_array(array: NDArray[Any], options: ReadOptions) -> Scan:
    """A picture given as an array.

    Args:
        array: uint8, uint16, bool, or floats in 0..1 (taken as 16 bits): [H, W], or [H, W, C]
            with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) channels. It is copied.
        options: How to read; an array has one page.
    """
    _only_page(options.page, 1, "<array>")
    levels = _levels(_channels_last(array))
    check_size("<array>", levels.shape[0], levels.shape[1], options.max_pixels)
    luma, alpha = _luma_and_alpha(levels, "<array>", options)
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


def read_image(image: "Image", options: ReadOptions, name: str = "<image>", kind: str = "array") -> Scan:
    """A PIL image of any mode: the frame that it shows, with what its `info` holds.

    Raises:
        PictureError: It cannot be decoded, or is in real colour.
    """
    try:
        pages = int(getattr(image, "n_frames", 1))
        levels = _image_levels(image)
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise PictureError(f"{name} is damaged or cut off ({error}); copy or scan it again") from error
    luma, alpha = _luma_and_alpha(levels, name, options)
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


def _only_page(page: int, pages: int, name: str) -> None:
    if not 1 <= page <= pages:
        count = "1 page" if pages == 1 else f"{pages} pages"
        raise PictureError(f"{name} has {count}, so there is no page {page}")


def _channels_last(array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4) or not array.size:
        raise PictureError(
            f"an array of shape {array.shape} is no picture;"
            " give [height, width] or [height, width, 1 to 4 channels]"
        )
    return array


def _levels(array: NDArray[Any]) -> Samples:
    if array.dtype in (np.uint8, np.uint16):
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f":
        if np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1:
            return from_unit_floats(array)
        raise PictureError("an array of floats must lie in 0..1; divide it by its full scale")
    raise PictureError(f"an array of {array.dtype} is not supported; give uint8, uint16, or floats in 0..1")


def _luma_and_alpha(levels: Samples, name: str, options: ReadOptions) -> tuple[Samples, Samples | None]:
    colored = levels.shape[2] >= 3
    if colored and not options.recolor:
        rgb = levels[..., :3]
        if levels.dtype == np.uint16:
            rgb = (rgb >> 8).astype(np.uint8)
        refuse_real_color(np.asarray(rgb, np.uint8), name)
    luma: Samples = luma_of_rgb(levels) if colored else levels[..., 0].copy()
    if levels.shape[2] not in (2, 4):
        return luma, None
    alpha: Samples = levels[..., -1].copy()
    return luma, None if (alpha == np.iinfo(alpha.dtype).max).all() else alpha


def _image_levels(image: "Image") -> Samples:
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
        return _levels(pixels)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise PictureError("a 32-bit image holds numbers beyond 0..65535; convert it to 16 bits")
    return pixels.astype(np.uint16)


def _image_metadata(image: "Image") -> tuple[Metadata, OutputColors]:
    info = image.info
    exif = image.getexif().tobytes().removeprefix(b"Exif\0\0") if image.getexif() else None
    rgb_or_grey = image.mode not in ("CMYK", "LAB")
    icc, colors = output_profile(info.get("icc_profile") or None if rgb_or_grey else None)
    dpi = info.get("dpi")
    density = None
    if dpi and float(dpi[0]) > 0 and float(dpi[1]) > 0:
        density = Density(float(dpi[0]), float(dpi[1]), DensityUnit.INCH)
    xmp = info.get("xmp")
    return (
        Metadata(
            exif=without_thumbnail(exif) if exif else None,
            xmp=xmp.encode() if isinstance(xmp, str) else xmp,
            icc=icc,
            density=density,
        ),
        colors,
    )
