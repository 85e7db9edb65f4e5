"""CIELAB and sRGB (D65, 2 degrees), the numbers that scikit-image uses, in float32."""

import numpy as np
from numpy.typing import NDArray

from vermilion.tone import linear_of_srgb, srgb_of_linear

Floats = NDArray[np.float32]
AnyFloats = NDArray[np.floating]

_XYZ_OF_RGB = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])

_CONE_OF_RGB = (_XYZ_OF_RGB / _WHITE[:, None]).astype(np.float32)
_RGB_OF_CONE = np.linalg.inv(_XYZ_OF_RGB / _WHITE[:, None]).astype(np.float32)

_KNEE = np.float32(0.008856)
_SLOPE = np.float32(7.787)
_OFFSET = np.float32(16 / 116)
_CURVED_KNEE = np.float32(0.2068966)


def rgb_to_lab(rgb: AnyFloats) -> Floats:
    """Convert sRGB [...,3] in 0..1 to CIELAB [...,3] (L 0..100), float32, a new array.

    Values outside 0..1 are continued smoothly, so colours out of gamut survive there and back.
    """
    ratios = linear_of_srgb(np.asarray(rgb, np.float32)) @ _CONE_OF_RGB.T
    curved = np.where(ratios > _KNEE, np.cbrt(ratios), _SLOPE * ratios + _OFFSET)
    x, y, z = (curved[..., axis] for axis in range(3))
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def lab_to_rgb(lab: AnyFloats) -> Floats:
    """Convert CIELAB [...,3] to sRGB [...,3], float32, a new array; not clipped to 0..1."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float32), -1, 0)
    y = (lightness + 16) / 116
    curved = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    ratios = np.where(curved > _CURVED_KNEE, curved**3, (curved - _OFFSET) / _SLOPE)
    return srgb_of_linear(ratios @ _RGB_OF_CONE.T)


def lightness_of_grey(luma: AnyFloats) -> Floats:
    """Return L* (0..100) of the grey whose sRGB code value is ``luma`` (0..1), any shape, float32."""
    linear = linear_of_srgb(np.asarray(luma, np.float32))
    curved = np.where(linear > _KNEE, np.cbrt(linear), _SLOPE * linear + _OFFSET)
    return 116 * curved - 16
