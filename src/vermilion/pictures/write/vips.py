"""PNG, TIFF and lossless WebP: samples by libvips, row by row, metadata put in by hand.

libvips would rebuild EXIF and leave some of the rest out, so it writes naked pictures.
"""

from collections.abc import Callable

import numpy as np

from vermilion.pictures.codecs.vips import VipsImage, load_vips_with_threads
from vermilion.pictures.levels import Samples
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.painting import Painting
from vermilion.pictures.png.chunks import png_with_metadata
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Buffer
from vermilion.pictures.tiff.metadata import tiff_with_metadata
from vermilion.pictures.write.stream import encoded, rows_as_image
from vermilion.pictures.write.webp import webp_with_metadata
from vermilion.tone import to_eight_bits


def encode_png(scan: Scan, painting: Painting, metadata: Metadata) -> list[Buffer]:
    """PNG of the scan's depth."""
    # Level 3 is 3 times as fast as 6 here, and 3 % larger; one filter beats trying all five.
    data = _encoded(scan, painting, "png", compression=3, filter="up")
    return png_with_metadata(data, metadata)


def encode_tiff(scan: Scan, painting: Painting, metadata: Metadata) -> list[Buffer]:
    """TIFF of the scan's depth, deflated; BigTIFF where 4 GB do not suffice."""
    height, width = scan.size
    samples = height * width * (3 if scan.alpha is None else 4)
    big = samples * scan.depth // 8 > 3_500_000_000
    data = _encoded(scan, painting, "tiff", compression="deflate", predictor="horizontal", bigtiff=big)
    return tiff_with_metadata(data, metadata, scan.orientation)


def encode_webp(scan: Scan, painting: Painting, metadata: Metadata) -> list[Buffer]:
    """Lossless WebP; RGB is exact under transparent pixels, too."""
    # The least effort: files are 14 % larger than with effort 2, written in a ninth of the time, and at 12
    # megapixels in 60 MB less.
    data = _encoded(scan, painting, "webp", lossless=True, effort=0, Q=0, exact=True)
    return webp_with_metadata(data, metadata, scan.size, has_alpha=scan.alpha is not None)


ENCODERS: dict[str, Callable[[Scan, Painting, Metadata], list[Buffer]]] = {
    "png": encode_png,
    "tiff": encode_tiff,
    "webp": encode_webp,
}


def _encoded(scan: Scan, painting: Painting, format: str, **options: int | str | bool) -> memoryview:  # noqa: A002
    """A naked file of the colours, with the scan's alpha where it has one."""
    reduced = scan.depth == 16 and format == "webp"
    dtype = np.dtype(np.uint8 if scan.depth == 8 or reduced else np.uint16)
    strips = painting.rgb_strips()
    if reduced:
        strips = (to_eight_bits(strip) for strip in strips)
    with rows_as_image(strips, scan.size, dtype) as image:
        if scan.alpha is None:
            return encoded(image, format, keep="none", **options)
        alpha = _plane(to_eight_bits(scan.alpha) if reduced else scan.alpha)
        return encoded(image.bandjoin(alpha), format, keep="none", **options)


def _plane(samples: Samples) -> VipsImage:
    """A libvips image that looks at an array [H, W] without copying it."""
    height, width = samples.shape
    data = np.ascontiguousarray(samples).data
    kind = "uchar" if samples.dtype == np.uint8 else "ushort"
    return load_vips_with_threads().Image.new_from_memory(data, width, height, 1, kind)
