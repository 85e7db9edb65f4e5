"""Film looks from ``.cube`` files (Adobe's Cube LUT Specification 1.0); only their colours are taken."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vermilion.assets import Asset
from vermilion.color import ab_to_cbcr, cbcr_to_rgb, fit_gamut, rgb_to_lab
from vermilion.errors import SettingsError
from vermilion.plain import shown

Floats = NDArray[np.float32]

_SIZES = range(2, 130)
_LARGEST_FILE = 128 << 20  # bytes; a table of 129 colours a side needs about 60 MB
_FARTHEST = 1e6  # of any number of a table; also refuses infinities and what is no number
_BINARY = r"[^\t\n\f\r\x20-\x7e\x80-\U0010ffff]"  # control characters, which no text has
_IGNORED = {"TITLE", "LUT_3D_INPUT_RANGE", "LUT_IN_VIDEO_RANGE", "LUT_OUT_VIDEO_RANGE"}


@dataclass(frozen=True, eq=False)
class Cube:
    """A table of colours for sRGB.

    Attributes:
        table: float32 [n,n,n,3], the sRGB that comes out, counted by blue, green and red that go in.
        lowest: float32 [3], the R, G, B of the table's first entry.
        highest: float32 [3], the R, G, B of its last.
    """

    table: Floats
    lowest: Floats
    highest: Floats


def read_cube(source: str | Path | Asset) -> Cube:
    """Read a 3D LUT.

    Raises:
        SettingsError: the file cannot be read, is malformed, or holds a 1D LUT.
    """
    asset = source if isinstance(source, Asset) else Asset.read(source, "The LUT")
    if len(asset.content) > _LARGEST_FILE:
        raise SettingsError(
            f"{asset.name} is larger than any .cube file with up to 129 colours a side; check it."
        )
    return parse_cube(asset.content.decode("utf-8-sig", errors="replace"), asset.name)


def parse_cube(text: str, name: str) -> Cube:
    """Return the LUT that the text of a ``.cube`` file holds; ``name`` is for messages.

    Raises:
        SettingsError: the text is malformed, or holds a 1D LUT.
    """
    if re.search(_BINARY, text):
        raise SettingsError(f"{name} is not a 3D LUT; name a .cube file.")
    lines = [(number, line.partition("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1)]
    headers = [(number, line.split()) for number, line in lines if line[:1].isalpha()]
    header = {words[0]: (number, words[1:]) for number, words in headers}
    rows = [(number, line) for number, line in lines if line and not line[0].isalpha()]
    size = _size(header, name)
    lowest, highest = (
        _triple(header, key, default, name) for key, default in (("DOMAIN_MIN", 0), ("DOMAIN_MAX", 1))
    )
    if not (lowest < highest).all():
        raise SettingsError(f"{name}: DOMAIN_MIN is not below DOMAIN_MAX; correct one of them.")
    if len(rows) != size**3:
        raise SettingsError(
            f"{name} has {len(rows)} rows of colours, but LUT_3D_SIZE {size} needs {size**3}; "
            "get the whole file."
        )
    return Cube(_table(rows, name).reshape(size, size, size, 3), lowest, highest)


def apply_cube(cube: Cube, luma: Floats, ab: Floats) -> Floats:
    """Return the (a,b) [h,w,2] that a LUT makes of luma [h,w] (0..1) with ``ab`` [h,w,2]; float32.

    The LUT sees sRGB in gamut and is interpolated trilinearly. The lightness it gives is dropped: luma stays.
    """
    rgb = cbcr_to_rgb(luma, fit_gamut(luma, ab_to_cbcr(luma, ab)))
    return rgb_to_lab(np.clip(_interpolated(cube, rgb), 0, 1))[..., 1:]


def _interpolated(cube: Cube, rgb: Floats) -> Floats:
    """Return colours [...,3] looked up in the table, blended from the eight entries around each."""
    last = cube.table.shape[0] - 1
    place = np.clip((rgb - cube.lowest) / (cube.highest - cube.lowest), 0, 1) * last
    low = np.minimum(place.astype(np.intp), last - 1)
    part = place.astype(np.float32) - low
    result = np.zeros(rgb.shape, np.float32)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=-1)
        red, green, blue = np.moveaxis(low + np.array(corner), -1, 0)
        result += weight[..., None] * cube.table[blue, green, red]
    return result


def _size(header: dict[str, tuple[int, list[str]]], name: str) -> int:
    """Return the colours a side, and refuse headers that we do not understand."""
    for key, (number, _) in header.items():
        if key == "LUT_1D_SIZE":
            raise SettingsError(
                f"{name} is a 1D LUT, which changes tones and no colours; give one with LUT_3D_SIZE."
            )
        if key not in _IGNORED | {"LUT_3D_SIZE", "DOMAIN_MIN", "DOMAIN_MAX"}:
            raise SettingsError(
                f"{name}, line {number}: {shown(key)} does not belong in a .cube file; get it again."
            )
    number, words = header.get("LUT_3D_SIZE", (0, []))
    if not number:
        raise SettingsError(
            f"{name} names no LUT_3D_SIZE, so it is not a .cube file of a 3D LUT; give one that is."
        )
    if len(words) != 1 or words[0] not in map(str, _SIZES):
        raise SettingsError(
            f"{name}, line {number}: LUT_3D_SIZE {' '.join(words)[:40]} is impossible; it is one number from "
            f"{_SIZES.start} to {_SIZES.stop - 1}."
        )
    return int(words[0])


def _triple(header: dict[str, tuple[int, list[str]]], key: str, default: float, name: str) -> Floats:
    number, words = header.get(key, (0, [str(default)] * 3))
    triple: Floats = _table([(number, " ".join(words))], name)[0]
    return triple


def _table(rows: list[tuple[int, str]], name: str) -> Floats:
    """Return rows of three numbers as float32 [n,3]."""
    try:
        table = np.array([list(map(float, line.split())) for _, line in rows], np.float64)
    except ValueError:
        table = np.empty((0, 0))
    if table.shape != (len(rows), 3) or not (abs(table) <= _FARTHEST).all():
        number, line = next(row for row in rows if not _is_color(row[1]))
        found = shown(" ".join(line.split()))
        raise SettingsError(f"{name}, line {number}: {found} is not three numbers; get the file again.")
    return table.astype(np.float32)


def _is_color(line: str) -> bool:
    try:
        color = [float(word) for word in line.split()]
        return len(color) == 3 and all(abs(value) <= _FARTHEST for value in color)
    except ValueError:
        return False
