"""Samples that are decoded already, made a scan: the last step of most readers."""

from dataclasses import dataclass, replace

from vermilion.pictures.arrays import luma_and_alpha
from vermilion.pictures.exif import orientation_of
from vermilion.pictures.luma import Samples
from vermilion.pictures.metadata import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.profiles import output_profile
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import Source


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as a codec gives it.

    Attributes:
        levels: uint8 or uint16 [H, W, 1 to 4]: grey or RGB, and perhaps alpha.
        metadata: Everything that must survive; `icc` is the scan's own profile.
        format: The name of the file's format.
        pages: How many pages the file has.
        left_out: What of the page is not in `levels`, in words for a person.
    """

    levels: Samples
    metadata: Metadata
    format: str
    pages: int = 1
    left_out: tuple[str, ...] = ()


def scan_of(decoded: Decoded, source: Source, options: ReadOptions) -> Scan:
    """The page as a scan.

    Raises:
        AlreadyColoredError: It is in real colour.
    """
    luma, alpha = luma_and_alpha(decoded.levels, source.name, options)
    icc, colors = output_profile(decoded.metadata.icc)
    return Scan(
        size=(luma.shape[0], luma.shape[1]),
        depth=8 * luma.dtype.itemsize,
        orientation=orientation_of(decoded.metadata.exif),
        page=options.page,
        pages=decoded.pages,
        metadata=replace(decoded.metadata, icc=icc),
        source_name=source.name,
        format=decoded.format,
        colors=colors,
        pixels=ArrayPixels(luma, alpha),
        source=source,
        left_out=decoded.left_out,
    )
