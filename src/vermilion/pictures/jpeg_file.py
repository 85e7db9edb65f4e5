"""The segments of a JPEG file (ITU T.81, annex B), without decoding anything."""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SOI, EOI, SOS, DQT, DHT, DRI, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xFE
APP0, APP1, APP2, APP11, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xEE
END = bytes((0xFF, EOI))
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
_FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
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
    """A JPEG taken apart: the segments before the end of the first image, in order."""

    segments: tuple[Segment, ...]

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
    return head[:3] == b"\xff\xd8\xff"


def parse_jpeg(data: bytes) -> JpegFile:
    """Take a JPEG apart, up to the end of its first image.

    Raises:
        MalformedJpegError: The segments do not add up before the first scan.
    """
    return JpegFile(tuple(_segments(data)))


def _segments(data: bytes) -> Iterator[Segment]:
    position = 2
    while (marker := _marker_at(data, position)) not in (None, EOI):
        start, marker = _skip_fill(data, position)
        if marker in _STANDALONE:
            position = start
            continue
        if start + 2 > len(data):
            raise MalformedJpegError("a segment is cut off")
        end = start + int(struct.unpack_from(">H", data, start)[0])
        if end > len(data) or end < start + 2:
            raise MalformedJpegError("a segment is cut off")
        payload = bytes(data[start + 2 : end])
        position = end
        if marker == SOS:
            found = _NEXT_MARKER.search(data, end)
            position = found.start() if found else len(data)
        yield Segment(marker, payload, bytes(data[end:position]))


def _marker_at(data: bytes, position: int) -> int | None:
    if position + 2 > len(data):
        return None
    if data[position] != 0xFF:
        raise MalformedJpegError("a marker is missing")
    return _skip_fill(data, position)[1]


def _skip_fill(data: bytes, position: int) -> tuple[int, int]:
    """The position after the marker at `position`, and the marker; any number of 0xFF may lead."""
    position += 1
    while position < len(data) - 1 and data[position] == 0xFF:
        position += 1
    return position + 1, data[position]


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


def join_head(segments: Iterable[Segment]) -> bytes:
    """The beginning of a JPEG file: its first marker and these segments."""
    return b"".join([bytes((0xFF, SOI)), *(segment.to_bytes() for segment in segments)])


def join_jpeg(segments: Iterable[Segment]) -> bytes:
    """A whole JPEG file of these segments."""
    return join_head(segments) + END
