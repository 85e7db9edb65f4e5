"""PNG, TIFF and lossless WebP: samples by libvips, metadata put in by hand.

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
from vermilion.pictures.write.webp import webp_with_metadata
from vermilion.tone import to_eight_bits

_STRIP = 512


def encode_png(scan: Scan, painting: Painting, metadata: Metadata) -> list[Buffer]:
    """PNG of the scan's depth."""
    # Level 3 is 3 times as fast as 6 here, and 3 % larger; one filter beats trying all five.
    image = _image(_samples(scan, painting))
    return png_with_metadata(image.pngsave_buffer(compression=3, filter="up", keep="none"), metadata)


def encode_tiff(scan: Scan, painting: Painting, metadata: Metadata) -> list[Buffer]:
    """TIFF of the scan's depth, deflated; BigTIFF where 4 GB do not suffice."""
    samples = _samples(scan, painting)
    data = _image(samples).tiffsave_buffer(
        compression="deflate",
        predictor="horizontal",
        keep="none",
        bigtiff=samples.nbytes > 3_500_000_000,
    )
    return tiff_with_metadata(data, metadata, scan.orientation)


def encode_webp(scan: Scan, painting: Painting, metadata: Metadata) -> list[Buffer]:
    """Lossless WebP; RGB is exact under transparent pixels, too."""
    image = _image(_samples(scan, painting, eight_bits=True))
    data = image.webpsave_buffer(lossless=True, effort=2, exact=True, keep="none")
    return webp_with_metadata(data, metadata, scan.size, has_alpha=scan.alpha is not None)


ENCODERS: dict[str, Callable[[Scan, Painting, Metadata], list[Buffer]]] = {
    "png": encode_png,
    "tiff": encode_tiff,
    "webp": encode_webp,
}


def _samples(scan: Scan, painting: Painting, *, eight_bits: bool = False) -> Samples:
    """RGB, with the scan's alpha where it has one: a new array, filled in strips if it must be."""
    reduced = eight_bits and scan.depth == 16
    alpha = scan.alpha
    if alpha is None and not reduced:
        return painting.rgb()
    height, width = scan.size
    dtype = np.uint8 if reduced else scan.luma.dtype
    samples: Samples = np.empty((height, width, 3 if alpha is None else 4), dtype)
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        strip = painting.rgb_rows(rows.start, rows.stop)
        samples[rows, :, :3] = to_eight_bits(strip) if reduced else strip
        if alpha is not None:
            samples[rows, :, 3] = to_eight_bits(alpha[rows]) if reduced else alpha[rows]
    return samples


def _image(samples: Samples) -> VipsImage:
    """A libvips image that looks at the array without copying it."""
    pyvips = load_vips_with_threads()
    height, width, bands = samples.shape
    kind, meaning = ("uchar", "srgb") if samples.dtype == np.uint8 else ("ushort", "rgb16")
    data = np.ascontiguousarray(samples).data
    image = pyvips.Image.new_from_memory(data, width, height, bands, kind)
    return image.copy(interpretation=meaning)
