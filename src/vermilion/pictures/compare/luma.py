"""Luma of a scan and of its result: samples, or the coefficients of JPEGs."""

from dataclasses import dataclass

import numpy as np

from vermilion.errors import OutputError
from vermilion.pictures.compare.difference import Difference
from vermilion.pictures.jpeg.coefficients import can_carry_luma, grey_jpeg, has_luma_component
from vermilion.pictures.jpeg.decode import decode, open_jpeg
from vermilion.pictures.jpeg.segments import DHT, DRI, SOS, JpegFile, Segment, parse_jpeg
from vermilion.pictures.levels import Samples
from vermilion.pictures.scan import Scan
from vermilion.pictures.write.jpeg import carries_luma, luma_jpeg
from vermilion.pictures.write.options import SaveOptions
from vermilion.tone import to_eight_bits

SAMPLES, COEFFICIENTS, ENCODED_ANEW = "samples", "coefficients", "encoded anew"
_ANY = SaveOptions(allow_inexact=True)


@dataclass(frozen=True, slots=True)
class LumaFound:
    """The comparison of the luma of a pair.

    Attributes:
        by: what was compared: "samples", "coefficients", or "encoded anew" where a JPEG was made of a scan
            without coefficients to carry, and its luma is what our encoder makes of the scan.
        difference: the difference, or None.
    """

    by: str
    difference: Difference | None = None


def compare_luma(scan: Scan, result: Scan) -> LumaFound:
    """Compare the luma of a scan and its result, which have the same size.

    Raises:
        PictureError: one of them cannot be decoded to its end.
    """
    if result.jpeg is None:
        return LumaFound(SAMPLES, differing_samples(scan.luma, result.luma))
    file = parse_jpeg(result.jpeg)
    decode(open_jpeg(result.jpeg, file, result.source_name), "RGB")  # its chroma may be damaged, too
    by = COEFFICIENTS if carries_luma(scan) else ENCODED_ANEW
    try:
        expected, _ = luma_jpeg(scan, _ANY)
    except OutputError as error:
        return LumaFound(by, Difference("luma", f"luma cannot be compared: {error}"))
    if luma_of(expected) == luma_of(file):
        return LumaFound(by)
    if by == COEFFICIENTS and can_carry_luma() and _same_coefficients(scan, expected, file):
        return LumaFound(by)
    differing = differing_samples(scan.luma, result.luma)
    unseen = Difference("luma", "luma coefficients differ, though no pixel does")
    return LumaFound(by, differing or unseen)


def luma_of(file: JpegFile) -> tuple[bytes, list[tuple[int, bytes, bytes]]]:
    """All that decides the luma of a JPEG whose first component has scans of its own, before all others.

    Returns:
        Its quantisation table, and marker, payload and coded data of each segment, whatever the component is
        called.
    """
    first = file.frame.components[0]
    found: list[Segment] = []
    wanted = 0
    for segment in file.segments:
        if segment.marker in (DHT, DRI, SOS):
            found.append(segment)
            if segment.marker == SOS and segment.payload[:2] == bytes((1, first.id)):
                wanted = len(found)
    table = file.quantization_tables().get(first.table, b"")
    return table[1:], [_plain(segment) for segment in found[:wanted]]


def _plain(segment: Segment) -> tuple[int, bytes, bytes]:
    """A segment without the name of its component."""
    payload = segment.payload
    if segment.marker == SOS:
        payload = payload[:1] + payload[2:]
    return segment.marker, payload, segment.coded


def _same_coefficients(scan: Scan, expected: JpegFile, found: JpegFile) -> bool:
    """Whether two files that are coded otherwise hold the same luma, as one may have been rewritten."""
    if not has_luma_component(found):
        return False
    try:
        return grey_jpeg(expected, scan.source_name) == grey_jpeg(found, scan.source_name)
    except OutputError:  # then samples decide
        return False


def differing_samples(wanted: Samples, found: Samples, what: str = "luma") -> Difference | None:
    """Compare samples [H, W] of the same size, uint8 or uint16; at the lesser depth of the two."""
    if wanted.dtype != found.dtype:
        wanted, found = to_eight_bits(wanted), to_eight_bits(found)
    if np.array_equal(wanted, found):
        return None
    apart = wanted != found
    count = int(np.count_nonzero(apart))
    y, x = np.unravel_index(int(np.argmax(apart)), apart.shape)
    pixels = "1 pixel, at" if count == 1 else f"{count:,} pixels, first at"
    return Difference(what, f"{what} differs at {pixels} {x}, {y}")
