"""From sRGB chroma to the chroma of a scan's own profile, and from its tone to sRGB's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.profiles.spaces import SRGB_TO_XYZ, Floats, RgbSpace, linear_to_srgb, srgb_to_linear
from vermilion.tone import LUMA_WEIGHTS

_D50 = np.array([0.9642, 1.0, 0.8249])
_RED, _GREEN, _BLUE = LUMA_WEIGHTS
_STEPS = 4
_TONES = 64  # levels of grey in a table of converted chroma, evenly spread over sRGB's tone
_CHROMAS = 33  # values of Cb and of Cr in it, over -0.5..0.5

Bytes = NDArray[np.uint8]
Converter = Callable[[NDArray[np.uint8 | np.uint16], Floats], Floats]


@dataclass(frozen=True, slots=True)
class OutputColors:
    """How this scan's result must be coloured; `space` is None where sRGB is."""

    space: RgbSpace | None = None

    def to_srgb_tone(self, luma: Floats) -> Floats:
        """Code values of grey in the scan's profile as the sRGB codes that look the same.

        Args:
            luma: float32 [h, w] in 0..1.

        Returns:
            float32 [h, w] in 0..1; the same array where the profile is sRGB.
        """
        if self.space is None:
            return luma
        tone = linear_to_srgb(self.space.grey_light(luma))
        return np.clip(tone, 0.0, 1.0).astype(np.float32)

    def to_screen(self, rgb: Bytes) -> Bytes:
        """Colours of the result as the sRGB colours that look the same, as far as sRGB has them.

        Args:
            rgb: uint8 [h, w, 3], code values of the result.

        Returns:
            uint8 [h, w, 3]; the same array where the profile is sRGB.
        """
        if self.space is None:
            return rgb
        lights, to_srgb, codes = _screen(self.space)
        light = cv2.transform(cv2.LUT(rgb, lights), to_srgb)
        steps = np.clip(light * np.float32(len(codes) - 1) + np.float32(0.5), 0, len(codes) - 1)
        return np.asarray(codes[steps.astype(np.uint16)], np.uint8)

    def convert(self, luma_small: Floats, cbcr: Floats) -> Floats:
        """Chroma of sRGB as chroma in the result's code values, for the luma that will be kept.

        Hue and colourfulness (CIELAB a, b) of the sRGB colour are kept; its lightness gives
        way until the colour's BT.601 luma in the result's code values is the scan's.

        Args:
            luma_small: float32 [h, w] in 0..1, the scan's own code values.
            cbcr: float32 [h, w, 2], centred at 0, in units of full scale, for sRGB.

        Returns:
            float32 [h, w, 2], the same units, in the result's code values.
        """
        if self.space is None:
            return cbcr
        luma = luma_small.astype(np.float64)
        lab = _lab(srgb_to_linear(_join(self.to_srgb_tone(luma_small), cbcr)) @ SRGB_TO_XYZ.T)
        wanted = luma
        for _ in range(_STEPS):
            lightness = _lightness(self.space.grey_light(np.clip(wanted, 0.0, 1.0)))
            codes = _codes(self.space, np.concatenate([lightness[..., None], lab[..., 1:]], -1))
            wanted = wanted + (luma - codes @ np.array(LUMA_WEIGHTS))
        red, blue = codes[..., 0] - luma, codes[..., 2] - luma
        return np.stack([blue / 1.772, red / 1.402], -1).astype(np.float32)

    def converter(self) -> Converter | None:
        """What ``convert`` does, quick enough for millions of pixels; None where nothing is to do.

        Colours out of sRGB's gamut are pulled into it first, as they are for a scan without a profile.

        Returns:
            A function of luma [h, w] as the scan stores it and planes [2, h, w] of sRGB chroma, which returns
            float32 [2, h, w] in the result's code values. A table stands for the formula: it is off by less
            than half an eight-bit level on average.
        """
        return None if self.space is None else _tabulated(self.space)


@lru_cache(maxsize=8)
def _screen(space: RgbSpace) -> tuple[Floats, Floats, Bytes]:
    """Return light [1,256,3] of codes, a matrix to sRGB's light, and sRGB codes of light, evenly spread."""
    ramp = np.repeat(np.linspace(0, 1, 256)[:, None], 3, 1)
    to_srgb = np.linalg.inv(SRGB_TO_XYZ) @ space.to_xyz
    codes = np.rint(linear_to_srgb(np.linspace(0, 1, 2**14)) * 255)
    return space.linear(ramp)[None].astype(np.float32), to_srgb.astype(np.float32), codes.astype(np.uint8)


