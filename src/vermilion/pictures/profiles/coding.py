"""Reads a PNG's chunks about its codes (W3C PNG, third edition): gAMA and cHRM, sRGB, cICP.

If there are several, the first of cICP, iCCP, sRGB, gAMA counts. A PNG keeps the chunks; other formats get an
ICC profile that says the same.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.profiles.icc_write import rgb_profile, table_curve
from vermilion.pictures.profiles.output_colors import OutputColors
from vermilion.pictures.profiles.spaces import SRGB_TO_XYZ, RgbSpace, srgb_to_linear

Chunks = tuple[tuple[bytes, bytes], ...]
Curve = NDArray[np.float64]

NAMES = (b"cICP", b"mDCV", b"cLLI", b"sRGB", b"gAMA", b"cHRM")
"""The chunks that are kept, in the order in which they are written."""

_SRGB_GAMMA = 0.45455
_STEPS = 4096
_REFERENCE_WHITE = 203.0  # cd/m2 of white in HDR pictures (ITU-R BT.2408)
_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)
# x and y of white, red, green and blue by the numbers of ITU-T H.273, table 2.
_PRIMARIES = {
    1: (*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060),
    4: (*_C, 0.670, 0.330, 0.210, 0.710, 0.140, 0.080),
    5: (*_D65, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (*_DCI, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
# Bradford's, for another white (ICC.1:2022, annex E).
_CONES = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D50 = np.array([0.9642, 1.0, 0.8249])


def output_of_chunks(chunks: Chunks, *, has_profile: bool) -> tuple[bytes | None, OutputColors] | None:
    """An equivalent profile, and how chroma is converted for it; None where a profile counts.

    Args:
        chunks: A PNG's chunks (name, body) on what its codes mean.
        has_profile: Whether the file has a profile, too.
    """
    if has_profile and _coding_of(dict(chunks)) is None:
        return None
    found = _space_of(chunks)
    return (None, OutputColors()) if found is None else (found[0], OutputColors(found[1]))


@lru_cache(maxsize=8)
def _space_of(chunks: Chunks) -> tuple[bytes, RgbSpace] | None:
    """The profile and the space that chunks describe; None where that is sRGB, or they say nothing usable.

    The same chunks give the same objects, so that what is made of them is made once.
    """
    found = dict(chunks)
    coding = _coding_of(found)
    if coding is not None:
        primaries, curve = coding
    elif b"sRGB" in found or len(found.get(b"gAMA", b"")) != 4:
        return None
    else:
        gamma = int.from_bytes(found[b"gAMA"]) / 100_000
        primaries = _chromaticities(found.get(b"cHRM", b""))
        if not 0.05 <= gamma <= 20:
            return None
        close = abs(gamma - _SRGB_GAMMA) < 0.01  # as sRGB is written in short
        codes = np.linspace(0.0, 1.0, _STEPS)
        curve = srgb_to_linear(codes) if close else codes ** (1 / gamma)
    to_xyz = _to_xyz(primaries)
    if to_xyz is None:
        return None
    space = RgbSpace(np.stack([curve] * 3), to_xyz)
    return None if space.is_srgb() else (rgb_profile(table_curve(curve), "As the PNG says", to_xyz), space)


def chunks_of_info(info: Mapping[Any, Any]) -> Chunks:
    """The chunks that Pillow has read of a PNG, from an image's `info`."""
    found = []
    if isinstance(info.get("srgb"), int):
        found.append((b"sRGB", bytes([info["srgb"] & 3])))
    if isinstance(info.get("gamma"), float) and 0 < info["gamma"] < 20:
        found.append((b"gAMA", struct.pack(">I", round(info["gamma"] * 100_000))))
    points = info.get("chromaticity")
    if isinstance(points, tuple) and len(points) == 8 and all(0 <= point <= 2 for point in points):
        found.append((b"cHRM", struct.pack(">8I", *(round(point * 100_000) for point in points))))
    return tuple(found)


def _coding_of(found: dict[bytes, bytes]) -> tuple[tuple[float, ...], Curve] | None:
    """Primaries and linear light of all codes by cICP; None without one that can be followed."""
    body = found.get(b"cICP", b"")
    if len(body) != 4 or body[2] != 0:  # a PNG holds RGB or grey, never YCbCr
        return None
    codes = np.linspace(0.0, 1.0, _STEPS)
    if not body[3]:  # black at 16 and white at 235 of 255
        codes = np.clip((codes * 255 - 16) / 219, 0.0, 1.0)
    curve = _light(body[1], codes)
    return None if curve is None or body[0] not in _PRIMARIES else (_PRIMARIES[body[0]], curve)


def _light(transfer: int, codes: Curve) -> Curve | None:
    """Linear light, white as 1, by a transfer function's number in ITU-T H.273, table 3."""
    if transfer in (1, 6, 11, 14, 15):
        return np.where(codes < 0.081, codes / 4.5, ((codes + 0.099) / 1.099) ** (1 / 0.45))
    if transfer == 7:
        return np.where(codes < 0.0912, codes / 4.0, ((codes + 0.1115) / 1.1115) ** (1 / 0.45))
    if transfer == 13:
        return srgb_to_linear(codes)
    if transfer == 16:
        return np.minimum(_pq(codes) * 10_000 / _REFERENCE_WHITE, 1.0)
    if transfer == 18:
        return np.minimum((_hlg(codes) / _hlg(np.array(0.75))) ** 1.2, 1.0)
    exponent = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}.get(transfer)
    return None if exponent is None else codes**exponent


def _pq(codes: Curve) -> Curve:
    """SMPTE ST 2084: light as a share of 10,000 cd/m2."""
    root = codes ** (1 / 78.84375)
    return np.asarray(
        (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    )


def _hlg(codes: Curve) -> Curve:
    """ITU-R BT.2100: light of the scene, 0..1."""
    bright = (np.exp((codes - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(codes <= 0.5, codes**2 / 3, bright)


def _chromaticities(body: bytes) -> tuple[float, ...]:
    if len(body) != 32:
        return _PRIMARIES[1]
    return tuple(number / 100_000 for number in struct.unpack(">8I", body))


def _to_xyz(points: tuple[float, ...]) -> NDArray[np.float64] | None:
    """RGB to XYZ under D50, for x and y of white, red, green and blue; None where they span nothing."""
    if points == _PRIMARIES[1]:
        return SRGB_TO_XYZ
    x, y = np.array(points[0::2]), np.array(points[1::2])
    if (y <= 0.001).any():
        return None
    white, *colors = np.stack([x / y, np.ones(4), (1 - x - y) / y], -1)
    columns = np.stack(colors, -1)
    if abs(np.linalg.det(columns)) < 1e-3:
        return None
    to_xyz = columns * np.linalg.solve(columns, white)
    scale = np.diag((_CONES @ _D50) / (_CONES @ white))
    return np.asarray(np.linalg.inv(_CONES) @ scale @ _CONES @ to_xyz)
