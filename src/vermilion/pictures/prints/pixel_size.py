"""The size in pixels that EXIF tells, corrected for a picture that was cropped."""

import struct

from vermilion.pictures.exif import first_directory
from vermilion.pictures.tiff_directory import EXIF_DIRECTORY, LONG, SHORT, DirectoryReader

_WIDTH_TAGS, _HEIGHT_TAGS = frozenset({256, 40962}), frozenset({257, 40963})


def with_pixel_size(exif: bytes, size: tuple[int, int]) -> bytes:
    """An EXIF blob that tells another size (height, width), where it tells one; nothing else moves."""
    found = first_directory(exif)
    if found is None or found[0].big:
        return exif
    layout, directory = found
    changed = bytearray(exif)
    starts = [layout.first]
    if EXIF_DIRECTORY in directory.children:
        child = DirectoryReader(b"", layout).number(directory.entries[EXIF_DIRECTORY])
        starts += [child] if child is not None else []
    for start in starts:
        (count,) = struct.unpack_from(layout.order + "H", exif, start)
        for position in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(layout.order + "HHI", exif, position)
            side = size[1] if tag in _WIDTH_TAGS else size[0] if tag in _HEIGHT_TAGS else None
            if side is None or values != 1 or kind not in (SHORT, LONG):
                continue
            code = layout.order + ("H" if kind == SHORT else "I")
            struct.pack_into(code, changed, position + 8, min(side, 65535) if kind == SHORT else side)
    return bytes(changed)
