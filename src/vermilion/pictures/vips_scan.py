"""Everything that is not a plain JPEG, read by libvips: PNG, TIFF, WebP, GIF, HEIF, CMYK ..."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.arrays import luma_and_alpha, only_page
from vermilion.pictures.decoded import with_colors
from vermilion.pictures.exif import orientation_of
from vermilion.pictures.gif_file import check_gif
from vermilion.pictures.luma import Samples, from_unit_floats, luma_of_rgb, to_eight_bits
from vermilion.pictures.metadata import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.png_frames import count_frames, read_frame
from vermilion.pictures.prints.refuse import refuse_real_color
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import Source, check_size
from vermilion.pictures.tiff_pages import TiffPage
from vermilion.pictures.toned import SIDE
from vermilion.pictures.vips_library import VipsImage, load_vips
from vermilion.pictures.vips_metadata import read_metadata
from vermilion.pictures.vips_open import broken, open_with_vips

_STRIP = 256  # rows decoded at a time
_GREY = ("b-w", "grey16")
_RGB = ("srgb", "rgb", "rgb16")
_OUTSIDE_RGB = ("lab", "labs", "labq", "lch", "cmc", "xyz", "yxy", "scrgb", "hsv", "oklab", "oklch")


@dataclass(frozen=True, slots=True)
class _Page:
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
    luma, alpha, keeps_profile = _samples(page, source, options)
    metadata, colors = with_colors(metadata, keeps_profile=keeps_profile)
    return Scan(
        size=luma.shape,
        depth=8 * luma.dtype.itemsize,
        orientation=_orientation(page.image, metadata, page.format),
        page=page.number,
        pages=page.count,
        metadata=metadata,
        source_name=source.name,
        format=page.format,
        colors=colors,
        pixels=ArrayPixels(luma, alpha),
        source=source,
    )


def _open(source: Source, options: ReadOptions, tiff: TiffPage | None) -> _Page:
    # Of tags libtiff takes 50 MB, unless it is told that all of them are in the file.
    image = _load(source, page=tiff.index, unlimited=tiff.is_laden) if tiff else _load(source)
    kind = str(image.get("vips-loader")).removesuffix("_buffer").removesuffix("load")
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    if kind == "png":
        pages = count_frames(source)
    if tiff is not None:
        pages = tiff.pages
    only_page(options.page, pages, source.name)
    if options.page != 1 and kind != "png" and tiff is None:
        image = _load(source, page=options.page - 1)
    check_size(source.name, image.height, image.width, options.max_pixels)
    return _Page(image, options.page, pages, kind, tiff)


def _load(source: Source, **choices: int) -> VipsImage:
    return open_with_vips(source, access="sequential", **choices)


def _samples(page: _Page, source: Source, options: ReadOptions) -> tuple[Samples, Samples | None, bool]:
    """Luma, alpha, and whether the file's profile still describes them; real colour is refused."""
    if page.format == "png" and page.number != 1:
        return *luma_and_alpha(read_frame(source, page.number), source.name, options), True
    image = page.image if page.tiff is None else _without_extra_samples(page.image, page.tiff)
    normal, keeps_profile = _to_grey_or_rgb(_spread(image) if page.format.startswith("heif") else image)
    luma, alpha, small = _decode(normal, source.name)
    if page.format == "gif":
        check_gif(source, page.number)
    if small is not None and options.looks_at_color:
        refuse_real_color(small, source.name, options)
    return luma, alpha, keeps_profile


def _without_extra_samples(image: VipsImage, page: TiffPage) -> VipsImage:
    """The colours and the transparency; libvips takes any further sample for transparency."""
    if image.bands != page.samples or image.bands == page.colors:
        return image  # a palette or a coding of its own: libvips has made bands of it
    wanted = image.extract_band(0, n=page.colors)
    return wanted if page.alpha is None else wanted.bandjoin(image.extract_band(page.alpha))


def _spread(image: VipsImage) -> VipsImage:
    """10 or 12 bits over all levels: libvips only shifts them up, so that white is not quite white."""
    bits = int(image.get("bits-per-sample")) if image.get_typeof("bits-per-sample") else 16
    if image.format != "ushort" or not 8 < bits < 16:
        return image
    levels = (image >> (16 - bits)) * (65535 / ((1 << bits) - 1))
    return levels.rint().cast("ushort").copy(interpretation=image.interpretation)


def _to_grey_or_rgb(image: VipsImage) -> tuple[VipsImage, bool]:
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


def _decode(image: VipsImage, name: str) -> tuple[Samples, Samples | None, NDArray[np.uint8] | None]:
    """Luma, alpha, and a small RGB version where the picture is stored in colour."""
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
    return luma, alpha, np.concatenate(small) if small else None


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
        f"{name} holds numbers beyond 0..1 that could mean any grey; save it with 16 bits a sample"
    )


def _shrunk(strip: Samples, step: int) -> NDArray[np.uint8]:
    """Mean of blocks of `step` x `step` (fewer at the edges), as 8 bits."""
    import cv2  # noqa: PLC0415 - `import vermilion` need not wait for it

    height, width = (max(1, round(n / step)) for n in strip.shape[:2])
    reduced = cv2.resize(strip, (width, height), interpolation=cv2.INTER_AREA)
    return to_eight_bits(np.asarray(reduced, strip.dtype))


def _orientation(image: VipsImage, metadata: Metadata, kind: str) -> int:
    if kind.startswith("heif"):
        return 1  # libvips has turned it
    if image.get_typeof("orientation"):
        number = int(image.get("orientation"))
        return number if 1 <= number <= 8 else 1
    return orientation_of(metadata.exif)
