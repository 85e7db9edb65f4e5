"""Differences between two pictures of one scene: PSNR, SSIM and CIEDE2000. Pure functions of arrays."""

import cv2
import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Bytes = NDArray[np.uint8]

MOST_PSNR = 100.0  # dB, of pictures that are the same
SSIM_WINDOW = 11  # pixels of each side, and the least side of a picture
_SSIM_SIGMA = 1.5
_SSIM_FLOORS = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_FAR = 25.0**7


def psnr(true: Bytes, made: Bytes) -> float:
    """Peak signal-to-noise ratio of two uint8 arrays of one shape, in dB, at most 100."""
    error = float(np.mean((true.astype(np.float64) - made) ** 2))
    return min(MOST_PSNR, 10 * float(np.log10(255**2 / error))) if error else MOST_PSNR


def ssim(true: Bytes, made: Bytes) -> float:
    """Structural similarity of two uint8 pictures [h,w,3], the mean over R, G and B: 1 = the same.

    Wang et al. 2004 (doi:10.1109/TIP.2003.819861) with the paper's constants: Gaussian windows of 11 x 11
    pixels that lie wholly in the picture, whose sides must be 11 pixels or more.
    """
    # Channel by channel: the planes of a large photograph would not fit into memory together.
    return float(np.mean([_ssim_of_plane(true[..., i], made[..., i]) for i in range(true.shape[2])]))


def _ssim_of_plane(true: Bytes, made: Bytes) -> float:
    x, y = true.astype(np.float64), made.astype(np.float64)
    mean_x, mean_y = _around(x), _around(y)
    variance_x, variance_y = _around(x * x) - mean_x**2, _around(y * y) - mean_y**2
    covariance = _around(x * y) - mean_x * mean_y
    first, second = _SSIM_FLOORS
    alike = (2 * mean_x * mean_y + first) * (2 * covariance + second)
    most = (mean_x**2 + mean_y**2 + first) * (variance_x + variance_y + second)
    return float((alike / most).mean())


def _around(planes: Doubles) -> Doubles:
    """Gaussian means of [h,w] at all places whose window lies in the picture."""
    half = SSIM_WINDOW // 2
    blurred = cv2.GaussianBlur(planes, (SSIM_WINDOW, SSIM_WINDOW), _SSIM_SIGMA)
    return np.asarray(blurred[half:-half, half:-half], np.float64)


def ciede2000(true: NDArray[np.floating], made: NDArray[np.floating]) -> Doubles:
    """CIEDE2000 differences [...] of two CIELAB arrays [...,3], with all weights 1.

    The names follow Sharma, Wu and Dalal 2005 (doi:10.1002/col.20070), whose test data the tests repeat.
    """
    lightness_1, chroma_1, hue_1 = _stretched(true, made)
    lightness_2, chroma_2, hue_2 = _stretched(made, true)
    d_lightness, mean_lightness = lightness_2 - lightness_1, (lightness_1 + lightness_2) / 2
    d_chroma, mean_chroma = chroma_2 - chroma_1, (chroma_1 + chroma_2) / 2
    turn, mean_hue = _turn_and_mean(hue_1, hue_2, chroma_1 * chroma_2 == 0)
    d_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(turn / 2)
    far = (mean_lightness - 50) ** 2
    lightness = d_lightness / (1 + 0.015 * far / np.sqrt(20 + far))
    chroma = d_chroma / (1 + 0.045 * mean_chroma)
    hue = d_hue / (1 + 0.015 * mean_chroma * _hue_weight(mean_hue))
    squares: Doubles = lightness**2 + chroma**2 + hue**2 + _rotation(mean_chroma, mean_hue) * chroma * hue
    return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float64)


def _stretched(lab: NDArray[np.floating], other: NDArray[np.floating]) -> tuple[Doubles, Doubles, Doubles]:
    """Lightness, chroma C' and hue h' (radians, 0 to 2 pi), with a stretched by both colours' chroma."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float64), -1, 0)
    other_chroma = np.hypot(other[..., 1].astype(np.float64), other[..., 2])
    power = ((np.hypot(a, b) + other_chroma) / 2) ** 7
    a = a * (1.5 - 0.5 * np.sqrt(power / (power + _FAR)))
    return lightness, np.hypot(a, b), np.arctan2(b, a) % (2 * np.pi)


def _turn_and_mean(hue_1: Doubles, hue_2: Doubles, grey: NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
    """Difference and mean of two hues, the short way round; a grey takes the other's hue."""
    turn = hue_2 - hue_1
    around = np.abs(turn) > np.pi
    short = np.where(around, turn - 2 * np.pi * np.sign(turn), turn)
    total = hue_1 + hue_2
    mean = np.where(around, total + np.where(total < 2 * np.pi, 2 * np.pi, -2 * np.pi), total) / 2
    return np.where(grey, 0, short), np.where(grey, total, mean)


def _hue_weight(hue: Doubles) -> Doubles:
    """T of the paper."""
    waves = -0.17 * np.cos(hue - np.radians(30)) + 0.24 * np.cos(2 * hue)
    waves += 0.32 * np.cos(3 * hue + np.radians(6)) - 0.20 * np.cos(4 * hue - np.radians(63))
    return np.asarray(1 + waves, np.float64)


def _rotation(chroma: Doubles, hue: Doubles) -> Doubles:
    """R_T of the paper: chroma and hue are not independent among blues."""
    turn = np.radians(30) * np.exp(-(((np.degrees(hue) - 275) / 25) ** 2))
    return np.asarray(-2 * np.sin(2 * turn) * np.sqrt(chroma**7 / (chroma**7 + _FAR)), np.float64)
