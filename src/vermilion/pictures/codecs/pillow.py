"""The decoders that Pillow may use, under our own limits and without its libraries' output.

`Image.open` has its own limit on pixels, for the whole process. Every caller
here checks its size (`source.check_size`) before its samples are decoded.
"""

import ctypes
import io
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.levels import Samples, levels_of
from vermilion.pictures.source import Source, undecoded

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


FAILURES = (OSError, EOFError, SyntaxError, ValueError, IndexError, TypeError, struct.error)
"""What Pillow's plugins raise at damaged files."""


def levels_by_pillow(source: Source, kind: str, size: tuple[int, int]) -> tuple[Samples, str]:
    """The levels [H, W, 1 to 4] of a file, as Pillow gives them, and its mode.

    Args:
        source: The file.
        kind: Pillow's name of its format.
        size: Height and width that it must have, which are checked already.

    Raises:
        PictureError: It is damaged.
    """
    try:
        with open_with_pillow(source, (kind,)) as image:
            if (image.height, image.width) != size:
                raise ValueError(f"it claims {image.width} x {image.height} pixels as well")
            return image_levels(image), image.mode
    except FAILURES as error:
        raise broken(source.name, error) from error


def broken(name: str, error: Exception) -> PictureError:
    """The error for a file that Pillow recognises but cannot decode."""
    return undecoded(name, str(error))


def image_levels(image: "Image") -> Samples:
    """Levels [H, W, 1 to 4] of the frame that an image of any mode shows."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[..., None]
    if image.mode in ("I", "F"):
        return _wide_levels(np.asarray(image))[..., None]
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        image = image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    kept = {"1": "L", "La": "LA", "RGBa": "RGBA", "PA": "RGBA"}
    mode = kept.get(image.mode, image.mode)
    if mode not in ("L", "LA", "RGB", "RGBA"):
        mode = "RGB"
    pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels if pixels.ndim == 3 else pixels[..., None]


def _wide_levels(pixels: NDArray[Any]) -> Samples:
    """Modes "I" and "F": 0..1 floats, or whole numbers that fit 16 bits (as 16-bit PNGs give)."""
    if pixels.dtype.kind == "f":
        return levels_of(pixels)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise PictureError("a 32-bit image holds numbers beyond 0..65535; convert it to 16 bits")
    return pixels.astype(np.uint16)
