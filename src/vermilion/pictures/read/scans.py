"""Reading: turns whatever a caller gives into a scan."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError, PrintOnColorError
from vermilion.pictures.codecs.vips import TIFF, decoder_of
from vermilion.pictures.decoded import read_array
from vermilion.pictures.jpeg.segments import is_jpeg
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.read.jpeg import read_jpeg
from vermilion.pictures.read.kinds import (
    HEAD,
    HEIC,
    JPEG_2000,
    JPEG_XL,
    PHOTOSHOP,
    PNM,
    kind_of,
    refuse_unread,
)
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import NamedBytes, NamedFile, Openable, Source, UnopenedError, open_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    Readable = str | Path | bytes | NamedBytes | NamedFile | NDArray[Any] | Image

_DEFAULTS = ReadOptions()


def read_scan(source: "Readable", options: ReadOptions = _DEFAULTS) -> Scan:
    """Read one page of a scan; luma is decoded when first asked for.

    Args:
        source: A path, the bytes of a file, with a name for messages or without, an array (see
            `decoded.read_array`) or a PIL image.
        options: Page, limits, and whether a picture in real colour is welcome.

    Raises:
        PictureError: It cannot be read, for a reason that the message names with its cure.
        AlreadyColoredError: It is in real colour already.
        PrintOnColorError: So it is, but for a print; `options.crop_print` would take that.
    """
    try:
        return _read(source, options)
    except PrintOnColorError as found:
        if not options.crop_print:
            raise
        from vermilion.pictures.read.crop import crop_to_print  # noqa: PLC0415 - only what is used

        return crop_to_print(_read(source, replace(options, recolor=True, crop_print=False)), found.corners)


def _read(source: "Readable", options: ReadOptions) -> Scan:
    if isinstance(source, np.ndarray):
        return read_array(source, options)
    if isinstance(source, Openable):
        return _with_likely_density(_read_file(source, options))
    if hasattr(source, "getexif") and hasattr(source, "mode"):
        from vermilion.pictures.read.pillow import read_image  # noqa: PLC0415 - only what is used

        return _with_likely_density(read_image(source, options))
    raise PictureError(
        f"a {type(source).__name__} is not a picture; give a path, bytes, a NumPy array or a PIL image"
    )


def _read_file(source: Openable, options: ReadOptions) -> Scan:
    opened = open_source(source)
    if is_jpeg(opened.head(2)):
        return read_jpeg(opened, options)
    head = opened.head(HEAD)
    refuse_unread(head, opened.name)
    reader = _reader_of(head)
    scan = reader(opened, options) if reader else None
    if scan is not None:
        return scan
    from vermilion.pictures.read.vips import read_with_vips  # noqa: PLC0415 - only what is used

    try:
        return read_with_vips(opened, options)
    except UnopenedError:
        from vermilion.pictures.read.pillow import read_with_pillow  # noqa: PLC0415

        scan = None if decoder_of(head) == TIFF else read_with_pillow(opened, options)
        if scan is None:
            raise
        return scan


def _reader_of(head: bytes) -> "Callable[[Source, ReadOptions], Scan | None] | None":
    """What reads a file of a kind with a reader of its own; only that is imported."""
    kind = kind_of(head)
    if decoder_of(head) == TIFF:
        from vermilion.pictures.read.tiff import read_tiff  # noqa: PLC0415

        return read_tiff
    if kind == PHOTOSHOP:
        from vermilion.pictures.read.rare.psd import read_psd as reader  # noqa: PLC0415
    elif kind == HEIC:
        from vermilion.pictures.read.rare.heic import read_heic as reader  # noqa: PLC0415
    elif kind == JPEG_2000:
        from vermilion.pictures.read.rare.jpeg2000 import read_jpeg2000 as reader  # noqa: PLC0415
    elif kind == JPEG_XL:
        from vermilion.pictures.read.rare.jxl import read_jpeg_xl as reader  # noqa: PLC0415
    elif kind == PNM:
        from vermilion.pictures.read.rare.pnm import read_pnm  # noqa: PLC0415

        return read_pnm
    else:
        return None
    return reader


def _with_likely_density(scan: Scan) -> Scan:
    density = scan.metadata.density
    limited = density and density.within_limits()
    if limited == density or limited is None:
        return scan
    note = f"its resolution is more than files can hold, so it was limited to {limited.across:,.0f}"
    return replace(scan, metadata=replace(scan.metadata, density=limited), left_out=(*scan.left_out, note))
