"""Compares a result's metadata with the metadata that writing it should give."""

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from vermilion.errors import VermilionError
from vermilion.pictures.compare.difference import Difference
from vermilion.pictures.jpeg.xmp import whole_xmp
from vermilion.pictures.levels import Samples
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.painting import Mark, Plane
from vermilion.pictures.provenance.reading import read_mark
from vermilion.pictures.read.head import read_head
from vermilion.pictures.scan import ArrayPixels, Scan
from vermilion.pictures.source import NamedBytes
from vermilion.pictures.write.encode import encode_picture
from vermilion.pictures.write.options import SaveOptions
from vermilion.pictures.xmp.names import INSTANCE
from vermilion.pictures.xmp.packet import XmpPacket
from vermilion.pictures.xmp.walk import MalformedXmpError

_SIDE = 16
_ANY_LOSS = SaveOptions(False, True, True, True)
_NAMES = {
    "exif": "EXIF",
    "iptc": "IPTC",
    "density": "resolution",
    "comments": "comments",
    "png_texts": "texts of a PNG",
    "png_colors": "colour chunks of a PNG",
    "jpeg_segments": "segments of other programs",
}


def compare_metadata(scan: Scan, result: Scan, mark: Mark | None) -> Iterator[Difference]:
    """Yield each difference between the metadata and what writing a result of the scan gives.

    A small grey picture is written with the metadata of the scan and the mark of the result, and read again:
    so whatever a format changes is changed alike.

    Args:
        scan: Of which the result was made.
        result: With its metadata.
        mark: What the result says of its colours.
    """
    try:
        wanted = expected_metadata(scan, result, mark)
    except VermilionError as error:
        yield Difference("metadata", f"the metadata of the scan cannot be written: {str(error).rstrip('.')}")
        return
    found = result.metadata
    if wanted.icc != found.icc:
        yield Difference("profile", _changed("the colour profile", wanted.icc, found.icc))
    for field, name in _NAMES.items():
        before, after = getattr(wanted, field), getattr(found, field)
        if before != after:
            yield Difference("metadata", _changed(name, before, after))
    if wanted.xmp != found.xmp:
        if mark is not None and _instance(wanted) != _instance(found):
            yield Difference(
                "mark", "the mark was made for another scan, or for this one before it was changed"
            )
        else:
            yield Difference("metadata", _changed("XMP", wanted.xmp, found.xmp))


def expected_metadata(scan: Scan, result: Scan, mark: Mark | None) -> Metadata:
    """The metadata that a result of this scan has when it is read again.

    Raises:
        VermilionError: None can be written.
    """
    samples: Samples = np.zeros((_SIDE, _SIDE), np.uint8 if result.depth == 8 else np.uint16)
    small = replace(
        scan, size=samples.shape, depth=result.depth, pixels=ArrayPixels(samples), jpeg=None, source=None
    )
    vars(small)["sha256"] = scan.sha256  # from which comes the name of the instance in XMP
    content = encode_picture(
        small, _Grey(samples, mark), result.format, replace(_ANY_LOSS, mark=mark is not None)
    )
    return read_head(NamedBytes(content, scan.source_name)).metadata


def mark_of(result: Scan) -> Mark | None:
    """The mark of a result."""
    if result.jpeg is not None:
        return read_mark(NamedBytes(result.jpeg, result.source_name))
    return read_mark(result.source.path) if result.source and result.source.path else None


def _instance(metadata: Metadata) -> str:
    """The name of a result, which follows from the hashes of its scan and recipe; empty if there is none."""
    try:
        packet = XmpPacket.parse(whole_xmp(metadata.xmp, metadata.jpeg_segments) or b"")
    except MalformedXmpError:
        return ""
    return packet.properties.get(INSTANCE, "")


def _changed(name: str, before: object, after: object) -> str:
    if not after:
        return f"{name} of the scan is missing"
    return f"{name} differs" if before else f"{name} was added; the scan has none"


class _Grey:
    """A painting without colours."""

    def __init__(self, luma: Samples, mark: Mark | None) -> None:
        self._luma = luma
        self.mark = mark

    def rgb(self) -> Samples:
        return np.repeat(self._luma[..., None], 3, axis=2)

    def rgb_strips(self) -> Generator[Samples, None, None]:
        yield self.rgb()

    def chroma_planes(self, subsampled: bool) -> tuple[Plane, Plane]:  # noqa: FBT001 - as writers ask for it
        side = _SIDE // 2 if subsampled else _SIDE
        plane = np.full((side, side), 128, np.uint8)
        return plane, plane
