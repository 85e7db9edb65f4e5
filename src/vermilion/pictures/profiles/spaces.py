"""RGB spaces: curves and a matrix to XYZ under D50; sRGB among them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vermilion.tone import linear_of_srgb, srgb_of_linear

Floats = NDArray[np.float32]
# sRGB's primaries adapted to D50 (IEC 61966-2-1 by Bradford), the white that profiles count from.
SRGB_TO_XYZ = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)


def srgb_to_linear(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Linear light of sRGB code values 0..1, in double precision."""
    return linear_of_srgb(np.asarray(values, np.float64))


def linear_to_srgb(light: NDArray[np.floating]) -> NDArray[np.float64]:
    """Linear light 0..1 to sRGB code values, in double precision."""
    return srgb_of_linear(np.asarray(light, np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class RgbSpace:
    """An RGB space: a tone curve for each channel and a matrix to D50 XYZ. It equals itself alone.

    Attributes:
        curves: float64 [3, N]: linear light at N code values evenly spread over 0..1, rising.
        to_xyz: float64 [3, 3].
    """

    curves: NDArray[np.float64] = field(repr=False)
    to_xyz: NDArray[np.float64]

    def linear(self, codes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Code values [..., 3] to linear light."""
        grid = np.linspace(0.0, 1.0, self.curves.shape[1])
        return np.stack([np.interp(codes[..., i], grid, self.curves[i]) for i in range(3)], -1)

    def codes(self, light: NDArray[np.floating]) -> NDArray[np.float64]:
        """Linear light [..., 3] to code values, clipped to 0..1."""
        grid = np.linspace(0.0, 1.0, self.curves.shape[1])
        return np.stack([np.interp(light[..., i], self.curves[i], grid) for i in range(3)], -1)

    def grey_light(self, codes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Relative luminance Y of R=G=B at these code values."""
        grid = np.linspace(0.0, 1.0, self.curves.shape[1])
        weights = self.to_xyz[1]
        ramp = weights @ self.curves
        return np.asarray(np.interp(codes, grid, ramp), np.float64)

    def is_srgb(self) -> bool:
        """Whether it is sRGB to within what one 8-bit level can show."""
        ramp = np.linspace(0.0, 1.0, 256)
        tone = linear_to_srgb(self.linear(np.repeat(ramp[:, None], 3, 1)))
        close_tone = np.abs(tone - ramp[:, None]).max() < 0.006
        return bool(close_tone and np.abs(self.to_xyz - SRGB_TO_XYZ).max() < 0.01)
