"""Rewrites JPEGs without the harmless oddities and left-over bytes that libjpeg warns of."""

import re
from dataclasses import replace

from vermilion.pictures.jpeg.segments import (
    APP0,
    APP2,
    APP14,
    ARITHMETIC,
    BASELINE,
    EXTENDED,
    SOS,
    Frame,
    JpegFile,
    Segment,
    huffman_tables,
    parse_jpeg,
    without_junk,
)

_LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_SEQUENTIAL = frozenset({BASELINE, EXTENDED, ARITHMETIC})
_WHOLE_BLOCK = bytes((0, 63, 0))  # what the end of a sequential scan's header always says
_JFIF, _ADOBE = b"JFIF\0", b"Adobe"


def without_oddities(data: bytes, _: str) -> bytes:
    """The file with what libjpeg assumes where it says something unknown."""
    return without_junk(usual_file(parse_jpeg(data)))


def usual_file(file: JpegFile) -> JpegFile:
    """The segments of the same picture without oddities, and without profiles."""
    frame = file.frame
    kept = (_usual(s, frame) for s in file.segments if s.marker != APP2)  # profiles, parts missing
    return replace(file, segments=tuple(kept))


def _usual(segment: Segment, frame: Frame) -> Segment:
    """The segment with what libjpeg assumes where it says something unknown."""
    payload = segment.payload
    if segment.marker == SOS and frame.process in _SEQUENTIAL:
        return replace(segment, payload=payload[:-3] + _WHOLE_BLOCK)
    if segment.marker == APP0 and payload.startswith(_JFIF) and payload[5:6] != b"\x01":
        return replace(segment, payload=payload[:5] + b"\x01" + payload[6:])
    if segment.marker == APP14 and payload.startswith(_ADOBE) and payload[11:] > b"\x02":
        transform = bytes((1 if len(frame.components) == 3 else 2,))
        return replace(segment, payload=payload[:11] + transform + payload[12:])
    return segment


def without_left_over(data: bytes, reason: str) -> bytes:
    """Leave out the zeros that some cameras write after the last block; anything else there is damage."""
    left_over = _LEFT_OVER.search(reason)
    file = parse_jpeg(data)
    last = file.segments[-1]
    if left_over is None or last.marker != SOS or not 0 < int(left_over[1]) < len(last.coded):
        return data
    end = len(last.coded) - int(left_over[1])
    if any(last.coded[end:]) or _zeros_are_blocks(file, last):
        return data
    kept = replace(last, coded=last.coded[:end])
    return without_junk(replace(file, segments=(*file.segments[:-1], kept)))


def _zeros_are_blocks(file: JpegFile, scan: Segment) -> bool:
    """Whether the Huffman tables of a scan code flat blocks as zeros, so that zeros may be picture."""
    first = {number: symbols[:1] for number, symbols in huffman_tables(file)}  # coded as zeros
    tables = scan.payload[2 : 1 + 2 * scan.payload[0] : 2]
    used = {number for t in tables for number in (t >> 4, 0x10 | (t & 15))}
    return all(symbol[0] & 15 == 0 for number in used if (symbol := first.get(number)))


def ends_in_zeros(coded: bytes) -> bool:
    """Whether entropy-coded data may have zeros behind its last block."""
    return coded.endswith(b"\0") and not coded.endswith(b"\xff\0")  # which stands for 0xFF
