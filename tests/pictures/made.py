"""Made-up pictures, and a stand-in for what the Colorizer hands to the writers."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from vermilion.pictures import Mark, Scan


def grey_picture(height=301, width=403, dtype=np.uint8, seed=0):
    """Soft shapes and grain, from dark to light."""
    rng = np.random.default_rng(seed)
    shapes = cv2.resize(rng.random((6, 8), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    levels = np.clip(shapes * 0.8 + 0.1 + rng.normal(0, 0.02, (height, width)), 0, 1)
    return np.rint(levels * np.iinfo(dtype).max).astype(dtype)


def color_picture(height=120, width=160):
    """Flat patches of strong colours of about the same lightness, and a grey one."""
    patches = np.array([[[200, 60, 60], [60, 140, 60]], [[70, 90, 220], [120, 120, 120]]], np.uint8)
    return cv2.resize(patches, (width, height), interpolation=cv2.INTER_NEAREST)


def sepia(grey, stain=0.0):
    """A grey picture printed in brown, with a stain that grows towards one corner."""
    height, width = grey.shape
    light = grey.astype(np.float32) / 255
    corner = np.linspace(0, 1, width)[None, :] * np.linspace(0, 1, height)[:, None] * stain
    strength = light * (1 - light) * 4
    rgb = np.stack(
        [light + 0.10 * strength + corner * 0.08, light, light - 0.16 * strength - corner * 0.12], -1
    )
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def saved(picture, kind, **options):
    """The bytes of a file; `picture` is an array or a PIL image."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@dataclass
class MadePainting:
    """A colour wash whose RGB has exactly the luma of the scan: only blue and red move, green follows."""

    scan: Scan
    strength: float = 0.2
    mark: Mark | None = None

    def rgb(self):
        return self.rgb_rows(0, self.scan.size[0])

    def rgb_rows(self, start, stop):
        """Steps of no luma by PIL's weights (they miss by 0.009 levels), where there is room for them."""
        luma = self.scan.luma[start:stop]
        room = (luma >= 115) & (luma <= np.iinfo(luma.dtype).max - 34)
        steps = np.where(room[..., None], np.array([34, 5, -115]), 0)
        return (luma[..., None] + steps).astype(luma.dtype)

    def rgb_strips(self):
        for top in range(0, self.scan.size[0], 100):
            yield self.rgb_rows(top, min(top + 100, self.scan.size[0]))

    def chroma_planes(self, subsampled):
        height, width = self.scan.size
        if subsampled:
            height, width = (height + 1) // 2, (width + 1) // 2
        y, x = np.mgrid[0:height, 0:width]
        blue = 128 + 255 * self.strength * np.sin(3 * x / width)
        red = 128 + 255 * self.strength * np.cos(3 * y / height)
        return np.rint(blue).astype(np.uint8), np.rint(red).astype(np.uint8)
