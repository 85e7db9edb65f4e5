"""Reads a file's provenance."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, cast

from vermilion.errors import PictureError
from vermilion.pictures.jpeg.xmp import whole_xmp
from vermilion.pictures.options import DEFAULT_MAX_PIXELS, ReadOptions
from vermilion.pictures.painting import Mark
from vermilion.pictures.provenance.credentials import holds_credentials, read_credentials
from vermilion.pictures.provenance.marks import OURS, SCAN_TYPE, SYSTEM, SYSTEM_VERSION, TOOL, TYPE
from vermilion.pictures.read.head import read_head
from vermilion.pictures.read.scans import read_scan
from vermilion.pictures.source import Openable, open_source
from vermilion.pictures.xmp import damaged as damaged_xmp
from vermilion.pictures.xmp.packet import XmpPacket
from vermilion.pictures.xmp.walk import MalformedXmpError

if TYPE_CHECKING:
    from vermilion.pictures.read.scans import Readable

PRESENT = "C2PA manifest, not verified"
"""What is said of credentials that nobody looked into."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance that a file states; empty texts where it states nothing.

    Attributes:
        source_type: IPTC's term for how the picture was made.
        scan_source_type: what the scan had said there, before vermilion coloured it.
        tool: the first tool that made the file.
        system: name and version of the AI system that took part.
        mark: what vermilion wrote, or None.
        credentials: who signed the C2PA manifest, and whether the file was altered since.
    """

    source_type: str = ""
    scan_source_type: str = ""
    tool: str = ""
    system: str = ""
    mark: Mark | None = None
    credentials: str = ""


def read_provenance(
    source: "Readable", *, verify: bool = True, max_pixels: int = DEFAULT_MAX_PIXELS
) -> Provenance:
    """The provenance that a file states.

    Args:
        source: a path, or the bytes of a file.
        verify: whether credentials are read; if not, they are only said to be there, and damaged XMP says
            nothing.
        max_pixels: the most that the file may claim.

    Raises:
        PictureError: it is not a picture, or its XMP is damaged.
    """
    if not verify:
        return _unverified(source, max_pixels)
    scan = read_scan(source, ReadOptions(recolor=True, max_pixels=max_pixels))
    content = scan.jpeg or (scan.source.read() if scan.source else b"")
    try:
        said = _said(whole_xmp(scan.metadata.xmp, scan.metadata.jpeg_segments) or b"")
    except MalformedXmpError as error:
        raise PictureError(
            f"{scan.source_name} has damaged XMP ({error}); repair it, for instance with exiftool"
        ) from error
    return _provenance(said, read_credentials(content, scan.format))


def _unverified(source: "Readable", max_pixels: int) -> Provenance:
    content = open_source(cast("Openable", source)).read()
    metadata = read_head(source, max_pixels=max_pixels).metadata
    try:
        said = _said(whole_xmp(metadata.xmp, metadata.jpeg_segments) or b"")
    except MalformedXmpError:
        said = {}
    return _provenance(said, PRESENT if holds_credentials(content) else "")


def _provenance(said: Mapping[str, str], credentials: str) -> Provenance:
    return Provenance(
        source_type=said.get(TYPE, ""),
        scan_source_type=said.get(SCAN_TYPE, ""),
        tool=said.get(TOOL, ""),
        system=" ".join(filter(None, (said.get(SYSTEM), said.get(SYSTEM_VERSION)))),
        mark=_mark_of(said),
        credentials=credentials,
    )


def read_mark(source: "Readable", max_pixels: int = DEFAULT_MAX_PIXELS) -> Mark | None:
    """The mark that vermilion wrote into a file, or None: quick, because only metadata are read.

    Args:
        source: a path, or the bytes of a file.
        max_pixels: the most pixels that it may claim.

    Raises:
        PictureError: it is not a picture.
    """
    metadata = read_head(source, max_pixels=max_pixels).metadata
    try:
        return _mark_of(_said(whole_xmp(metadata.xmp, metadata.jpeg_segments) or b""))
    except MalformedXmpError:
        return None


def _said(xmp: bytes) -> Mapping[str, str]:
    try:
        return XmpPacket.parse(xmp).properties
    except MalformedXmpError:
        return damaged_xmp.own_properties(xmp)


def _mark_of(said: Mapping[str, str]) -> Mark | None:
    if not any(name in said for name in OURS.values()):
        return None
    return Mark(**{field.name: said.get(OURS[field.name], "") for field in fields(Mark)})
