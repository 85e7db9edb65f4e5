"""A JPEG as a scan: its luma is its Y plane, as libjpeg's grey decoding gives it."""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.arrays import only_page
from vermilion.pictures.exif import orientation_of
from vermilion.pictures.jpeg_file import MalformedJpegError, parse_jpeg
from vermilion.pictures.jpeg_metadata import read_metadata
from vermilion.pictures.jpeg_pictures import pictures_of
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.profiles import output_profile
from vermilion.pictures.scan import Samples, Scan, reduce_area
from vermilion.pictures.source import Source, check_size
from vermilion.pictures.toned import SIDE, refuse_real_color

# libjpeg's warnings that leave every sample intact; all others mean damage.
_HARMLESS = re.compile(r"extraneous bytes before marker|Invalid SOS parameters|unknown Adobe", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JpegPixels:
    """Samples of a grey, YCbCr or RGB JPEG, decoded when asked for."""

    data: bytes
    name: str

    def luma(self) -> Samples:
        """Luma at full size."""
        return decode(self.data, self.name, "GRAY")[..., 0]

    def alpha(self) -> None:
        """None: a JPEG holds no transparency."""
        return

    def preview(self, size: tuple[int, int]) -> NDArray[np.float32]:
        """Luma reduced to `size` (h, w): code values float32 [h, w] in 0..1."""
        return reduce_area(decode(self.data, self.name, "GRAY", size)[..., 0], size)


def decode(
    data: bytes, name: str, color_space: str, at_least: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Decode, scaled down by libjpeg as far as twice the size `at_least` allows.

    Returns:
        uint8 [H, W, C].

    Raises:
        PictureError: The data is cut off or damaged.
    """
    smallest = {}
    if at_least is not None:
        smallest = {"min_height": 2 * at_least[0], "min_width": 2 * at_least[1], "min_factor": 1}
    try:
        return _decode(data, color_space, smallest, strict=True)
    except ValueError as error:
        if _HARMLESS.search(str(error)):
            return _decode(data, color_space, smallest, strict=False)
        raise damaged(name, str(error)) from error


def _decode(data: bytes, color_space: str, smallest: dict[str, int], *, strict: bool) -> NDArray[np.uint8]:
    import simplejpeg  # noqa: PLC0415 - `import vermilion` need not wait for it

    decoded: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, color_space, strict=strict, **smallest)
    return decoded


def damaged(name: str, reason: str) -> PictureError:
    """What to tell about a JPEG that libjpeg cannot decode to its end."""
    if "premature end" in reason.lower():
        return PictureError(f"{name} is cut off (the JPEG ends too early); copy or scan it again")
    return PictureError(f"{name} is a damaged JPEG ({reason.strip()}); copy or scan it again")


def read_jpeg(source: Source, options: ReadOptions) -> Scan | None:
    """A grey, YCbCr or RGB JPEG as a scan; None for kinds that libvips must read (CMYK, ...).

    Raises:
        PictureError: It is damaged, too large, or in real colour.
    """
    data = source.read()
    try:
        file = parse_jpeg(data)
        frame = file.frame
    except MalformedJpegError as error:
        raise damaged(source.name, str(error)) from error
    check_size(source.name, frame.height, frame.width, options.max_pixels)
    if frame.precision != 8 or len(frame.components) not in (1, 3):
        return None
    pictures = pictures_of(data, file)
    only_page(options.page, len(pictures), source.name)
    if options.page != 1:
        data = pictures[options.page - 1]
        file = parse_jpeg(data)
    if len(frame.components) == 3 and not options.recolor:
        _refuse_color(data, source.name, (frame.height, frame.width))
    metadata = read_metadata(file)
    icc, colors = output_profile(metadata.icc)
    return Scan(
        size=(frame.height, frame.width),
        depth=8,
        orientation=orientation_of(metadata.exif),
        page=options.page,
        pages=len(pictures),
        metadata=replace(metadata, icc=icc),
        source_name=source.name,
        format="jpeg",
        colors=colors,
        pixels=JpegPixels(data, source.name),
        jpeg=data,
        source=source if options.page != 1 else None,
    )


def _refuse_color(data: bytes, name: str, size: tuple[int, int]) -> None:
    ratio = SIDE / max(size)
    small = (max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio)))
    refuse_real_color(decode(data, name, "RGB", small), name)
