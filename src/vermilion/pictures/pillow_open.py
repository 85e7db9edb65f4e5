"""The decoders that Pillow may use, and that under our own limits and without its libraries' chatter.

`Image.open` has a limit on pixels of its own, which is one for the whole process; whoever opens a picture
here checks its size (`source.check_size`) before its samples are decoded.
"""

import ctypes
import io
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import IO, TYPE_CHECKING

from vermilion.pictures.source import Source

if TYPE_CHECKING:
    from PIL.Image import Image

_HEAD = 16  # bytes by which Pillow's plugins tell their own files


@contextmanager
def open_with_pillow(source: Source, formats: Sequence[str]) -> "Iterator[Image]":
    """Open a file with the first of Pillow's decoders of these names that takes it.

    Raises:
        UnidentifiedImageError: none does; it is an OSError of Pillow's.
        OSError, EOFError, SyntaxError, ValueError: it is damaged.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - rarely needed

    _silence_libtiff()
    Image.preinit()
    if any(name not in Image.OPEN for name in formats):
        Image.init()
    with (
        warnings.catch_warnings(action="ignore"),  # of tags, on stderr
        io.BytesIO(source.given or b"") if source.path is None else source.path.open("rb") as file,
    ):
        image = next(filter(None, (_opened(file, name) for name in formats)), None)
        if image is None:
            raise UnidentifiedImageError(f"{source.name} is not of a known format")
        with image:
            yield image


def _opened(file: IO[bytes], name: str) -> "Image | None":
    """The picture in a file by one decoder, or None, as `Image.open` finds it out."""
    from PIL import Image  # noqa: PLC0415

    factory, accept = Image.OPEN[name]
    file.seek(0)
    taken = accept is None or accept(file.read(_HEAD))
    if not taken or isinstance(taken, str):  # a text says what the decoder lacks
        return None
    file.seek(0)
    try:
        return factory(file, "")
    except (SyntaxError, IndexError, TypeError, struct.error):
        return None


@cache
def _silence_libtiff() -> None:
    """Keep Pillow's libtiff from writing to stderr what Pillow raises as errors anyway."""
    from PIL import _imaging  # noqa: PLC0415

    with suppress(OSError, AttributeError):  # built without libtiff, or with its names hidden
        library = ctypes.CDLL(_imaging.__file__)
        library.TIFFSetErrorHandler(None)
        library.TIFFSetWarningHandler(None)
