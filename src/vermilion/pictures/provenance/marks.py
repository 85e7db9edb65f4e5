"""Marks: entries in a picture's XMP, in IPTC's terms, that say where its colours come from."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid5

from vermilion.errors import OutputError
from vermilion.pictures.jpeg.xmp import is_extension, whole_xmp
from vermilion.pictures.metadata.values import Metadata
from vermilion.pictures.painting import SOURCE_TYPE, Mark
from vermilion.pictures.xmp import damaged as damaged_xmp
from vermilion.pictures.xmp.names import INSTANCE, NAMESPACES, outdated
from vermilion.pictures.xmp.packet import XmpPacket
from vermilion.pictures.xmp.walk import MalformedXmpError

TYPE = "Iptc4xmpExt:DigitalSourceType"
SYSTEM, SYSTEM_VERSION = "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed"
TOOL = "xmp:CreatorTool"  # by its definition the first tool, so that of a scanner stays
SCAN_TYPE = "vermilion:ScanDigitalSourceType"
_PROGRAM = "vermilion"
OURS = {
    "version": "vermilion:Version",
    "model": "vermilion:Model",
    "model_hash": "vermilion:ModelHash",
    "recipe_hash": "vermilion:RecipeHash",
    "options_hash": "vermilion:OptionsHash",
    "colors_from": "vermilion:ColorsFrom",
    "colors_from_type": "vermilion:ColorsFromDigitalSourceType",
    "colors_from_credentials": "vermilion:ColorsFromCredentials",
}


def result_metadata(
    metadata: Metadata, kind: str, mark: Mark | None, name: str, scan_hash: str = ""
) -> Metadata:
    """The metadata of a result: the scan's, with a mark if one is wanted.

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
            f"{name} has damaged XMP ({error}), to which no mark can be added without loss;"
            " repair it, or leave the mark out with mark=False (--no-mark)"
        ) from error


def _instance(scan_hash: str, mark: Mark) -> str:
    """A name for the result that is the same whenever it is made again (RFC 9562, version 5)."""
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
    if TOOL not in said:
        properties[TOOL] = f"{_PROGRAM} {mark.version}"
    if said.get(SYSTEM, _PROGRAM) == _PROGRAM:
        properties |= {SYSTEM: _PROGRAM, SYSTEM_VERSION: mark.version}
    properties |= _own_properties(mark)
    scan_type = said.get(SCAN_TYPE, "") if OURS["version"] in said else said.get(TYPE, "")
    return properties | ({SCAN_TYPE: scan_type} if scan_type else {})


def _own_properties(mark: Mark) -> dict[str, str]:
    """The properties that are written whatever the scan says."""
    entries = {name: getattr(mark, key) for key, name in OURS.items()}
    return {TYPE: SOURCE_TYPE} | {name: value for name, value in entries.items() if value}
