"""JPEGs that no library at hand writes: lossless ones, and files taken apart and put together otherwise."""

import struct

import numpy as np

from vermilion.pictures.jpeg_file import DHT, LOSSLESS, SOS, Segment, join_jpeg


def lossless_jpeg(picture):
    """A lossless JPEG (ITU T.81, annex H) of uint8 [H, W] or [H, W, 3], each sample coded by its left one."""
    samples = picture.reshape(*picture.shape[:2], -1).astype(np.int64)
    above = np.vstack([np.full((1, samples.shape[2]), 128), samples[:-1, 0]])
    steps = samples - np.concatenate([above[:, None], samples[:, :-1]], axis=1)
    bits = "".join(map(_step_code, steps.ravel().tolist()))
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    height, width, count = samples.shape
    ids = range(1, count + 1)
    frame = struct.pack(">BHHB", 8, height, width, count) + b"".join(bytes((i, 0x11, 0)) for i in ids)
    table = bytes((0, 0, 0, 0, 10, *[0] * 12, *range(10)))  # ten lengths of steps, four bits each
    scan = bytes((count,)) + b"".join(bytes((i, 0)) for i in ids) + bytes((1, 0, 0))
    return join_jpeg([Segment(LOSSLESS, frame), Segment(DHT, table), Segment(SOS, scan, coded)])


def _step_code(step):
    length = abs(step).bit_length()
    value = step if step > 0 else step + (1 << length) - 1
    return f"{length:04b}" + (f"{value:0{length}b}" if length else "")
