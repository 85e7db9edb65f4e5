"""ICC profiles by hand, independent of our own: a header, a tag table, and the tags."""

import struct

import numpy as np

D50 = (0.9642, 1.0, 0.8249)
PROPHOTO = ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def gamma(value):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256))


def table(values):
    return b"curv" + bytes(4) + struct.pack(">I", len(values)) + np.asarray(values, ">u2").tobytes()


def parametric_srgb():
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *(round(n * 65536) for n in numbers))


def xyz(values):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in values))


def profile(space, tags, version=0x02400000):
    text = b"made\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": xyz(D50),
        **tags,
    }
    position, entries, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        entries += struct.pack(">4sII", name, position, len(data))
        body += data + bytes(-len(data) % 4)
        position = 132 + 12 * len(tags) + len(body)
    head = struct.pack(">I4sI4s4s4s", position, bytes(4), version, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp")
    head = head.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + body


def grey_profile(curve):
    return profile(b"GRAY", {b"kTRC": curve})


def rgb_profile(primaries, curve):
    tags = {name + b"XYZ": xyz(column) for name, column in zip([b"r", b"g", b"b"], primaries, strict=True)}
    return profile(b"RGB ", tags | {name + b"TRC": curve for name in (b"r", b"g", b"b")})
