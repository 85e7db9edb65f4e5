"""Reading: whatever a caller gives becomes a scan."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.arrays import read_array
from vermilion.pictures.heic_scan import read_heic
from vermilion.pictures.jpeg2000_scan import read_jpeg2000
from vermilion.pictures.jpeg_file import is_jpeg
from vermilion.pictures.jpeg_scan import read_jpeg
from vermilion.pictures.jxl_scan import read_jpeg_xl
from vermilion.pictures.kinds import HEAD, HEIC, JPEG_2000, JPEG_XL, PNM, kind_of, refuse_unread
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.pillow_scan import read_image, read_with_pillow
from vermilion.pictures.pnm_scan import read_pnm
from vermilion.pictures.psd_scan import is_psd, read_psd
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import NamedBytes, Openable, Source, UnopenedError, open_source
from vermilion.pictures.tiff_pages import is_tiff
from vermilion.pictures.tiff_scan import read_tiff

if TYPE_CHECKING:
    from PIL.Image import Image

    Readable = str | Path | bytes | NamedBytes | NDArray[Any] | Image

_DEFAULTS = ReadOptions()


def read_scan(source: "Readable", options: ReadOptions = _DEFAULTS) -> Scan:
    """Read one page of a scan; luma is decoded when first asked for.

    Args:
        source: A path, the bytes of a file, with a name for messages or without, an array (see
            `arrays.read_array`) or a PIL image.
        options: Page, limits, and whether a picture in real colour is welcome.

    Raises:
        PictureError: It cannot be read, for a reason that the message names with its cure.
        AlreadyColoredError: It is in real colour already.
    """
    if isinstance(source, np.ndarray):
        return read_array(source, options)
    if isinstance(source, Openable):
        return _with_likely_density(_read_file(source, options))
    if hasattr(source, "getexif") and hasattr(source, "mode"):
        return _with_likely_density(read_image(source, options))
    raise PictureError(
        f"a {type(source).__name__} is no picture; give a path, bytes, a NumPy array or a PIL image"
    )


def _read_file(source: Openable, options: ReadOptions) -> Scan:
    opened = open_source(source)
    if is_jpeg(opened.head(2)):
        return read_jpeg(opened, options)
    head = opened.head(HEAD)
    refuse_unread(head, opened.name)
    if is_psd(head):
        return read_psd(opened, options)
    kind = kind_of(head)
    reader = read_tiff if is_tiff(head) else _READERS.get(kind) if kind else None
    scan = reader(opened, options) if reader else None
    if scan is not None:
        return scan
    from vermilion.pictures.vips_scan import read_with_vips  # noqa: PLC0415 - only what is used

    try:
        return read_with_vips(opened, options)
    except UnopenedError:
        scan = None if is_tiff(head) else read_with_pillow(opened, options)
        if scan is None:
            raise
        return scan


_READERS: dict[str, Callable[[Source, ReadOptions], Scan | None]] = {
    HEIC: read_heic,
    JPEG_2000: read_jpeg2000,
    JPEG_XL: read_jpeg_xl,
    PNM: read_pnm,
}


def _with_likely_density(scan: Scan) -> Scan:
    density = scan.metadata.density
    limited = density and density.within_limits()
    if limited == density or limited is None:
        return scan
    note = f"its resolution is beyond what files can tell and was limited to {limited.across:,.0f}"
    return replace(scan, metadata=replace(scan.metadata, density=limited), left_out=(*scan.left_out, note))
