"""Samples that are decoded already, made a scan: the last step of most readers."""

from dataclasses import dataclass, replace

from vermilion.pictures.arrays import luma_and_alpha
from vermilion.pictures.exif import orientation_of
from vermilion.pictures.luma import Samples
from vermilion.pictures.metadata import Metadata
from vermilion.pictures.options import ReadOptions
from vermilion.pictures.output_colors import OutputColors
from vermilion.pictures.png_color import says_what_codes_mean, space_of
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


def with_colors(metadata: Metadata, *, keeps_profile: bool = True) -> tuple[Metadata, OutputColors]:
    """The metadata of the result, with the profile that it carries, and how chroma is converted for it.

    Args:
        metadata: The scan's; `icc` is its own profile.
        keeps_profile: Whether what the file says of its codes still describes the samples.
    """
    if not keeps_profile:
        return replace(metadata, icc=None, png_colors=()), OutputColors()
    if metadata.png_colors and says_what_codes_mean(metadata.png_colors, has_profile=bool(metadata.icc)):
        found = space_of(metadata.png_colors)
        icc, colors = (None, OutputColors()) if found is None else (found[0], OutputColors(found[1]))
        return replace(metadata, icc=icc, icc_of_png=True), colors
    icc, colors = output_profile(metadata.icc)
    return replace(metadata, icc=icc), colors


def scan_of(decoded: Decoded, source: Source, options: ReadOptions) -> Scan:
    """The page as a scan.

    Raises:
        AlreadyColoredError: It is in real colour.
    """
    luma, alpha = luma_and_alpha(decoded.levels, source.name, options)
    metadata, colors = with_colors(decoded.metadata)
    return Scan(
        size=(luma.shape[0], luma.shape[1]),
        depth=8 * luma.dtype.itemsize,
        orientation=orientation_of(metadata.exif),
        page=options.page,
        pages=decoded.pages,
        metadata=metadata,
        source_name=source.name,
        format=decoded.format,
        colors=colors,
        pixels=ArrayPixels(luma, alpha),
        source=source,
        left_out=decoded.left_out,
    )
