"""EXIF: reads its orientation, removes its thumbnail, and makes EXIF of a TIFF's own tags."""

import struct

from vermilion.pictures.metadata.directory import (
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    INTEROP_DIRECTORY,
    LONG,
    SHORT,
    Directory,
    DirectoryReader,
    Entry,
    Layout,
    MalformedDirectoryError,
    pack_directory,
    parse_layout,
)
from vermilion.pictures.metadata.values import Density, DensityUnit
from vermilion.pictures.source import Buffer

ORIENTATION = 274
_THUMBNAIL_START, _THUMBNAIL_LENGTH = 513, 514
_STRIP_STARTS, _STRIP_LENGTHS = 273, 279
# Where an aerial photograph lies on the Earth: OGC's GeoTIFF 1.1, and what GDAL adds to it.
GEO_TAGS = frozenset({33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113})
# Tags of a TIFF page that say something of the photograph, not of how its samples are stored.
DESCRIPTIVE_TAGS = frozenset(
    {269, 270, 271, 272, 285, 305, 306, 315, 316, 33432, 18246, 18249, 40091, 40092, 40093}
    | {40094, 40095, ORIENTATION}
    | GEO_TAGS
)
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
_UNITS = {1: DensityUnit.ASPECT, 2: DensityUnit.INCH, 3: DensityUnit.CENTIMETRE}


def first_directory(exif: Buffer) -> tuple[Layout, Directory] | None:
    """The first directory of an EXIF blob or TIFF file, or None if it is malformed."""
    try:
        layout = parse_layout(exif)
        return layout, DirectoryReader(exif, layout).read(layout.first)
    except MalformedDirectoryError:
        return None


def orientation_of(exif: Buffer | None) -> int:
    """EXIF orientation 1..8; 1 where there is none or it makes no sense."""
    found = first_directory(exif) if exif else None
    if found is None:
        return 1
    layout, directory = found
    entry = directory.entries.get(ORIENTATION)
    number = DirectoryReader(b"", layout).number(entry) if entry else None
    return number if number is not None and 1 <= number <= 8 else 1


def density_of_exif(exif: bytes) -> Density | None:
    """Pixels a unit by an EXIF blob."""
    found = first_directory(exif) if exif else None
    return density_of(*found) if found else None


def density_of(layout: Layout, directory: Directory) -> Density | None:
    """Pixels a unit by a directory's resolution tags."""
    across, down = (_ratio(layout, directory.entries.get(t)) for t in (X_RESOLUTION, Y_RESOLUTION))
    entry = directory.entries.get(RESOLUTION_UNIT)
    unit = _UNITS.get(DirectoryReader(b"", layout).number(entry) or 2 if entry else 2)
    if not across or not down or unit is None:
        return None
    return Density(across, down, unit)


def _ratio(layout: Layout, entry: Entry | None) -> float | None:
    if entry is None or entry.type != 5 or len(entry.value) < 8:
        return None
    above, below = struct.unpack_from(layout.order + "II", entry.value)
    return round(above / below, 3) if below else None


def without_thumbnail(exif: bytes) -> bytes:
    """The blob without its second directory (IFD1) and the thumbnail that it points to.

    All other bytes stay where they are, as maker notes point into the blob by position: the link
    is cut, the thumbnail's bytes are zeroed, and what then lies unused at the end is cut off.
    A blob whose first directory nobody can read becomes empty.
    """
    found = first_directory(exif)
    if found is None:
        return b""
    if not found[1].next_offset:
        return exif
    layout, directory = found
    cleaned = bytearray(exif)
    width = struct.calcsize(layout.word)
    cleaned[directory.next_position : directory.next_position + width] = bytes(width)
    for start, length in _thumbnail_ranges(exif, layout, directory.next_offset):
        cleaned[start : start + length] = bytes(len(cleaned[start : start + length]))
    return bytes(cleaned[: max(directory.extent, len(cleaned.rstrip(b"\0")))])