@lru_cache(maxsize=8)  # the scans of one archive share a profile
def _tabulated(space: RgbSpace) -> Converter:
    """See ``OutputColors.converter``."""
    colors = OutputColors(space)
    grid = np.linspace(0.0, 1.0, 2**16)
    tone_of_code = colors.to_srgb_tone(grid.astype(np.float32))
    code_of_tone = np.interp(np.linspace(0, 1, _TONES), tone_of_code, grid).astype(np.float32)
    table = _table(colors, code_of_tone)

    def convert(luma: NDArray[np.uint8 | np.uint16], cbcr: Floats) -> Floats:
        wide = luma.astype(np.uint16) * 257 if luma.dtype == np.uint8 else luma
        tone = tone_of_code[wide]
        cbcr = cbcr * _gamut_share(tone, np.moveaxis(cbcr, 0, -1))
        tone *= _TONES - 1
        below = np.clip(np.floor(tone), 0, _TONES - 2)
        across, down = (np.clip(plane + 0.5, 0, 1) * (_CHROMAS - 1) for plane in (cbcr[1], cbcr[0]))
        down += below * _CHROMAS
        darker, lighter = (cv2.remap(table, across, down + step, cv2.INTER_LINEAR) for step in (0, _CHROMAS))
        found: Floats = darker + (lighter - darker) * (tone - below)[..., None]
        return np.ascontiguousarray(np.moveaxis(found, -1, 0))

    return convert


def _table(colors: OutputColors, codes: Floats) -> Floats:
    """Converted chroma [tones * Cb, Cr, 2] at luma code values [tones], as one picture to look up in.

    A colour out of gamut is entered as if its colourfulness grew on from where the gamut ends, so that
    the last colours in gamut, which lie between table entries, come out right, too.
    """
    steps = np.linspace(-0.5, 0.5, _CHROMAS, dtype=np.float32)
    cb, cr = np.meshgrid(steps, steps, indexing="ij")
    chroma = np.tile(np.stack([cb, cr], -1), (len(codes), 1, 1)).astype(np.float32)
    luma = np.repeat(codes, _CHROMAS * _CHROMAS).reshape(-1, _CHROMAS)
    share = _gamut_share(colors.to_srgb_tone(luma), chroma)[..., None]
    table = colors.convert(luma, chroma * share) / np.maximum(share, 1e-3)
    return table.astype(np.float32)


def _codes(space: RgbSpace, lab: NDArray[np.float64]) -> NDArray[np.float64]:
    return space.codes(_xyz(lab) @ np.linalg.inv(space.to_xyz).T)


def _join(
    luma: NDArray[np.floating], cbcr: NDArray[np.floating], *, clip: bool = True
) -> NDArray[np.float64]:
    red = 1.402 * cbcr[..., 1]
    blue = 1.772 * cbcr[..., 0]
    green = -(_RED * red + _BLUE * blue) / _GREEN
    rgb = np.asarray(luma[..., None] + np.stack([red, green, blue], -1), np.float64)
    return np.clip(rgb, 0.0, 1.0) if clip else rgb


def _gamut_share(tone: Floats, cbcr: Floats) -> Floats:
    """The share of chroma [..., 2] that is in sRGB's gamut at a tone [...]; 1 where all of it is."""
    steps = _join(np.zeros_like(tone), cbcr, clip=False)
    most, least = np.maximum(steps.max(-1), 1e-6), np.maximum(-steps.min(-1), 1e-6)
    share = np.minimum(1, np.minimum((1 - tone) / most, tone / least))
    return np.asarray(share, np.float32)


def _lightness(light: NDArray[np.float64]) -> NDArray[np.float64]:
    return 116.0 * _root(light) - 16.0


def _root(ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * 841 / 108 + 4 / 29)


def _lab(xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = (_root(xyz[..., i] / _D50[i]) for i in range(3))
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _xyz(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    y = (lab[..., 0] + 16) / 116
    roots = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], -1)
    linear = np.where(roots > 6 / 29, roots**3, (roots - 4 / 29) * 108 / 841)
    return np.asarray(linear * _D50, np.float64)
