"""Metadata in a PNG's chunks (W3C PNG, third edition)."""

import struct
import zlib
from collections.abc import Iterator
from itertools import takewhile

from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata
from vermilion.pictures.profiles.coding import NAMES
from vermilion.pictures.source import Buffer

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = len(SIGNATURE) + 25  # IHDR comes first and always takes 25 bytes
_XMP_KEYWORD = b"XML:com.adobe.xmp"
# ImageMagick's and ExifTool's place for IPTC, as PNG has none of its own.
IPTC_KEYWORD = "Raw profile type iptc"


def png_with_metadata(data: Buffer, metadata: Metadata) -> list[Buffer]:
    """A naked PNG with chunks for all that `metadata` holds, as parts to be written in order."""
    view = memoryview(data)
    return [view[:_HEAD], b"".join(_chunks(metadata)), *_without_density(view)]


def _without_density(view: memoryview) -> list[memoryview]:
    """The chunks after IHDR less the pHYs that libvips always writes."""
    position = _HEAD
    kept = []
    while position < len(view):
        length = int(struct.unpack_from(">I", view, position)[0])
        name = bytes(view[position + 4 : position + 8])
        if name == b"IDAT":
            kept.append(view[position:])
            break
        if name != b"pHYs":
            kept.append(view[position : position + length + 12])
        position += length + 12
    return kept


def _chunks(metadata: Metadata) -> Iterator[bytes]:
    with_profile = metadata.icc is not None and not metadata.icc_of_png
    yield from (_chunk(n, body) for n, body in metadata.png_colors if not (with_profile and n == b"sRGB"))
    if metadata.icc and with_profile:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc))
    density = metadata.density
    if density and not density.says_nothing():
        per_metre = density.per_metre()
        across, down = per_metre or (round(density.across), round(density.down))
        yield _chunk(b"pHYs", struct.pack(">IIB", across, down, per_metre is not None))
    if metadata.exif:
        yield _chunk(b"eXIf", metadata.exif)
    if metadata.xmp:
        yield _chunk(b"iTXt", _XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp)
    if metadata.iptc:
        yield _chunk(b"zTXt", IPTC_KEYWORD.encode() + b"\0\0" + zlib.compress(_as_hex(metadata.iptc)))
    comments = [("Comment", text.decode("utf-8", "replace")) for text in metadata.comments]
    for keyword, text in [*comments, *metadata.png_texts]:
        key = keyword.encode("latin-1", "replace")[:79] or b"Comment"
        yield _chunk(b"iTXt", key + b"\0\0\0\0\0" + text.replace("\0", " ").encode())


def _chunk(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(name))
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def _as_hex(blob: bytes) -> bytes:
    digits = blob.hex().encode()
    lines = b"\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    return b"\niptc\n%8d\n" % len(blob) + lines + b"\n"


def density_of_png(head: bytes) -> Density | None:
    """Pixels a unit by the chunk pHYs, as far as `head` reaches."""
    for name, body in _chunks_before_samples(head):
        if name == b"pHYs" and len(body) == 9:
            across, down, metric = struct.unpack(">IIB", body)
            if not across or not down:
                return None
            if not metric:
                return Density(across, down, DensityUnit.ASPECT)
            return Density(_per_inch(across), _per_inch(down), DensityUnit.INCH)
    return None


def colors_of_png(head: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The chunks on what codes mean, the first of each kind, in the order of `coding.NAMES`."""
    found = {name: body for name, body in reversed([*_chunks_before_samples(head)]) if len(body) <= 32}
    return tuple((name, found[name]) for name in NAMES if name in found)


def latin_texts_of_png(head: bytes) -> dict[str, str]:
    """Texts in Latin-1, which libvips takes for UTF-8, by keyword, as far as `head` reaches."""
    chunks = [body for name, body in _chunks_before_samples(head) if name == b"tEXt"]
    pairs = [body.decode("latin-1").partition("\0") for body in chunks]
    return {keyword: text for keyword, _, text in pairs}


def chunks_of_png(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the body of each chunk, as far as they reach; one that is cut off ends them."""
    position = _HEAD
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        yield name, data[position + 8 : position + 8 + length]
        position += length + 12


def _chunks_before_samples(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    return takewhile(lambda chunk: chunk[0] != b"IDAT", chunks_of_png(head))


def _per_inch(per_metre: int) -> float:
    """A PNG counts whole pixels a metre: 300 an inch become 11811, which is 299.9994."""
    exact = per_metre * 0.0254
    return float(round(exact)) if round(round(exact) / 0.0254) == per_metre else round(exact, 3)


def bytes_of_raw_profile(text: str) -> bytes | None:
    """What such a text chunk holds: a line with a name, a length, and hexadecimal digits."""
    try:
        _, _, rest = text.strip().partition("\n")  # some write a name of several words
        length, digits = rest.split(None, 1)
        return bytes.fromhex("".join(digits.split()))[: int(length)]
    except ValueError:
        return None
