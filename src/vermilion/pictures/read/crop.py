"""The part of a scan that holds a print, as a scan of its own: every grey is the file's."""

from dataclasses import dataclass, replace

import numpy as np

from vermilion.pictures.jpeg.coefficients import can_carry_luma, grey_jpeg, has_luma_component
from vermilion.pictures.jpeg.decode import JpegData
from vermilion.pictures.jpeg.segments import BASELINE, EXTENDED, PROGRESSIVE, parse_jpeg
from vermilion.pictures.metadata.exif import with_pixel_size
from vermilion.pictures.read.jpeg import JpegPixels
from vermilion.pictures.scan import ArrayPixels, Crop, Scan
from vermilion.pictures.source import Source

BLOCK = 8  # pixels of a JPEG's blocks, of which whole ones are taken
Corners = tuple[tuple[float, float], ...]

_INEXACT_JPEG = "its greys are exact in a PNG or TIFF, but in a JPEG only to within a few levels"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows `top` to `bottom` and columns `left` to `right` of a scan, in pixels as the file stores it."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def crop_to_print(scan: Scan, corners: Corners) -> Scan:
    """Take the upright rectangle around a print out of a scan; nothing is resampled.

    Args:
        scan: The whole photo.
        corners: Of the print: shares (x, y) of the photo's stored width and height.

    Returns:
        A scan whose luma is that of the photo, pixel for pixel (from a JPEG: its luma coefficients), and
        whose `crop` says where the print lies. It begins at whole blocks of 8 pixels, in every format alike.
    """
    height, width = scan.size
    points = [(x * width, y * height) for x, y in corners]
    part = part_around(points, scan.size)
    note = f"the print alone was taken: {part.size[1]} x {part.size[0]} of {width} x {height} pixels"
    metadata = scan.metadata
    if metadata.exif is not None:
        metadata = replace(metadata, exif=with_pixel_size(metadata.exif, part.size))
    cropped = replace(
        scan,
        size=part.size,
        metadata=metadata,
        source=scan.source or (Source(scan.source_name, given=scan.jpeg) if scan.jpeg else None),
        left_out=(*scan.left_out, note),
        crop=Crop(tuple((x - part.left, y - part.top) for x, y in points), origin=(part.top, part.left)),
    )
    jpeg = _cropped_jpeg(scan, part) if can_carry_luma() else None
    if jpeg is not None:
        return replace(cropped, jpeg=jpeg.data, pixels=JpegPixels(jpeg))
    if scan.jpeg is not None:
        cropped = replace(cropped, left_out=(*cropped.left_out, _INEXACT_JPEG))
    luma, alpha = scan.luma[part.slices].copy(), scan.alpha
    kept = ArrayPixels(luma, None if alpha is None else alpha[part.slices].copy())
    return replace(cropped, jpeg=None, pixels=kept)


def part_around(points: list[tuple[float, float]], size: tuple[int, int]) -> Part:
    """The least part of a scan of `size` (height, width) with all points in it; it begins at a block."""
    across, down = np.transpose(points)
    top, left = (max(0, int(axis.min()) // BLOCK * BLOCK) for axis in (down, across))
    return Part(top, min(size[0], int(np.ceil(down.max()))), left, min(size[1], int(np.ceil(across.max()))))


def _cropped_jpeg(scan: Scan, part: Part) -> JpegData | None:
    """A part of a JPEG's luma coefficients as a grey JPEG; None if the file has none, or not as a plane."""
    if scan.jpeg is None:
        return None
    file = parse_jpeg(scan.jpeg)
    if file.frame.process not in (BASELINE, EXTENDED, PROGRESSIVE) or not has_luma_component(file):
        return None
    blocks = (
        slice(part.top // BLOCK, -(-part.bottom // BLOCK)),
        slice(part.left // BLOCK, -(-part.right // BLOCK)),
    )
    data = grey_jpeg(file, scan.source_name, blocks, part.size)
    return JpegData(data, parse_jpeg(data).frame, scan.source_name)
