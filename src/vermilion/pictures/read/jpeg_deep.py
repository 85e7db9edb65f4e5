"""JPEGs with other than 8 bits per sample (12 bits, and lossless ones), by imagecodecs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.codecs import extra
from vermilion.pictures.decoded import Page, greys_of, only_page, scan_of
from vermilion.pictures.jpeg.decode import JpegData, decode, refused
from vermilion.pictures.jpeg.metadata import read_metadata
from vermilion.pictures.jpeg.segments import JpegFile, is_jpeg, without_junk
from vermilion.pictures.levels import levels_of_bits
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # tables and an extension lie between them
_SCAN = 0xDA
_MOST_SEGMENTS = 1000


def read_deep_jpeg(source: Source, file: JpegFile, options: ReadOptions) -> Scan:
    """A grey or colour JPEG of 2 to 16 bits as a scan of 8 or 16 bits; its coefficients cannot be carried on.

    Args:
        source: Where it is; its size is checked already.
        file: Its segments.
        options: How to read it.

    Raises:
        PictureError: It is damaged, in real colour, of a kind that is not read, or imagecodecs is missing.
    """
    frame = file.frame
    called = f"a JPEG with {frame.precision} bits per sample"
    codecs = extra.load(extra.IMAGECODECS, source.name, called)
    only_page(options.page, 1, source.name)
    if not 2 <= frame.precision <= 16 or len(frame.components) not in (1, 3):
        raise PictureError(f"{source.name} is {called} in inks; save it as TIFF")
    _refuse_damage(file, source.name)
    try:
        values: NDArray[np.uint16] = codecs.jpeg_decode(without_junk(file))
    except (RuntimeError, ValueError, OSError) as error:
        raise refused(source.name, str(error)) from error
    values = values[..., None] if values.ndim == 2 else values
    values = np.minimum(values, (1 << frame.precision) - 1).astype(np.uint16)
    levels = levels_of_bits(values, frame.precision)
    page = Page(read_metadata(file), "jpeg")
    return scan_of(greys_of(levels, source.name, options), page, source)


def _refuse_damage(file: JpegFile, name: str) -> None:
    """Have the same bits decoded strictly as if they made 8-bit samples: imagecodecs reports no damage.

    The codes of the coefficients, or of a lossless JPEG's differences, are the same for every depth.
    """
    shallow = [
        replace(each, payload=b"\x08" + each.payload[1:]) if each.marker == file.frame.process else each
        for each in file.segments
    ]
    data = without_junk(replace(file, segments=tuple(shallow)))
    decode(JpegData(data, replace(file.frame, precision=8), name), "GRAY")


def is_deep_jpeg(path: Path) -> bool:
    """Whether a file is a JPEG of more than 8 bits that can be read here, whose result no JPEG holds."""
    if not extra.has(extra.IMAGECODECS):
        return False
    try:
        return _bits(path) > 8
    except OSError:  # which is reported when its turn comes
        return False


def _bits(path: Path) -> int:
    """Bits a sample by the frame header; 8 where there is none."""
    with path.open("rb") as file:
        if not is_jpeg(file.read(2)):
            return 8
        for _ in range(_MOST_SEGMENTS):
            head = file.read(5)
            if len(head) < 5 or head[0] != 0xFF or head[1] == _SCAN:
                return 8
            if head[1] in _FRAMES:
                return head[4]
            file.seek(int.from_bytes(head[2:4]) - 3, 1)
    return 8
