"""ICC profiles: what grey means in one, and an RGB profile that shows the same greys.

Curves with a matrix (all working spaces, most scanners) and grey curves are read directly;
a profile made of tables alone is sampled with LittleCMS and fitted by curves and a matrix.
"""

import io
import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.profiles.icc_write import rgb_profile, table_curve
from vermilion.pictures.profiles.output_colors import OutputColors
from vermilion.pictures.profiles.spaces import SRGB_TO_XYZ, RgbSpace, srgb_to_linear

_SAMPLES = 4096


class UnusableProfileError(ValueError):
    """A profile that is damaged, or of a kind that says nothing about grey or RGB."""


@lru_cache(maxsize=8)
def output_profile(icc: bytes | None) -> tuple[bytes | None, OutputColors]:
    """The RGB profile that the result carries, and how chroma must be converted for it.

    A profile that cannot be used is left out: viewers could not use it either. The same bytes give the same
    object, so that what is made of it is made once.

    Args:
        icc: The scan's profile (grey or RGB), or None.
    """
    if icc is None:
        return None, OutputColors()
    try:
        if _space(icc) == b"GRAY":
            curve = _grey_curve(icc)
            icc, space = rgb_profile(_own_curve(icc) or table_curve(curve)), _with_srgb_primaries(curve)
        else:
            space = _rgb_space(icc)
    except (UnusableProfileError, struct.error):
        return None, OutputColors()
    return icc, OutputColors(None if space.is_srgb() else space)


def _space(icc: bytes) -> bytes:
    if len(icc) < 132 or icc[36:40] != b"acsp":
        raise UnusableProfileError("not an ICC profile")
    space = icc[16:20]
    if space not in (b"GRAY", b"RGB "):
        raise UnusableProfileError(f"a profile for {space!r}")
    return space


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    tags = {}
    for position in range(132, 132 + 12 * min(count, 200), 12):
        name, start, length = struct.unpack_from(">4sII", icc, position)
        tags[name] = icc[start : start + length]
    return tags


def _grey_curve(icc: bytes) -> NDArray[np.float64]:
    tags = _tags(icc)
    if b"kTRC" not in tags:
        return _sampled_greys(icc, "L")
    curve = _curve(tags[b"kTRC"])
    if icc[20:24] == b"Lab ":  # the curve then gives lightness, not light
        lightness = curve * 100
        curve = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness * 27 / 24389)
    return curve


def _own_curve(icc: bytes) -> bytes | None:
    """The profile's curve as it stands, if it may stand in an RGB profile of version 2."""
    tag = _tags(icc).get(b"kTRC", b"")
    return tag if tag[:4] == b"curv" and icc[20:24] == b"XYZ " else None


def _with_srgb_primaries(curve: NDArray[np.float64]) -> RgbSpace:
    return RgbSpace(np.stack([curve] * 3), SRGB_TO_XYZ)


def _rgb_space(icc: bytes) -> RgbSpace:
    tags = _tags(icc)
    names = [b"r", b"g", b"b"]
    if not all(n + t in tags for n in names for t in (b"TRC", b"XYZ")) or b"A2B0" in tags:
        return _fitted_space(icc)
    columns = [_xyz_number(tags[name + b"XYZ"]) for name in names]
    to_xyz = np.stack(columns, 1)
    if abs(np.linalg.det(to_xyz)) < 1e-6:
        raise UnusableProfileError("primaries without area")
    return RgbSpace(np.stack([_curve(tags[name + b"TRC"]) for name in names]), to_xyz)


def _xyz_number(tag: bytes) -> NDArray[np.float64]:
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536.0


def _curve(tag: bytes) -> NDArray[np.float64]:
    """A TRC tag as linear light at `_SAMPLES` evenly spread code values, rising."""
    codes = np.linspace(0.0, 1.0, _SAMPLES)
    if tag[:4] == b"para":
        curve = _parametric(tag, codes)
    elif tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            curve = codes
        elif count == 1:
            curve = codes ** (struct.unpack_from(">H", tag, 12)[0] / 256.0)
        else:
            if len(tag) < 12 + 2 * count:
                raise UnusableProfileError("a curve is cut off")
            table = np.frombuffer(tag, ">u2", count, 12) / 65535.0
            curve = np.interp(codes, np.linspace(0.0, 1.0, count), table)
    else:
        raise UnusableProfileError("a curve of an unknown kind")
    return np.maximum.accumulate(np.clip(curve, 0.0, 1.0))


def _parametric(tag: bytes, codes: NDArray[np.float64]) -> NDArray[np.float64]:
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind)
    if count is None:
        raise UnusableProfileError("a curve of an unknown kind")
    given = [value / 65536.0 for value in struct.unpack_from(f">{count}i", tag, 12)]
    gamma, a, b = given[0], *([*given[1:3]] if count > 1 else [1.0, 0.0])
    power = np.asarray(np.maximum(a * codes + b, 0.0) ** gamma, np.float64)
    if kind == 0:
        return power
    if kind in (1, 2):
        offset = given[3] if kind == 2 else 0.0
        return np.asarray(np.where(codes >= (-b / a if a else 0.0), power + offset, offset))
    c, d, e, f = [*given[3:], 0.0, 0.0][:4]
    return np.asarray(np.where(codes >= d, power + e, c * codes + f))


def _sampled_greys(icc: bytes, mode: str) -> NDArray[np.float64]:
    """Linear light of greys by LittleCMS, at `_SAMPLES` code values."""
    ramp = np.arange(256, dtype=np.uint8)[None, :]
    shown = _through_cms(icc, ramp if mode == "L" else np.repeat(ramp[..., None], 3, -1), mode)
    light = srgb_to_linear(shown[0] / 255.0) @ SRGB_TO_XYZ[1]
    codes = np.linspace(0.0, 1.0, _SAMPLES)
    return np.maximum.accumulate(np.interp(codes, np.linspace(0.0, 1.0, 256), light))


def _fitted_space(icc: bytes) -> RgbSpace:
    curve = _sampled_greys(icc, "RGB")
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    lattice = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    shown = _through_cms(icc, lattice, "RGB")[0] / 255.0
    inside = ((shown > 0.01) & (shown < 0.99)).all(-1)  # sRGB's edge has cut the others off
    if inside.sum() < 30:
        raise UnusableProfileError("too few colours of the profile fit into sRGB")
    light = np.interp(lattice[0] / 255.0, np.linspace(0.0, 1.0, _SAMPLES), curve)
    xyz = srgb_to_linear(shown) @ SRGB_TO_XYZ.T
    weights = 1.0 / (0.05 + xyz.sum(-1, keepdims=True))
    to_xyz = np.linalg.lstsq((light * weights)[inside], (xyz * weights)[inside], rcond=None)[0].T
    return RgbSpace(np.stack([curve] * 3), to_xyz)


def _through_cms(icc: bytes, samples: NDArray[np.uint8], mode: str) -> NDArray[np.uint8]:
    from PIL import Image, ImageCms  # noqa: PLC0415 - rarely needed

    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
        shown = ImageCms.applyTransform(Image.fromarray(samples), transform)
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        raise UnusableProfileError(str(error)) from error
    return np.asarray(shown)
