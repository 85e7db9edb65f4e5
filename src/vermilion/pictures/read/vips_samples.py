"""Samples by libvips: any picture as grey or RGB, decoded in strips."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.codecs.vips import VipsImage, broken, load_vips
from vermilion.pictures.levels import Samples, from_unit_floats
from vermilion.pictures.prints.toned import SIDE
from vermilion.pictures.scan import ArrayPixels
from vermilion.pictures.tiff.pages import TiffPage
from vermilion.tone import luma_of_rgb, to_eight_bits

_STRIP = 64  # rows decoded at a time: a CMYK picture needs a hundred bytes for each of their pixels
_OUTSIDE_RGB = ("lab", "labs", "labq", "lch", "cmc", "xyz", "yxy", "scrgb", "hsv", "oklab", "oklch")


def without_extra_samples(image: VipsImage, page: TiffPage) -> VipsImage:
    """The colours and the transparency; libvips takes any further sample for transparency."""
    if image.bands != page.samples or image.bands == page.colors:
        return image  # a palette or a coding of its own: libvips has made bands of it
    wanted = image.extract_band(0, n=page.colors)
    return wanted if page.alpha is None else wanted.bandjoin(image.extract_band(page.alpha))


def spread(image: VipsImage) -> VipsImage:
    """10 or 12 bits over all levels: libvips only shifts them up, so that white is not quite white."""
    bits = int(image.get("bits-per-sample")) if image.get_typeof("bits-per-sample") else 16
    if image.format != "ushort" or not 8 < bits < 16:
        return image
    levels = (image >> (16 - bits)) * (65535 / ((1 << bits) - 1))
    return levels.rint().cast("ushort").copy(interpretation=image.interpretation)


def to_grey_or_rgb(image: VipsImage) -> tuple[VipsImage, bool]:
    """Grey or RGB with or without alpha, and whether the file's profile still describes it."""
    if image.coding != "none":
        image = image.rad2float() if image.coding == "rad" else image.LabQ2Lab()
    if image.interpretation == "cmyk":
        return _cmyk_to_rgb(image), False
    if image.interpretation == "scrgb" and str(image.get("vips-loader")).startswith("tiff"):
        return image.copy(interpretation="srgb"), True  # a float TIFF's codes, 0..1, as stored
    if image.interpretation in _OUTSIDE_RGB:
        deep = image.format in ("float", "double", "ushort", "short")
        return image.colourspace("rgb16" if deep else "srgb"), False
    return image, True


def _cmyk_to_rgb(image: VipsImage) -> VipsImage:
    """By its profile where it has one; else as Pillow does, ink by ink."""
    if image.get_typeof("icc-profile-data"):
        return image.icc_transform("srgb", embedded=True, depth=8)
    full = 65535 if image.format == "ushort" else 255
    inks = image.extract_band(0, n=3).cast("int")
    black = image.extract_band(3).cast("int")
    rgb = (inks * -1 + full) * (black * -1 + full) / full
    return rgb.rint().cast(image.format).copy(interpretation="rgb16" if full > 255 else "srgb")


def decode(image: VipsImage, name: str) -> tuple[ArrayPixels, NDArray[np.uint8] | None]:
    """Luma and alpha, and a small RGB version where the picture is stored in colour."""
    colored = image.bands >= 3
    height, width = image.height, image.width
    dtype = np.uint8 if image.format == "uchar" else np.uint16
    luma: Samples = np.empty((height, width), dtype)
    alpha: Samples | None = np.empty_like(luma) if image.hasalpha() else None
    step = max(1, max(height, width) // (2 * SIDE))
    small = []
    for top, strip in _strips(image, name, step):
        rows = slice(top, top + len(strip))
        luma[rows] = luma_of_rgb(strip) if colored else strip[..., 0]
        if alpha is not None:
            alpha[rows] = strip[..., 3 if colored else 1]
        if colored:
            small.append(_shrunk(strip[..., :3], step))
    if alpha is not None and (alpha == np.iinfo(dtype).max).all():
        alpha = None  # says nothing
    return ArrayPixels(luma, alpha), np.concatenate(small) if small else None


def _strips(image: VipsImage, name: str, step: int) -> Iterator[tuple[int, Samples]]:
    pyvips = load_vips()
    rows = max(step, _STRIP // step * step)
    try:
        region = pyvips.Region.new(image)
        dtype = np.dtype(_DTYPES[image.format])
        for top in range(0, image.height, rows):
            count = min(rows, image.height - top)
            data = region.fetch(0, top, image.width, count)
            strip = np.frombuffer(data, dtype).reshape(count, image.width, image.bands)
            yield top, _to_levels(strip, name)
    except pyvips.Error as error:
        raise broken(name, str(error)) from error


_DTYPES = {
    "uchar": np.uint8,
    "char": np.int8,
    "ushort": np.uint16,
    "short": np.int16,
    "uint": np.uint32,
    "int": np.int32,
    "float": np.float32,
    "double": np.float64,
}


def _to_levels(strip: NDArray[Any], name: str) -> Samples:
    if strip.dtype in (np.uint8, np.uint16):
        return strip
    if strip.dtype == np.uint32:
        return (strip >> 16).astype(np.uint16)
    # Not a number fails both comparisons.
    if strip.dtype.kind == "f" and strip.min() >= -0.001 and strip.max() <= 1.001:
        return from_unit_floats(strip)
    raise PictureError(
        f"{name} holds numbers beyond 0..1 that could mean any grey; save it with 16 bits per sample"
    )


def _shrunk(strip: Samples, step: int) -> NDArray[np.uint8]:
    """Mean of blocks of `step` x `step` (fewer at the edges), as 8 bits."""
    import cv2  # noqa: PLC0415 - `import vermilion` need not wait for it

    height, width = (max(1, round(n / step)) for n in strip.shape[:2])
    reduced = cv2.resize(strip, (width, height), interpolation=cv2.INTER_AREA)
    return to_eight_bits(np.asarray(reduced, strip.dtype))
