"""Where the colours of a picture come from, entries in its XMP in the words of IPTC, and read back."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from vermilion.errors import OutputError, PictureError
from vermilion.pictures import damaged_xmp
from vermilion.pictures.credentials import read_credentials
from vermilion.pictures.jpeg_xmp import is_extension, whole_xmp
from vermilion.pictures.mark import SOURCE_TYPE, Mark
from vermilion.pictures.metadata import Metadata
from vermilion.pictures.options import DEFAULT_MAX_PIXELS, ReadOptions
from vermilion.pictures.xmp import MalformedXmpError, XmpPacket
from vermilion.pictures.xmp_names import INSTANCE, NAMESPACES, outdated

if TYPE_CHECKING:
    from vermilion.pictures.read import Readable

_TYPE = "Iptc4xmpExt:DigitalSourceType"
_SYSTEM, _SYSTEM_VERSION = "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed"
_TOOL = "xmp:CreatorTool"  # by its definition the first tool, so that of a scanner stays
_SCAN_TYPE = "vermilion:ScanDigitalSourceType"
_PROGRAM = "vermilion"


_OURS = {
    "version": "vermilion:Version",
    "model": "vermilion:Model",
    "model_hash": "vermilion:ModelHash",
    "recipe_hash": "vermilion:RecipeHash",
    "options_hash": "vermilion:OptionsHash",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a file says of where it comes from; empty texts where it says nothing.

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


def result_metadata(
    metadata: Metadata, kind: str, mark: Mark | None, name: str, scan_hash: str = ""
) -> Metadata:
    """What the result carries: the scan's metadata, with a mark where one is wanted.

    Whatever the scan's XMP said stays, but for what holds for the scan's file alone: its instance, its grey
    coding, and pictures or films behind it. The digital source type is replaced, as a picture can have but
    one: the scan's own is kept beside it under a name of ours.

    Args:
        metadata: the scan's.
        kind: format of the result; only a JPEG needs an extension for much XMP.
        mark: what to tell, or None.
        name: of the scan, for the message.
        scan_hash: SHA-256 of the scan, from which with the recipe's comes the name of this instance.

    Raises:
        OutputError: the scan's XMP is damaged, so that nothing can be added safely.
    """
    whole = whole_xmp(metadata.xmp, metadata.jpeg_segments)
    if mark is None:
        return _unmarked(metadata, whole, apart=kind == "jpeg")
    own = _own_properties(mark) | {INSTANCE: _instance(scan_hash, mark)}
    try:
        packet = XmpPacket.parse(whole)
        properties = _properties(mark, packet.properties) | own
        return _edited(metadata, packet, properties, apart=kind == "jpeg")
    except MalformedXmpError:
        pass
    try:
        return replace(metadata, xmp=damaged_xmp.with_properties(metadata.xmp or b"", own))
    except MalformedXmpError as error:
        raise OutputError(
            f"{name} carries damaged XMP ({error}), into which no mark can be put without loss;"
            " repair it, or leave the mark out with mark=False (--no-mark)"
        ) from error


def _instance(scan_hash: str, mark: Mark) -> str:
    """A name for the result that is the same whenever it is made anew (RFC 9562, version 5)."""
    return uuid5(UUID(NAMESPACES["vermilion"][9:45]), f"{scan_hash} {mark.recipe_hash}").urn[4:]


def _unmarked(metadata: Metadata, whole: bytes | None, *, apart: bool) -> Metadata:
    """The metadata without what no longer holds; a packet that no parser accepts stays as it is."""
    try:
        packet = XmpPacket.parse(whole)
        if outdated(packet.properties):
            return _edited(metadata, packet, {}, apart=apart)
    except MalformedXmpError:
        pass
    return metadata if apart else replace(metadata, xmp=whole)


def _edited(metadata: Metadata, whole: XmpPacket, added: Mapping[str, str], *, apart: bool) -> Metadata:
    """The metadata with properties; `apart` leaves an extension as it is, unless it would contradict."""
    dropped = outdated(whole.properties)
    packet = XmpPacket.parse(metadata.xmp)
    in_extension = whole.properties.keys() - packet.properties.keys()
    if apart and not in_extension & (added.keys() | dropped):
        return replace(metadata, xmp=packet.with_properties(added, dropped))
    kept = tuple(segment for segment in metadata.jpeg_segments if not is_extension(segment))
    return replace(metadata, xmp=whole.with_properties(added, dropped), jpeg_segments=kept)


def _properties(mark: Mark, said: Mapping[str, str]) -> dict[str, str]:
    """The properties to write, given what the packet says already."""
    properties = {}
    if _TOOL not in said:
        properties[_TOOL] = f"{_PROGRAM} {mark.version}"
    if said.get(_SYSTEM, _PROGRAM) == _PROGRAM:
        properties |= {_SYSTEM: _PROGRAM, _SYSTEM_VERSION: mark.version}
    properties |= _own_properties(mark)
    scan_type = said.get(_SCAN_TYPE, "") if _OURS["version"] in said else said.get(_TYPE, "")
    return properties | ({_SCAN_TYPE: scan_type} if scan_type else {})


def _own_properties(mark: Mark) -> dict[str, str]:
    """The properties that are written whatever the scan says."""
    entries = {name: getattr(mark, key) for key, name in _OURS.items()}
    return {_TYPE: SOURCE_TYPE} | {name: value for name, value in entries.items() if value}


def read_provenance(source: "Readable") -> Provenance:
    """What a file says of where it comes from.

    Args:
        source: a path, or the bytes of a file.

    Raises:
        PictureError: it is no picture, or its XMP is damaged.
    """
    from vermilion.pictures.read import read_scan  # noqa: PLC0415 - which reads what is written with marks

    scan = read_scan(source, ReadOptions(recolor=True))
    content = scan.jpeg or (scan.source.read() if scan.source else b"")
    try:
        said = _said(whole_xmp(scan.metadata.xmp, scan.metadata.jpeg_segments) or b"")
    except MalformedXmpError as error:
        raise PictureError(
            f"{scan.source_name} carries damaged XMP ({error}); repair it, for instance with exiftool"
        ) from error
    return Provenance(
        source_type=said.get(_TYPE, ""),
        scan_source_type=said.get(_SCAN_TYPE, ""),
        tool=said.get(_TOOL, ""),
        system=" ".join(filter(None, (said.get(_SYSTEM), said.get(_SYSTEM_VERSION)))),
        mark=_mark_of(said),
        credentials=read_credentials(content, scan.format),
    )


def read_mark(source: "Readable", max_pixels: int = DEFAULT_MAX_PIXELS) -> Mark | None:
    """What vermilion wrote into a file, or None: quick, as nothing but metadata is looked at.

    Args:
        source: a path, or the bytes of a file.
        max_pixels: the most pixels that it may claim.

    Raises:
        PictureError: it is no picture.
    """
    from vermilion.pictures.head import read_head  # noqa: PLC0415 - which reads what is written with marks

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
    if not any(name in said for name in _OURS.values()):
        return None
    return Mark(**{field.name: said.get(_OURS[field.name], "") for field in fields(Mark)})
