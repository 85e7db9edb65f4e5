"""JPEGs with other than 8 bits a sample (12 bits, and lossless ones), by imagecodecs."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures import extra
from vermilion.pictures.arrays import only_page
from vermilion.pictures.decoded import Decoded, scan_of
from vermilion.pictures.jpeg_decode import JpegData, decode, refused
from vermilion.pictures.jpeg_file import JpegFile, without_junk
from vermilion.pictures.jpeg_metadata import read_metadata
from vermilion.pictures.luma import levels_of_bits
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source


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
    called = f"a JPEG with {frame.precision} bits a sample"
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
    return scan_of(
        Decoded(levels_of_bits(values, frame.precision), read_metadata(file), "jpeg"), source, options
    )


def _refuse_damage(file: JpegFile, name: str) -> None:
    """Have the same bits decoded strictly as if they made 8-bit samples: imagecodecs tells of no damage.

    The codes of the coefficients, or of a lossless JPEG's differences, are the same for every depth.
    """
    shallow = [
        replace(each, payload=b"\x08" + each.payload[1:]) if each.marker == file.frame.process else each
        for each in file.segments
    ]
    data = without_junk(replace(file, segments=tuple(shallow)))
    decode(JpegData(data, replace(file.frame, precision=8), name), "GRAY")
