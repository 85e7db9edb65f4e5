"""Metadata of a TIFF page: read from its directory, and written after the samples."""

import struct
from collections.abc import Mapping

from vermilion.pictures.metadata.directory import (
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    SHORT,
    Directory,
    DirectoryReader,
    Entry,
    Layout,
    pack_directory,
    parse_layout,
    swapped,
)
from vermilion.pictures.metadata.exif import (
    DESCRIPTIVE_TAGS,
    ORIENTATION,
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
    density_of,
    exif_of_tiff,
    first_directory,
)
from vermilion.pictures.metadata.iptc import datasets_of, unswapped
from vermilion.pictures.metadata.photoshop import HEAD as PHOTOSHOP_HEAD
from vermilion.pictures.metadata.photoshop import iptc_of, with_iptc, without_thumbnails
from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata
from vermilion.pictures.source import Buffer
from vermilion.pictures.tiff.pages import TiffPage

_DESCRIPTION, _XMP, _IPTC, _PHOTOSHOP, _ICC = 270, 700, 33723, 34377, 34675
_BYTE, _ASCII, _RATIONAL, _UNDEFINED = 1, 2, 5, 7
_UNITS = {DensityUnit.ASPECT: 1, DensityUnit.INCH: 2, DensityUnit.CENTIMETRE: 3}


def tiff_with_metadata(data: Buffer, metadata: Metadata, orientation: int) -> list[Buffer]:
    """A naked one-page TIFF with tags for all that `metadata` holds, as parts in order."""
    layout = parse_layout(data)
    directory = DirectoryReader(data, layout).read(layout.first)
    entries = dict(directory.entries)
    for tag in (X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT):
        entries.pop(tag, None)
    entries |= _blobs(metadata) | _resolution(metadata.density, layout)
    described, children = _from_exif(metadata.exif, layout)
    entries |= described
    entries[ORIENTATION] = Entry(SHORT, 1, struct.pack(layout.order + "H", orientation))
    padding = b"\0" * (-len(data) % 8)
    start = len(data) + len(padding)
    head = 16 if layout.big else 8
    pointer = struct.pack(layout.order + layout.word, start)
    first = bytes(data[: head - len(pointer)]) + pointer
    packed = pack_directory(entries, children, layout, start)
    return [first, memoryview(data)[head:], padding, packed]


def _blobs(metadata: Metadata) -> dict[int, Entry]:
    entries = {}
    if metadata.icc:
        entries[_ICC] = Entry(_UNDEFINED, len(metadata.icc), metadata.icc)
    if metadata.xmp:
        entries[_XMP] = Entry(_BYTE, len(metadata.xmp), metadata.xmp)
    if metadata.iptc:
        entries[_PHOTOSHOP] = Entry(_BYTE, len(metadata.iptc), metadata.iptc)
        records = iptc_of(metadata.iptc)
        if records:
            entries[_IPTC] = Entry(_UNDEFINED, len(records), records)
    if metadata.comments:
        text = b"\n".join(metadata.comments).replace(b"\0", b" ") + b"\0"
        entries[_DESCRIPTION] = Entry(_ASCII, len(text), text)
    return entries


def _resolution(density: Density | None, layout: Layout) -> dict[int, Entry]:
    if density is None or density.says_nothing():
        return {}
    order = layout.order
    across, down = (
        Entry(_RATIONAL, 1, struct.pack(order + "II", min(round(n * 1000), 2**32 - 1), 1000))
        for n in (density.across, density.down)
    )
    unit = Entry(SHORT, 1, struct.pack(order + "H", _UNITS[density.unit]))
    return {X_RESOLUTION: across, Y_RESOLUTION: down, RESOLUTION_UNIT: unit}


def _from_exif(exif: bytes | None, layout: Layout) -> tuple[dict[int, Entry], dict[int, Directory]]:
    """EXIF's descriptive tags and its directories, in the TIFF's byte order."""
    found = first_directory(exif) if exif else None
    if found is None:
        return {}, {}
    order, directory = found[0].order, found[1]
    if order != layout.order:
        directory = swapped(directory)
    described = {t: e for t, e in directory.entries.items() if t in DESCRIPTIVE_TAGS}
    children = {t: c for t, c in directory.children.items() if t in (EXIF_DIRECTORY, GPS_DIRECTORY)}
    return described, children


def metadata_of_tiff(page: TiffPage) -> Metadata:
    """Everything that must survive of a page; `icc` is the scan's own profile."""
    entries = page.directory.entries
    values = {tag: entries[tag].value for tag in (_XMP, _ICC) if tag in entries}
    return Metadata(
        exif=exif_of_tiff(page.layout, page.directory),
        xmp=values.get(_XMP) or None,
        iptc=_iptc_of_tiff(entries),
        icc=values.get(_ICC) or None,
        density=density_of(page.layout, page.directory),
    )


def _iptc_of_tiff(entries: Mapping[int, Entry]) -> bytes | None:
    """Resources with the IPTC of both its places: Photoshop's block, and a tag of its own."""
    resources = entries[_PHOTOSHOP].value if _PHOTOSHOP in entries else b""
    resources = without_thumbnails(resources.removeprefix(PHOTOSHOP_HEAD))
    if _IPTC not in entries:
        return resources or None
    records = unswapped(entries[_IPTC].value)
    return with_iptc(resources, b"".join(dataset.to_bytes() for dataset in datasets_of(records))) or None
