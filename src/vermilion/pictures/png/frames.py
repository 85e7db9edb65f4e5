"""Animated PNG (W3C PNG, third edition): how many pictures it holds, and each of them.

libvips reads only the first. Pillow composes the others as they should be shown.
"""

import io
import os
import struct
from collections.abc import Iterator
from typing import IO

from vermilion.errors import PictureError
from vermilion.pictures.codecs.pillow import broken, image_levels, open_with_pillow
from vermilion.pictures.levels import Samples
from vermilion.pictures.png.chunks import SIGNATURE
from vermilion.pictures.source import Source

_DEPTH = 24  # where a PNG tells its bits per sample


def count_frames(source: Source) -> int:
    """How many pictures a PNG holds; the first is the one that still viewers show.

    Frames that are announced and not there do not count.
    """
    announced = found = 0
    in_first: int | None = None  # frames that begin before the samples of the first picture
    with _opened(source) as file:
        for name, start in _chunks(file):
            if name == b"acTL":
                announced = int.from_bytes(start)
            elif name == b"fcTL":
                found += 1
            elif name == b"IDAT" and in_first is None:
                if not announced:
                    return 1
                in_first = found
    return max(1, min(announced, found) + (0 if in_first else 1))


def read_frame(source: Source, number: int) -> Samples:
    """The levels [H, W, 1 to 4] of a later picture, counted from 1, as a viewer shows it.

    Raises:
        PictureError: It is damaged, or has 16 bits per sample.
    """
    if source.head(_DEPTH + 1)[_DEPTH] == 16:  # Pillow would make 8 of most, and cannot blend the rest
        raise PictureError(
            f"{source.name} is an animated PNG with 16 bits per sample, of which only page 1 can be read;"
            " save its pictures as files of their own"
        )
    try:
        with open_with_pillow(source, ("PNG",)) as image:
            image.seek(number - 1)
            return image_levels(image)
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise broken(source.name, error) from error


def _opened(source: Source) -> IO[bytes]:
    return io.BytesIO(source.given or b"") if source.path is None else source.path.open("rb")


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Names of the chunks, each with the first four bytes that follow it."""
    file.seek(len(SIGNATURE))
    while len(head := file.read(12)) == 12:
        length, name, start = struct.unpack(">I4s4s", head)
        yield name, start
        file.seek(length, os.SEEK_CUR)  # less the four bytes that are read, and the checksum's four more
