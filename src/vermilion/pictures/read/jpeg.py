"""A JPEG as a scan: its luma is its Y plane, as libjpeg's grey decoding gives it."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.decoded import only_page, with_colors
from vermilion.pictures.jpeg.decode import JpegData, check_coding, decode, eighths_for, open_jpeg, refused
from vermilion.pictures.jpeg.metadata import damaged_profile, read_metadata
from vermilion.pictures.jpeg.multi import pictures_of
from vermilion.pictures.jpeg.segments import (
    BASELINE,
    EXTENDED,
    LOSSLESS,
    PROGRESSIVE,
    SOS,
    Frame,
    JpegFile,
    MalformedJpegError,
    huffman_tables,
    parse_jpeg,
)
from vermilion.pictures.levels import Samples
from vermilion.pictures.metadata.exif import orientation_of
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.prints.refuse import refuse_real_color
from vermilion.pictures.prints.toned import SIDE
from vermilion.pictures.read.jpeg_deep import read_deep_jpeg
from vermilion.pictures.scan import Scan
from vermilion.pictures.source import Source, check_size
from vermilion.tone import reduce_finely, reduce_to_bytes

# The fewest bits that code a block of 64 samples: its mean (one bit) and its end (one bit), which a
# progressive scan codes for many blocks at once. Arithmetic coding has no such limit.
_BITS_A_BLOCK = {BASELINE: 2, EXTENDED: 2, PROGRESSIVE: 1, LOSSLESS: 64}
# Each takes a walk over the whole picture; libjpeg's own scripts have ten, the finest of others some thirty.
_MOST_SCANS = 100
_ANY_PRECISION = frozenset({EXTENDED, PROGRESSIVE, LOSSLESS})


@dataclass(frozen=True, slots=True)
class JpegPixels:
    """Samples of a grey, YCbCr or RGB JPEG, decoded when asked for.

    The last reduced decode is kept: the network and the search for frames often look at the same one.
    """

    jpeg: JpegData
    _kept: dict[int, Samples] = field(default_factory=dict, repr=False, compare=False)

    def luma(self) -> Samples:
        """Luma at full size."""
        kept = self._kept.get(8)
        return decode(self.jpeg, "GRAY")[..., 0] if kept is None else kept

    def alpha(self) -> None:
        """None: a JPEG holds no transparency."""
        return

    def preview(self, size: tuple[int, int], like: tuple[int, int] | None = None) -> NDArray[np.float32]:
        """Luma reduced to `size` (h, w), decoded as for `like`: code values float32 [h, w] in 0..1."""
        return reduce_finely(self._scaled(like or size), size)

    def rough(self, size: tuple[int, int], like: tuple[int, int] | None = None) -> NDArray[np.uint8]:
        """Luma reduced to `size` (h, w), decoded as for `like`, in whole levels of 8 bits."""
        return reduce_to_bytes(self._scaled(like or size), size)

    def means(self, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """The means of its blocks, without those beyond the picture, if they are at least twice `size`."""
        if self.jpeg.odd_chroma or eighths_for(self.jpeg, size) > 1:
            return None
        full = self.jpeg.frame.height, self.jpeg.frame.width
        height, width = (max(1, round(side / 8)) for side in full)
        return np.ascontiguousarray(self._scaled(size)[:height, :width], np.uint8)

    def _scaled(self, size: tuple[int, int]) -> Samples:
        """Luma scaled down by libjpeg as far as twice the size allows."""
        if self.jpeg.odd_chroma:  # which Pillow scales, by halves
            return decode(self.jpeg, "GRAY", size)[..., 0]
        eighths = eighths_for(self.jpeg, size)
        kept = self._kept.get(eighths)
        if kept is None:
            kept = decode(self.jpeg, "GRAY", size)[..., 0]
            self._kept.clear()
            self._kept[eighths] = kept
        return kept


def read_jpeg(source: Source, options: ReadOptions) -> Scan:
    """One picture of a JPEG as a scan.

    Raises:
        PictureError: It is damaged, too large, of a kind that is not read, or in real colour.
    """
    data = source.read()
    file, frame = _parse(data, source.name)
    check_size(source.name, frame.height, frame.width, options.max_pixels)
    if frame.precision != 8 and frame.process in _ANY_PRECISION:
        return read_deep_jpeg(source, file, options)
    check_coding(frame, source.name)
    pictures = pictures_of(data, file)
    only_page(options.page, len(pictures), source.name)
    if options.page != 1:
        data = pictures[options.page - 1]
        file, frame = _parse(data, source.name)
        check_coding(frame, source.name)
    _check_content(file, frame, source.name)
    jpeg = open_jpeg(data, file, source.name)
    left_out = ("its colour profile is damaged and was left out",) if damaged_profile(file) else ()
    if len(frame.components) == 4:
        return replace(_read_inks(jpeg, options), source=source, left_out=left_out)
    if len(frame.components) == 3 and options.looks_at_color:
        _refuse_color(jpeg, options)
    metadata, colors = with_colors(read_metadata(file))
    return Scan(
        size=(frame.height, frame.width),
        depth=8,
        orientation=orientation_of(metadata.exif),
        page=options.page,
        pages=len(pictures),
        metadata=metadata,
        source_name=source.name,
        format="jpeg",
        colors=colors,
        pixels=JpegPixels(jpeg),
        jpeg=data,
        source=source if options.page != 1 else None,
        left_out=left_out,
    )


def sound_jpeg(source: Source, max_pixels: int) -> JpegData:
    """The first picture of a JPEG, checked for damage, for decoders that report less of it.

    Raises:
        PictureError: It is damaged, too large, or of a kind that libjpeg does not decode.
    """
    data = source.read()
    file, frame = _parse(data, source.name)
    check_size(source.name, frame.height, frame.width, max_pixels)
    check_coding(frame, source.name)
    _check_content(file, frame, source.name)
    jpeg = open_jpeg(data, file, source.name)
    decode(jpeg, "CMYK" if len(frame.components) == 4 else "GRAY", (1, 1))
    return jpeg


def _parse(data: bytes, name: str) -> tuple[JpegFile, Frame]:
    try:
        file = parse_jpeg(data)
        frame = file.frame
    except MalformedJpegError as error:
        raise refused(name, str(error)) from error
    return file, frame


def _check_content(file: JpegFile, frame: Frame, name: str) -> None:
    """Refuse a file that lacks a component, or has too few bytes for the pixels that it claims."""
    scans = [segment.payload for segment in file.segments if segment.marker == SOS]
    if len(scans) > _MOST_SCANS:
        raise refused(name, f"{len(scans):,} scans over one picture, which take ages")
    coded = {number for scan in scans for number in _components_of(scan)}
    if any(component.id not in coded for component in frame.components):
        raise refused(name, "a component is missing")
    if any(len({*symbols}) < len(symbols) for _, symbols in huffman_tables(file)):
        raise refused(name, "a Huffman table holds a symbol twice")
    length = sum(len(segment.coded) for segment in file.segments)
    blocks = frame.width * frame.height / 64
    if 8 * length < _BITS_A_BLOCK.get(frame.process, 0) * blocks:
        raise refused(
            name, f"{length:,} bytes cannot hold the {frame.width:,} x {frame.height:,} pixels that it claims"
        )


def _components_of(scan: bytes) -> bytes:
    """The ids of the components that a scan holds, by its header."""
    return scan[1 : 1 + 2 * scan[0] : 2] if scan else b""


def _read_inks(jpeg: JpegData, options: ReadOptions) -> Scan:
    """CMYK is converted by libvips, which does not report damage, so libjpeg decodes it first."""
    from vermilion.pictures.read.vips import read_with_vips  # noqa: PLC0415 - rarely needed

    decode(jpeg, "CMYK", (1, 1))
    return read_with_vips(Source(jpeg.name, given=jpeg.data), replace(options, page=1))


def _refuse_color(jpeg: JpegData, options: ReadOptions) -> None:
    size = jpeg.frame.height, jpeg.frame.width
    ratio = SIDE / max(size)
    small = (max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio)))
    refuse_real_color(decode(jpeg, "RGB", small), jpeg.name, options)
