"""TIFF directories, of which EXIF is made: reads, inspects and rewrites them.

Nothing is trusted here: a directory that points outside its data raises
`MalformedDirectoryError`, loops end, and sizes are checked before anything is read.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from vermilion.pictures.source import Buffer

EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY = 34665, 34853, 40965
_POINTERS = frozenset({EXIF_DIRECTORY, GPS_DIRECTORY, INTEROP_DIRECTORY})
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_BIG_SIZES = {16: 8, 17: 8, 18: 8}
SHORT, LONG = 3, 4
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class MalformedDirectoryError(ValueError):
    """A directory that points outside its data, or is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag's value: TIFF type, count, and its bytes in the file's byte order."""

    type: int
    count: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory: entries by tag, sub-directories by their pointer tag, where the next one is.

    `extent` is the position after the last byte that it or a sub-directory uses.
    """

    entries: Mapping[int, Entry]
    children: Mapping[int, "Directory"]
    next_offset: int
    next_position: int
    extent: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a TIFF structure is written: byte order ("<" or ">"), and whether it is BigTIFF."""

    order: str
    big: bool
    first: int = 0

    @property
    def word(self) -> str:
        """The struct code of an offset."""
        return "Q" if self.big else "I"


@dataclass(slots=True)
class DirectoryReader:
    """Reads directories out of one TIFF structure.

    Directories and values that lie over each other, so that they come to more than the data, are refused.

    Attributes:
        data: the structure.
        layout: how it is written.
        longest: bytes beyond which values outside sub-directories are passed over; None reads all. Whole
            pictures may lie in some.
        large: the tags whose values may be longer.
        claimed: bytes of all values of the directory that was read last, those passed over among them.
    """

    data: Buffer
    layout: Layout
    longest: int | None = None
    large: frozenset[int] = frozenset()
    claimed: int = 0
    _seen: set[int] = field(default_factory=set)
    _read: int = 0

    def read(self, offset: int, *, below: bool = False) -> Directory:
        """The directory at `offset`, with sub-directories of EXIF; `below` says that it is one of them."""
        if offset in self._seen:
            raise MalformedDirectoryError("directories form a loop")
        self._seen.add(offset)
        self.claimed = self.claimed if below else 0
        big, word = self.layout.big, self.layout.word
        (count,) = self._unpack("Q" if big else "H", offset)
        start, step = offset + (8 if big else 2), 20 if big else 12
        if count > 4096:
            raise MalformedDirectoryError("a directory claims too many entries")
        self._read += count
        if self._read * step > len(memoryview(self.data)):
            raise MalformedDirectoryError("directories lie over each other")
        entries: dict[int, Entry] = {}
        next_position = start + count * step
        extent = next_position + struct.calcsize(word)
        for position in range(start, next_position, step):
            tag, entry, end = self._entry(position, None if below else self.longest)
            if entry is not None:
                entries[tag] = entry
            extent = max(extent, end)
        (next_offset,) = self._unpack(word, next_position)
        children = self._children(entries)
        extent = max([extent, *(child.extent for child in children.values())])
        return Directory(entries, children, next_offset, next_position, extent)

    def _children(self, entries: Mapping[int, Entry]) -> dict[int, Directory]:
        children = {}
        for tag in _POINTERS & entries.keys():
            offset = self.number(entries[tag])
            if offset is not None:
                try:
                    children[tag] = self.read(offset, below=True)
                except MalformedDirectoryError:
                    continue  # a broken sub-directory costs itself, not the whole
        return children

    def _entry(self, position: int, longest: int | None) -> tuple[int, Entry | None, int]:
        word = self.layout.word
        tag, kind, count = self._unpack("HH" + word, position)
        inline = struct.calcsize(word)
        sizes = _SIZES | _BIG_SIZES if self.layout.big else _SIZES
        length = sizes.get(kind, 1) * count
        start = position + 4 + inline
        if length > inline:
            (start,) = self._unpack(word, start)
        view = memoryview(self.data)
        if start + length > len(view):
            raise MalformedDirectoryError(f"tag {tag} points outside the data")
        end = start + length if length > inline else 0
        self.claimed += length
        if self.claimed > len(view):
            raise MalformedDirectoryError("values lie over each other")
        if longest is not None and length > longest and tag not in self.large:
            return tag, None, end
        return tag, Entry(kind, count, bytes(view[start : start + length])), end

    def _unpack(self, code: str, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self.layout.order + code, self.data, offset)
        except struct.error as error:
            raise MalformedDirectoryError("a directory is cut off") from error

    def number(self, entry: Entry) -> int | None:
        """The first value of an entry of whole numbers, else None."""
        code = _NUMBERS.get(entry.type)
        if code is None or entry.count < 1:
            return None
        return int(struct.unpack_from(self.layout.order + code, entry.value)[0])


def parse_layout(data: Buffer) -> Layout:
    """Byte order, kind and first directory of a TIFF structure.

    Raises:
        MalformedDirectoryError: It is none.
    """
    head = bytes(memoryview(data)[:16])
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        raise MalformedDirectoryError("not a TIFF structure")
    (magic,) = struct.unpack_from(order + "H", head, 2)
    if magic == 43 and len(head) == 16:
        return Layout(order, True, struct.unpack_from(order + "Q", head, 8)[0])
    if magic != 42:
        raise MalformedDirectoryError("not a TIFF structure")
    return Layout(order, False, struct.unpack_from(order + "I", head, 4)[0])


def pack_directory(
    entries: Mapping[int, Entry],
    children: Mapping[int, Directory],
    layout: Layout,
    offset: int,
) -> bytes:
    """A directory for position `offset` (even), its values and sub-directories right behind it.

    Entries keep their bytes: they must be in the byte order of `layout`.
    """
    order, word = layout.order, layout.word
    inline = struct.calcsize(word)
    tags = sorted((entries.keys() - _POINTERS) | children.keys())
    table = 2 + 12 * len(tags) + 4 if not layout.big else 8 + 20 * len(tags) + 8
    position = offset + table
    head = struct.pack(order + ("Q" if layout.big else "H"), len(tags))
    tail = b""
    for tag in tags:
        if tag in children:
            child = children[tag]
            block = pack_directory(child.entries, child.children, layout, position)
            kind, count, value = (16 if layout.big else LONG), 1, b""
        else:
            entry = entries[tag]
            kind, count, value, block = entry.type, entry.count, entry.value, entry.value
        head += struct.pack(order + "HH" + word, tag, kind, count)
        if tag not in children and len(value) <= inline:
            head += value.ljust(inline, b"\0")
            continue
        head += struct.pack(order + word, position)
        block += b"\0" * (len(block) % 2)
        tail += block
        position += len(block)
    return head + struct.pack(order + word, 0) + tail


def swapped(directory: Directory) -> Directory:
    """The same directory in the other byte order; opaque bytes (maker notes) stay as they are."""
    entries = {
        tag: Entry(entry.type, entry.count, _swapped_value(entry)) for tag, entry in directory.entries.items()
    }
    children = {tag: swapped(child) for tag, child in directory.children.items()}
    return Directory(entries, children, 0, 0, 0)


def _swapped_value(entry: Entry) -> bytes:
    width = {3: 2, 8: 2, 4: 4, 5: 4, 9: 4, 10: 4, 11: 4, 13: 4, 12: 8, 16: 8, 17: 8, 18: 8}.get(entry.type, 1)
    value = entry.value
    return b"".join(value[i : i + width][::-1] for i in range(0, len(value), width))
