"""The pages of a TIFF (TIFF 6.0), and how the samples of one are stored.

Reduced pictures (thumbnails, steps of a pyramid) and transparency masks stand among the pages of many
files; they are pages of nothing and do not count.
"""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vermilion.errors import PictureError
from vermilion.pictures.metadata.directory import (
    Directory,
    DirectoryReader,
    Entry,
    Layout,
    MalformedDirectoryError,
    parse_layout,
)
from vermilion.pictures.metadata.exif import DESCRIPTIVE_TAGS
from vermilion.pictures.source import Buffer, Source

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_STARTS, SAMPLES, ROWS_PER_STRIP, STRIP_LENGTHS = 273, 277, 278, 279
PLANAR, PREDICTOR, TILE_WIDTH, TILE_LENGTH = 284, 317, 322, 323
TILE_STARTS, TILE_LENGTHS, EXTRA_SAMPLES, SAMPLE_FORMAT = 324, 325, 338, 339
_COLOR_MAP, _JPEG_TABLES, _XMP, _IPTC, _PHOTOSHOP, _ICC = 320, 347, 700, 33723, 34377, 34675
_SUBFILE, _OLD_SUBFILE, _SUB_DIRECTORIES = 254, 255, 330
_RAW_PHOTOMETRICS = (32803, 34892)  # a sensor's mosaic, and linear raw
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2
_ASSOCIATED = 1
_ALPHA = (_ASSOCIATED, 2)  # the other is unassociated; 0 may be anything, infrared for one
_COLORS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 9: 3, 10: 3, 32844: 1, 32845: 3}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MOST_PAGES = 65_535
_MUCH = 8 << 20  # bytes of a page's tags
_SURVEYED = 1 << 10  # bytes of a value that shows whether a directory is a page's
_LONGEST = 1 << 16  # bytes of a value, but for those that may be larger
_LARGE = DESCRIPTIVE_TAGS | {
    *(STRIP_STARTS, STRIP_LENGTHS, TILE_STARTS, TILE_LENGTHS),
    *(_COLOR_MAP, _JPEG_TABLES, _XMP, _IPTC, _PHOTOSHOP, _ICC),
}


@dataclass(frozen=True, slots=True)
class TiffPage:
    """One page.

    Attributes:
        layout: Byte order and kind of the file.
        directory: The page's tags.
        index: Which directory of the file that is, counted from 0.
        pages: How many pages there are.
        is_laden: Whether its tags hold far more than those of most, as the layers of Photoshop; all of it
            lies in the file.
    """

    layout: Layout
    directory: Directory
    index: int
    pages: int
    is_laden: bool = False

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The whole numbers of a tag; none where it is missing or of another type."""
        return _numbers(self.directory.entries.get(tag), self.layout)

    def number(self, tag: int, default: int) -> int:
        """The first number of a tag."""
        return next(iter(self.numbers(tag)), default)

    @property
    def bits(self) -> tuple[int, ...]:
        """Bits of each sample of a pixel."""
        given = self.numbers(BITS) or (1,)
        return given if len(given) > 1 else given * max(1, min(self.samples, 64))

    @property
    def samples(self) -> int:
        """Samples a pixel."""
        return self.number(SAMPLES, 1)

    @property
    def colors(self) -> int:
        """How many samples a pixel are colours or grey; the others are extra."""
        return min(_COLORS.get(self.number(PHOTOMETRIC, 1), self.samples), self.samples)

    @property
    def alpha(self) -> int | None:
        """Which sample, counted from 0, is the transparency."""
        extra = self.numbers(EXTRA_SAMPLES)[: self.samples - self.colors]
        return next((self.colors + place for place, kind in enumerate(extra) if kind in _ALPHA), None)

    @property
    def extras(self) -> int:
        """How many samples of a pixel are neither colour nor transparency."""
        return self.samples - self.colors - (self.alpha is not None)

    @property
    def is_multiplied(self) -> bool:
        """Whether colours are stored multiplied by their transparency."""
        alpha = self.alpha
        return alpha is not None and self.numbers(EXTRA_SAMPLES)[alpha - self.colors] == _ASSOCIATED


def is_tiff(head: bytes) -> bool:
    """Whether the first bytes are those of a TIFF or BigTIFF."""
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def find_page(source: Source, number: int) -> TiffPage | None:
    """A page, counted from 1, or the nearest that there is; None if no directory can be followed.

    Raises:
        PictureError: It is a raw picture of a camera, of which only previews could be read.
    """
    with _opened(source) as data:
        try:
            layout = parse_layout(data)
            found = list(_surveyed(data, layout))
            kept = [index for index, each in enumerate(found) if not each.beside]
            raw = not kept and found[0].has_more  # the whole picture lies in a directory below
            kept = kept or [0]  # the only picture there is, whatever it is called
            index = kept[min(max(number, 1), len(kept)) - 1]
            reader = DirectoryReader(data, layout, _LONGEST, _LARGE)
            directory = reader.read(found[index].offset)
        except MalformedDirectoryError:
            return None
    page = TiffPage(layout, directory, index, len(kept), reader.claimed > _MUCH)
    if raw or page.number(PHOTOMETRIC, 1) in _RAW_PHOTOMETRICS:
        raise PictureError(f"{source.name} is a raw camera file; develop it and save that as TIFF or JPEG")
    return page


@contextmanager
def _opened(source: Source) -> Iterator[Buffer]:
    if source.path is None:
        yield source.given or b""
        return
    with source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a directory stands, whether it is of a page, and whether there are directories below it."""

    offset: int
    beside: bool
    has_more: bool


def _surveyed(data: Buffer, layout: Layout) -> Iterator[_Place]:
    """All directories as far as they can be followed; the first must be sound."""
    reader = DirectoryReader(data, layout, longest=_SURVEYED)
    offset = layout.first
    for number in range(_MOST_PAGES):
        try:
            directory = reader.read(offset)
        except MalformedDirectoryError:
            if number == 0:
                raise
            return
        yield _Place(offset, _is_beside(directory, layout), _SUB_DIRECTORIES in directory.entries)
        offset = directory.next_offset
        if not offset:
            return


def _is_beside(directory: Directory, layout: Layout) -> bool:
    """Whether it is a reduced picture or a mask, which stand beside a page."""
    entries = directory.entries
    kind = next(iter(_numbers(entries.get(_SUBFILE), layout)), 0)
    old = next(iter(_numbers(entries.get(_OLD_SUBFILE), layout)), 0)
    return bool(kind & (_REDUCED | _MASK)) or old == _OLD_REDUCED


def _numbers(entry: Entry | None, layout: Layout) -> tuple[int, ...]:
    code = _CODES.get(entry.type) if entry else None
    if entry is None or code is None:
        return ()
    count = len(entry.value) // struct.calcsize(code)
    return struct.unpack(f"{layout.order}{count}{code}", entry.value[: count * struct.calcsize(code)])
