"""A spread of small sound pictures of every format that is read, for `benchmarks.damage`."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageCms

HEIGHT, WIDTH = 288, 400
Levels = NDArray[np.uint8 | np.uint16]


def write_pictures(folder: Path, scale: int = 1) -> list[Path]:
    """Write the pictures, their sides so many times as long; returns their paths."""
    paths = []
    for name, content in _pictures(_grey(scale)):
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths


def _grey(scale: int) -> NDArray[np.uint8]:
    """Soft shapes, edges and grain, with a flat margin: uint8 [H, W]."""
    random = np.random.default_rng(0)
    height, width = HEIGHT * scale, WIDTH * scale
    shapes = cv2.resize(random.random((6, 8), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    edges = cv2.resize(random.random((18, 25), np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
    levels = 40 + 130 * shapes + 40 * (edges > 0.6) + random.normal(0, 3, (height, width))
    levels[-40 * scale :] = 240
    return np.clip(levels, 0, 255).astype(np.uint8)


def _pictures(levels: NDArray[np.uint8]) -> Iterator[tuple[str, bytes]]:
    grey = Image.fromarray(levels)
    toned = Image.merge("RGB", [grey.point([v * s // 100 for v in range(256)]) for s in (100, 92, 80)])
    yield from _jpegs(grey, toned)
    yield from _with_pillow(grey, toned)
    yield from _with_vips(levels)
    yield "plain.psd", _psd(levels)


def _jpegs(grey: Image.Image, toned: Image.Image) -> Iterator[tuple[str, bytes]]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[270], exif[274] = "a picture", 6
    yield "grey.jpg", _saved(grey, "JPEG")
    yield "grey-optimized.jpg", _saved(grey, "JPEG", optimize=True)
    yield "grey-progressive.jpg", _saved(grey, "JPEG", progressive=True)
    yield "toned.jpg", _saved(toned, "JPEG", exif=exif, icc_profile=profile, comment="found in the attic")
    yield "toned-444.jpg", _saved(toned, "JPEG", subsampling=0, quality=95)
    yield "toned-progressive.jpg", _saved(toned, "JPEG", progressive=True)
    yield "toned-restarts.jpg", _saved(toned, "JPEG", restart_marker_rows=1)
    yield "inks.jpg", _saved(toned.convert("CMYK"), "JPEG")


def _with_pillow(grey: Image.Image, toned: Image.Image) -> Iterator[tuple[str, bytes]]:
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    yield "grey.png", _saved(grey, "PNG", dpi=(300, 300))
    yield "grey-16.png", _saved(deep, "PNG")
    yield "toned.png", _saved(toned, "PNG")
    yield "palette.png", _saved(grey.quantize(32), "PNG")
    yield "one-bit.png", _saved(grey.convert("1"), "PNG")
    yield "alpha.png", _saved(Image.merge("LA", [grey, grey]), "PNG")
    for coding in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield f"grey-{coding}.tif", _saved(grey, "TIFF", compression=coding)
    yield "toned-lzw.tif", _saved(toned, "TIFF", compression="tiff_lzw")
    yield "one-bit-group4.tif", _saved(grey.convert("1"), "TIFF", compression="group4")
    yield "grey-16.tif", _saved(deep, "TIFF")
    yield "pages.tif", _saved(grey, "TIFF", save_all=True, append_images=[toned], compression="tiff_lzw")
    yield "lossless.webp", _saved(toned, "WEBP", lossless=True)
    yield "lossy.webp", _saved(toned, "WEBP")
    yield "grey.gif", _saved(grey, "GIF")
    yield "moving.gif", _saved(grey, "GIF", save_all=True, append_images=[grey.rotate(180)])
    yield "grey.bmp", _saved(grey, "BMP")
    yield "toned.bmp", _saved(toned, "BMP")
    yield "grey.pgm", _saved(grey, "PPM")
    yield "grey.pcx", _saved(grey, "PCX")
    yield "grey.sgi", _saved(grey, "SGI")
    yield "grey.jp2", _saved(grey, "JPEG2000")
    yield "grey.avif", _saved(grey, "AVIF")


def _with_vips(levels: Levels) -> Iterator[tuple[str, bytes]]:
    image = pyvips.Image.new_from_array(levels)
    deep = (image * 257).cast("ushort").copy(interpretation="grey16")
    yield "interlaced.png", image.pngsave_buffer(interlace=True)
    yield "tiles-deflate.tif", image.tiffsave_buffer(tile=True, compression="deflate")
    yield "tiles-jpeg.tif", image.tiffsave_buffer(tile=True, compression="jpeg")
    yield "tiles-16.tif", deep.tiffsave_buffer(tile=True, compression="lzw", predictor="horizontal")
    yield "big.tif", deep.tiffsave_buffer(bigtiff=True, compression="deflate")


def _psd(levels: Levels) -> bytes:
    """A flat grey picture without layers: header, three empty sections, samples as they are."""
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 1, *levels.shape, 8, 1)
    return head + bytes(12) + struct.pack(">H", 0) + levels.tobytes()


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
