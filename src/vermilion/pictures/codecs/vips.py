"""libvips, loaded when the first picture needs it, and its allowed decoders, by a file's first bytes.

By itself it would try a dozen more, among them text matrices, its own dumps and SVG, a few hundred bytes
of which draw for minutes. Only a call for one decoder leaves the others out without changing libvips for the
rest of the process.
"""

import logging
import os
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from vermilion.errors import SettingsError
from vermilion.pictures.source import DamagedError, Source, UnopenedError, undecoded

VipsImage = Any  # pyvips ships no types

TIFF = "tiff"
_SIGNATURES = (
    (b"\xff\xd8", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),  # BigTIFF
    (b"MM\0+", TIFF),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_HEIF_BRANDS = frozenset(
    {b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
)
HEAD = 16
"""First bytes of a file that tell its decoder."""

_with_threads: set[int] = set()  # numbers of the processes, this one or those it was forked from


@cache
def load_vips() -> ModuleType:
    """The pyvips module: silent on stderr, and without memory of files that may change."""
    # Its warnings arrive as Python log records, which Python prints unless there is a handler.
    logging.getLogger("pyvips").addHandler(logging.NullHandler())
    import pyvips  # noqa: PLC0415 - a twentieth of a second that a JPEG need not wait for

    pyvips.cache_set_max(0)
    module: ModuleType = pyvips
    return module


def load_vips_with_threads() -> ModuleType:
    """The pyvips module for work that its threads do: whatever makes a whole picture at once.

    Reading regions needs none. A fork carries the threads over by name only: libvips in the child would wait
    for them for ever, so it is refused there.

    Raises:
        SettingsError: this process was forked from one in which libvips had started its threads.
    """
    pyvips = load_vips()
    _with_threads.add(os.getpid())
    if len(_with_threads) > 1:
        _with_threads.discard(os.getpid())
        raise SettingsError(
            "This process was forked after libvips had started its threads, which no fork carries over; fork "
            "before the first picture is made, or start processes by multiprocessing's spawn or forkserver."
        )
    return pyvips


def decoder_of(head: bytes) -> str | None:
    """The name of the decoder for a file that begins with these `HEAD` bytes; None where none may be used."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "heif"
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def open_with_vips(source: Source, **choices: int | str) -> VipsImage:
    """Open a file with the decoder for its first bytes, strictly; `choices` are libvips's own options.

    Raises:
        UnopenedError: its format is not one that libvips may decode here, or its head is damaged.
    """
    kind = decoder_of(source.head(HEAD))
    if kind is None:
        raise UnopenedError(f"{source.name} is not a picture in a known format; save it as JPEG, PNG or TIFF")
    vips = load_vips()
    # libtiff only warns of missing or damaged tiles; libjpeg warns of much that is harmless.
    choices = {"fail_on": "warning" if kind == TIFF else "error", **choices}
    try:
        if source.path is not None and _is_utf8(source.path):
            return getattr(vips.Image, f"{kind}load")(str(source.path), **choices)
        return getattr(vips.Image, f"{kind}load_buffer")(source.read(), **choices)
    except vips.Error as error:
        raise UnopenedError(str(broken(source.name, str(error)))) from error


def format_of(image: VipsImage) -> str:
    """The name of the format from which libvips decodes an image, as in "png" or "heif"."""
    return str(image.get("vips-loader")).removesuffix("_buffer").removesuffix("load")


def _is_utf8(path: Path) -> bool:
    """Whether libvips takes the name: Python writes bytes that are no UTF-8 as halves of surrogate pairs."""
    return not any("\ud800" <= letter <= "\udfff" for letter in str(path))


def broken(name: str, reason: str) -> DamagedError:
    """The error for a file that libvips recognises but cannot decode."""
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("unable to")]  # libvips's own call, not why
    detail = lines[-1] if lines else "its samples do not decode"
    return undecoded(name, detail)
