"""ICC profiles of version 2 written: RGB displays with one curve for all channels."""

import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.profiles.spaces import SRGB_TO_XYZ


def table_curve(curve: NDArray[np.float64]) -> bytes:
    """A tag of type "curv" for linear light at evenly spread code values."""
    levels = np.rint(np.clip(curve, 0, 1) * 65535).astype(">u2").tobytes()
    return struct.pack(">4sII", b"curv", 0, len(curve)) + levels


def rgb_profile(
    curve: bytes,
    description: str = "Grey curve, sRGB primaries",
    to_xyz: NDArray[np.float64] = SRGB_TO_XYZ,
) -> bytes:
    """An ICC v2 display profile with `curve` for each channel.

    Args:
        curve: A tag of type "curv".
        description: The name that programs show.
        to_xyz: [3, 3]: the primaries in XYZ under D50, sRGB's by default.
    """
    primaries = [_xyz_tag(to_xyz[:, i]) for i in range(3)]
    text = description.encode("ascii") + b"\0"
    tags: list[tuple[tuple[bytes, ...], bytes]] = [
        ((b"desc",), b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)),
        ((b"cprt",), b"text" + bytes(4) + b"No copyright, use freely\0"),
        ((b"wtpt",), _xyz_tag((0.9642, 1.0, 0.8249))),
        ((b"rXYZ",), primaries[0]),
        ((b"gXYZ",), primaries[1]),
        ((b"bXYZ",), primaries[2]),
        ((b"rTRC", b"gTRC", b"bTRC"), curve),
    ]
    return _assemble(tags)


def _xyz_tag(values: Iterable[float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in values))


def _assemble(tags: list[tuple[tuple[bytes, ...], bytes]]) -> bytes:
    count = sum(len(names) for names, _ in tags)
    position = 132 + 12 * count
    table, body = struct.pack(">I", count), b""
    for names, data in tags:
        padded = data + b"\0" * (-len(data) % 4)
        for name in names:
            table += struct.pack(">4sII", name, position, len(data))
        body += padded
        position += len(padded)
    head = struct.pack(">I4sI4s4s4s", position, bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp")
    head = head.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body
