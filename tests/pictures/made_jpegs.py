"""JPEGs that no library at hand writes: lossless ones, and files taken apart and put together otherwise."""

import base64
import struct

import numpy as np

from vermilion.pictures.jpeg.segments import DHT, LOSSLESS, SOS, Segment, join_jpeg


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


# 40 x 24 pixels, with chroma of a third of their width (cjpeg -sample 3x1).
ODD_CHROMA = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
    "q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKT/wAARCAAYACgDATEAAhEBAxEB/8QAGQAAAwEBAQAAAAAAAAAAAAAAAgMEAAEF/8QAJhAAAQMDAgUFAAAAAAAAAAAA"
    "AQACAwQREgUTFCEiQVExMnGBkf/EABYBAQEBAAAAAAAAAAAAAAAAAAABAv/EABwRAQABBAMAAAAAAAAAAAAAAAAhAQIRMSIyUf/a"
    "AAwDAQACEQMRAD8AbBWmpODm2RSU4e7AG90io0/YFybXS2OIRFpPEPvfkim0SOP1kH6sm5FFKWT8o7Ao538GcsruHZJ4s6iQH9AH"
    "lS2KZ8F8G2xuAf8Aa8jV2Sl/Q8rLdvXAGCQ6c4uJupZ611TUbnbwuz1WQa2Pp+FNQL6WF+1nmbpuzue7mss0rA//2Q=="
)