def _thumbnail_ranges(exif: bytes, layout: Layout, offset: int) -> list[tuple[int, int]]:
    reader = DirectoryReader(exif, layout)
    try:
        thumbnail = reader.read(offset)
    except MalformedDirectoryError:
        return []
    ranges = [(offset, thumbnail.next_position - offset)]
    for start_tag, length_tag in (
        (_THUMBNAIL_START, _THUMBNAIL_LENGTH),
        (_STRIP_STARTS, _STRIP_LENGTHS),
    ):
        entries = thumbnail.entries
        if start_tag in entries and length_tag in entries:
            start = reader.number(entries[start_tag])
            length = reader.number(entries[length_tag])
            if start is not None and length is not None:
                ranges.append((start, length))
    return ranges


def upright(exif: bytes) -> bytes:
    """The blob with orientation 1, for pictures that their decoder turns; all else stays where it is."""
    found = first_directory(exif)
    if found is None or ORIENTATION not in found[1].entries:
        return exif
    order, first = found[0].order, found[0].first
    patched = bytearray(exif)
    for position in range(first + 2, found[1].next_position, 12):
        if struct.unpack_from(order + "H", exif, position)[0] == ORIENTATION:
            struct.pack_into(order + "HIHH", patched, position + 2, SHORT, 1, 1, 0)
    return bytes(patched)


def exif_of_tiff(layout: Layout, directory: Directory) -> bytes | None:
    """The descriptive tags, EXIF and GPS of a TIFF page as an EXIF blob; None if there are none."""
    kept = {tag: entry for tag, entry in directory.entries.items() if tag in DESCRIPTIVE_TAGS}
    children = {
        tag: child for tag, child in directory.children.items() if tag in (EXIF_DIRECTORY, GPS_DIRECTORY)
    }
    upright = ORIENTATION not in kept or DirectoryReader(b"", layout).number(kept[ORIENTATION]) in (0, 1)
    if not children and kept.keys() <= {ORIENTATION} and upright:
        return None
    small = Layout(layout.order, False)
    magic = b"II*\0" if layout.order == "<" else b"MM\0*"
    start = struct.pack(layout.order + "I", 8)
    return magic + start + pack_directory(_classic(kept), _classic_children(children), small, 8)


def _classic(entries: dict[int, Entry]) -> dict[int, Entry]:
    """Only entries whose type exists outside BigTIFF."""
    return {tag: entry for tag, entry in entries.items() if entry.type < 14}


def _classic_children(children: dict[int, Directory]) -> dict[int, Directory]:
    return {
        tag: Directory(
            _classic(dict(child.entries)),
            _classic_children({t: c for t, c in child.children.items() if t == INTEROP_DIRECTORY}),
            0,
            0,
            0,
        )
        for tag, child in children.items()
    }


_WIDTH_TAGS, _HEIGHT_TAGS = frozenset({256, 40962}), frozenset({257, 40963})


def with_pixel_size(exif: bytes, size: tuple[int, int]) -> bytes:
    """An EXIF blob with another size (height, width), if it has one; nothing else moves."""
    found = first_directory(exif)
    if found is None or found[0].big:
        return exif
    layout, directory = found
    changed = bytearray(exif)
    starts = [layout.first]
    if EXIF_DIRECTORY in directory.children:
        child = DirectoryReader(b"", layout).number(directory.entries[EXIF_DIRECTORY])
        starts += [child] if child is not None else []
    for start in starts:
        (count,) = struct.unpack_from(layout.order + "H", exif, start)
        for position in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(layout.order + "HHI", exif, position)
            side = size[1] if tag in _WIDTH_TAGS else size[0] if tag in _HEIGHT_TAGS else None
            if side is None or values != 1 or kind not in (SHORT, LONG):
                continue
            code = layout.order + ("H" if kind == SHORT else "I")
            struct.pack_into(code, changed, position + 8, min(side, 65535) if kind == SHORT else side)
    return bytes(changed)
