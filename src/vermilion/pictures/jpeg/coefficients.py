"""A colour JPEG's luma coefficients as a grey JPEG, bit for bit, by jpeglib."""

import threading
from functools import cache
from pathlib import Path

import numpy as np

from vermilion.errors import OutputError
from vermilion.leftovers import scratch_prefix, sweep
from vermilion.pictures.jpeg.segments import (
    APP0,
    APP14,
    COM,
    JpegFile,
    join_jpeg,
)

# jpeglib keeps the library that it has loaded in a global, and takes 0.2 GB for 12 megapixels.
# Of the libraries that it brings, libjpeg-turbo is the quickest: 0.18 s against 0.30 s for 6b.
_ONE_AT_A_TIME = threading.Lock()
_LIBRARY = "turbo210"


def can_carry_luma() -> bool:
    """Whether jpeglib is installed: it has no wheel for Linux on ARM."""
    from importlib.util import find_spec  # noqa: PLC0415 - rarely needed, as are those below

    return find_spec("jpeglib") is not None


def grey_jpeg(
    file: JpegFile,
    name: str,
    blocks: tuple[slice, slice] = (slice(None), slice(None)),
    size: tuple[int, int] | None = None,
) -> bytes:
    """The Y component alone, or a part of it: the same coefficients, the same quantisation table.

    Args:
        file: A YCbCr JPEG that libjpeg has decoded without complaint before.
        name: The scan's name for the message.
        blocks: Rows and columns of the blocks of 8 x 8 pixels that are wanted.
        size: Height and width of that part in pixels; None for those of the file.

    Raises:
        OutputError: jpeglib cannot read it.
    """
    import tempfile  # noqa: PLC0415

    import jpeglib  # noqa: PLC0415 - only a JPEG stored in colour needs it

    _sweep_once(Path(tempfile.gettempdir()))

    # Markers are left out: jpeglib would copy them byte by byte.
    bare = join_jpeg(s for s in file.segments if not 0xE0 <= s.marker <= 0xEF and s.marker != COM)
    with (
        _ONE_AT_A_TIME,
        jpeglib.version(_LIBRARY),
        tempfile.TemporaryDirectory(prefix=scratch_prefix()) as folder,
    ):
        scan, grey = Path(folder, "scan.jpg"), Path(folder, "grey.jpg")
        try:
            scan.write_bytes(bare)
            colored = jpeglib.read_dct(str(scan))
            luma = np.ascontiguousarray(colored.Y[blocks])
            table = colored.qt[colored.quant_tbl_no[0]]
            writer = jpeglib.from_dct(luma, qt=table[None], quant_tbl_no=[0])
            writer.height, writer.width = size or (file.frame.height, file.frame.width)
            writer.write_dct(str(grey))
            return grey.read_bytes()
        except (OSError, RuntimeError, ValueError) as error:
            raise OutputError(
                f"the luma of {name} cannot be carried over ({error}); save it as PNG or TIFF"
            ) from error


@cache
def _sweep_once(folder: Path) -> None:
    """Remove the scratch folders that killed runs left."""
    sweep(folder)


def has_luma_component(file: JpegFile) -> bool:
    """Whether the first component is luma at full size, by libjpeg's own rules."""
    components = file.frame.components
    if len(components) == 1:
        return True
    first = components[0]
    if len(components) != 3 or any(c.across > first.across or c.down > first.down for c in components):
        return False
    if any(file.payloads(APP0, b"JFIF\0")):
        return True
    for adobe in file.payloads(APP14, b"Adobe"):
        return len(adobe) > 6 and adobe[6] == 1
    return bytes(c.id for c in components) != b"RGB"
