"""The segments of a JPEG file (ITU T.81, annex B), without decoding anything."""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SOI, EOI, SOS, DQT, DHT, DRI, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
APP0, APP1, APP2, APP11, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE
END = bytes((0xFF, EOI))
BASELINE, EXTENDED, PROGRESSIVE, LOSSLESS = 0xC0, 0xC1, 0xC2, 0xC3
ARITHMETIC, ARITHMETIC_PROGRESSIVE = 0xC9, 0xCA
JPEG_LS = 0xF7
_FRAMES = frozenset({*range(0xC0, 0xD0), JPEG_LS}) - {DHT, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# What libjpeg takes for the next marker: it skips all other bytes, stuffed ones and fill bytes.
_MARKER = re.compile(rb"\xff([\x01-\xfe])")
# A marker that ends entropy-coded data: not a stuffed byte, a restart marker or a fill byte.
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


class MalformedJpegError(ValueError):
    """The segments do not add up."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment; for SOS, `coded` is the entropy-coded data that follows."""

    marker: int
    payload: bytes
    coded: bytes = b""

    def to_bytes(self) -> bytes:
        """The segment as it stands in a file."""
        length = struct.pack(">H", len(self.payload) + 2)
        return bytes((0xFF, self.marker)) + length + self.payload + self.coded


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a frame: its id, sampling factors and quantisation table number."""

    id: int
    across: int
    down: int
    table: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame header: coding process (its marker), precision in bits, size in pixels."""

    process: int
    precision: int
    height: int
    width: int
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class JpegFile:
    """A JPEG taken apart.

    Attributes:
        segments: Those before the end of the first image, in order.
        ended: Whether the marker of that end was found.
        junk: Whether bytes that belong to no segment were skipped before the first scan, as
            libjpeg does.
    """

    segments: tuple[Segment, ...]
    ended: bool = True
    junk: bool = False

    @property
    def frame(self) -> Frame:
        """The frame header.

        Raises:
            MalformedJpegError: There is none.
        """
        for segment in self.segments:
            if segment.marker in _FRAMES:
                return _parse_frame(segment)
        raise MalformedJpegError("no frame header")

    def payloads(self, marker: int, signature: bytes = b"") -> Iterator[bytes]:
        """The payloads of all `marker` segments that begin with `signature`, signature removed."""
        for segment in self.segments:
            if segment.marker == marker and segment.payload.startswith(signature):
                yield segment.payload[len(signature) :]

    def quantization_tables(self) -> dict[int, bytes]:
        """Raw DQT entries by table number: the precision byte's high half, then the table."""
        return {number: body for payload in self.payloads(DQT) for number, body in _tables(payload)}


def is_jpeg(head: bytes) -> bool:
    """Whether a file that begins with `head` calls itself a JPEG."""
    return head[:2] == b"\xff\xd8"


def parse_jpeg(data: bytes) -> JpegFile:
    """Take a JPEG apart, up to the end of its first image.

    Raises:
        MalformedJpegError: A segment is cut off, or bytes behind the first scan belong to none.
    """
    segments: list[Segment] = []
    position, junk, scanned = 2, False, False
    while found := _MARKER.search(data, position):
        if skipped := data[position : found.start()].strip(b"\xff"):
            # The marker of a later scan may be lost, so what looks like junk there is picture.
            if scanned:
                raise MalformedJpegError("a marker is missing")
            if segments and _continues_table(segments[-1], skipped):
                raise MalformedJpegError("a quantisation table is too long")
            junk = True
        position, marker = found.end(), found[1][0]
        if marker == EOI:
            return JpegFile(tuple(segments), junk=junk)
        if marker not in _STANDALONE:
            segment, position = _segment_at(data, position, marker)
            segments.append(segment)
            scanned = scanned or marker == SOS
        if marker == JPEG_LS:  # stuffs bits, not bytes: what looks like markers behind it is picture
            break
    return JpegFile(tuple(segments), ended=False, junk=junk)


def _continues_table(segment: Segment, skipped: bytes) -> bool:
    """Whether bytes may be the end of a table before them, into which others have come."""
    end = segment.payload[-32:]
    return segment.marker == DQT and bool(end) and min(end) <= min(skipped) <= max(skipped) <= max(end)


def _segment_at(data: bytes, start: int, marker: int) -> tuple[Segment, int]:
    """The segment whose length stands at `start`, and where the next one is looked for."""
    if start + 2 > len(data):
        raise MalformedJpegError("a segment is cut off")
    end = start + max(2, int(struct.unpack_from(">H", data, start)[0]))
    if end > len(data):
        raise MalformedJpegError("a segment is cut off")
    position = end
    if marker == SOS:
        found = _NEXT_MARKER.search(data, end)
        position = found.start() if found else len(data)
    return Segment(marker, bytes(data[start + 2 : end]), bytes(data[end:position])), position


def _parse_frame(segment: Segment) -> Frame:
    payload = segment.payload
    if len(payload) < 6 or len(payload) < 6 + 3 * payload[5]:
        raise MalformedJpegError("the frame header is cut off")
    precision, height, width, count = struct.unpack_from(">BHHB", payload)
    parts = [payload[6 + 3 * i : 9 + 3 * i] for i in range(count)]
    components = tuple(Component(p[0], p[1] >> 4, p[1] & 15, p[2]) for p in parts)
    return Frame(segment.marker, precision, height, width, components)


def _tables(payload: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(payload):
        head = payload[position]
        length = 129 if head >> 4 else 65
        body = payload[position : position + length]
        if len(body) < length:
            raise MalformedJpegError("a quantisation table is cut off")
        yield head & 15, bytes((head & 0xF0,)) + body[1:]
        position += length


def huffman_tables(file: JpegFile) -> Iterator[tuple[int, bytes]]:
    """Class and number of each Huffman table, and its symbols by the lengths of their codes."""
    for payload in file.payloads(DHT):
        position = 0
        while position + 17 <= len(payload):
            end = position + 17 + sum(payload[position + 1 : position + 17])
            yield payload[position], payload[position + 17 : end]
            position = end


def join_head(segments: Iterable[Segment]) -> bytes:
    """The beginning of a JPEG file: its first marker and these segments."""
    return b"".join([bytes((0xFF, SOI)), *(segment.to_bytes() for segment in segments)])


def join_jpeg(segments: Iterable[Segment]) -> bytes:
    """A whole JPEG file of these segments."""
    return join_head(segments) + END


def without_junk(file: JpegFile) -> bytes:
    """The file again, of its segments alone; what lacks its end still lacks it."""
    return join_head(file.segments) + (END if file.ended else b"")
