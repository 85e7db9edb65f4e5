"""Makes new photographs look old: what a film saw, and what time did to the print.

For training and for figures: only what the network sees is degraded, never the truth. Blur grows with
the picture's short side; grain, scratches and dust are a pixel or two wide, whatever the size.
"""

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.tone import LUMA_WEIGHTS

if TYPE_CHECKING:
    from numpy.random import Generator

Plane = NDArray[np.float32]

LUMA = np.array(LUMA_WEIGHTS, np.float32)  # of encoded values
# Sensitivity of emulsions to linear red, green and blue light. Blue-sensitive plates and
# orthochromatic film do not see red; filters push panchromatic film either way.
FILMS = {
    "blue-sensitive": (0.02, 0.23, 0.75),
    "orthochromatic": (0.05, 0.55, 0.40),
    "panchromatic": (0.30, 0.40, 0.30),
    "yellow filter": (0.40, 0.50, 0.10),
    "red filter": (0.80, 0.15, 0.05),
    "green filter": (0.15, 0.75, 0.10),
}
LINEAR = ((np.arange(256) / 255) ** 2.2).astype(np.float32)


def plain_luma(rgb: NDArray[np.uint8]) -> Plane:
    """The plain input: BT.601 luma, float32 [H, W] in 0..1, of uint8 [H, W, 3]."""
    return (rgb @ (LUMA / 255)).astype(np.float32)


def old_photograph(rgb: NDArray[np.uint8], random: "Generator") -> Plane:
    """A degraded input: float32 [H, W] in 0..1 of uint8 [H, W, 3] sRGB."""
    tone = _exposed(rgb, random)
    for change, chance in _CHANGES:
        if random.random() < chance:
            tone = change(tone, random)
    tone = _faded(tone, random)
    return _compressed(tone, random) if random.random() < 0.3 else tone


def _exposed(rgb: NDArray[np.uint8], random: "Generator") -> Plane:
    """The scene as a random kind of film records it, with a random contrast."""
    if random.random() < 0.35:
        tone = plain_luma(rgb)  # a plain conversion that only aged
    else:
        weights = np.array(list(FILMS.values())[random.integers(len(FILMS))], np.float32)
        weights = weights * np.exp(random.normal(0, 0.15, 3)).astype(np.float32)
        light = LINEAR[rgb] @ (weights / weights.sum())
        tone = np.power(light, np.float32(1 / 2.2), dtype=np.float32)
    gamma = np.float32(np.exp(random.normal(0, 0.2)))
    return np.power(np.clip(tone, 0, 1), gamma, dtype=np.float32)


def _blurred(tone: Plane, random: "Generator") -> Plane:
    return _smooth(tone, 0.3 + random.uniform(0, 1.2) * min(tone.shape) / 256)


def _smooth(tone: Plane, sigma: float) -> Plane:
    return cv2.GaussianBlur(tone, (0, 0), sigma).astype(np.float32, copy=False)


def _vignetted(tone: Plane, random: "Generator") -> Plane:
    height, width = tone.shape
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 1 - np.float32(random.uniform(0, 0.4)) * (x * x + y * y) / 2
    return tone * shade.astype(np.float32, copy=False)


def _stained(tone: Plane, random: "Generator") -> Plane:
    """Uneven fading: a smooth random field, brighter here and darker there."""
    coarse = random.normal(0, random.uniform(0.02, 0.10), (4, 4)).astype(np.float32)
    field = cv2.resize(coarse, tone.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return tone + field.astype(np.float32, copy=False)


def _grained(tone: Plane, random: "Generator") -> Plane:
    grain = random.standard_normal(tone.shape, np.float32)
    if random.random() < 0.7:
        grain = _smooth(grain, random.uniform(0.4, 0.9))
    return tone + grain * np.float32(random.uniform(0, 0.07))


def _scratched(tone: Plane, random: "Generator") -> Plane:
    """Scratches and hairs, dark or light, mostly upright as film is transported; and dust."""
    height, width = tone.shape
    tone = tone.copy()
    for _ in range(random.integers(1, 6)):
        start = (int(random.integers(width)), int(random.integers(height)))
        end = (int(random.integers(width)), int(random.integers(height)))
        if random.random() < 0.6:
            end = (start[0] + int(random.normal(0, 4)), end[1])
        cv2.line(tone, start, end, float(random.choice([0.05, 0.95])), 1, cv2.LINE_AA)
    for _ in range(random.integers(0, 12)):
        spot = (int(random.integers(width)), int(random.integers(height)))
        cv2.circle(tone, spot, int(random.integers(0, 2)), float(random.choice([0.05, 0.95])), -1)
    return tone


def _faded(tone: Plane, random: "Generator") -> Plane:
    black, white = random.uniform(0, 0.2), random.uniform(0.75, 1)
    return (black + np.clip(tone, 0, 1) * (white - black)).astype(np.float32)


def _compressed(tone: Plane, random: "Generator") -> Plane:
    """The blocks and rings of a JPEG, on eight-bit levels."""
    levels = np.rint(tone * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 90))])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)
    return decoded / np.float32(255)


_CHANGES = (
    (_blurred, 0.6),
    (_vignetted, 0.4),
    (_stained, 0.25),
    (_grained, 0.6),
    (_scratched, 0.3),
)
