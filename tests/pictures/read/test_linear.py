"""Metadata that mean harm cost time and memory in proportion to their size, and no more."""

import struct
import subprocess
import sys
import time
import tracemalloc
import zlib
from contextlib import suppress

import pytest

from tests.pictures.made import MadePainting, grey_picture, saved
from vermilion.errors import OutputError, PictureError
from vermilion.pictures import Mark, encode_picture, read_provenance, read_scan
from vermilion.pictures.jpeg.segments import APP1, APP11, SOS, Segment, join_jpeg, parse_jpeg
from vermilion.pictures.jpeg.xmp import XMP
from vermilion.pictures.metadata.directory import DirectoryReader, MalformedDirectoryError, parse_layout
from vermilion.pictures.source import open_source
from vermilion.pictures.tiff.pages import find_page
from vermilion.pictures.xmp.packet import XmpPacket
from vermilion.pictures.xmp.walk import LARGEST, MalformedXmpError

GREY = grey_picture(16, 16)
MARK = Mark("1.2.3", "made up", "ab" * 32, "cd" * 32)
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XAP = "http://ns.adobe.com/xap/1.0/"


def packet(body: str, more: str = "") -> bytes:
    rdf = f'<rdf:RDF xmlns:rdf="{RDF}" {more}>{body}</rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>'.encode()


HARM = {
    "nested": lambda n: packet("<a>" * n + "</a>" * n),
    "nested and not closed": lambda n: packet("<a>" * 2 * n),
    "blanks before a broken tag": lambda n: packet(
        '<rdf:Description rdf:about=""/>' + " " * 6 * n + "<broken"
    ),
    "blanks in a tag": lambda n: packet(f"<rdf:Description{' ' * 6 * n}/>"),
    "blanks around nothing": lambda n: b" " * 6 * n + b"<a/>" + b" " * 6 * n,
    "blanks in a wrapper": lambda n: b"<?xpacket" + b" " * 6 * n + packet("") + b"<?xpacket" + b" " * 6 * n,
    "padding": lambda n: packet("") + b" " * 6 * n + b"<?xpacket  end='w'?>",
    "properties": lambda n: packet(
        f"<rdf:Description xmlns:x='{XAP}'>{'<x:CreatorTool/>' * (n // 3)}</rdf:Description>"
    ),
    "descriptions": lambda n: packet("<rdf:Description/>" * (n // 3)),
    "attributes": lambda n: packet(
        "<rdf:Description xmlns:x='{}' {}/>".format(XAP, " ".join(f"x:a{i}=''" for i in range(n // 2)))
    ),
    "namespaces": lambda n: packet(
        "<rdf:Description/>" * (n // 6), " ".join(f"xmlns:a{i}='u'" for i in range(n // 3))
    ),
    "text in pieces": lambda n: packet(
        f"<rdf:Description xmlns:x='{XAP}'><x:CreatorTool>{'a<!---->' * n}</x:CreatorTool></rdf:Description>"
    ),
    "ours, over and over": lambda n: b'<rdf:Description rdf:about=""\n xmlns:vermilion="' * (n // 8),
    "ends": lambda n: b"</" * n + b"</RDF" + b" " * n + b"x",
    "entities": lambda n: b'<!DOCTYPE a [<!ENTITY b "' + b"b" * n + b'">]><a>' + b"&b;" * n + b"</a>",
}


def jpeg_with(*segments: Segment) -> bytes:
    plain = parse_jpeg(saved(GREY, "JPEG"))
    return join_jpeg([plain.segments[0], *segments, *plain.segments[1:]])


def work(xmp: bytes) -> None:
    """All that is done with a packet: read, marked, divided, read back."""
    for data, kind in ((png_with(xmp), "jpg"), (jpeg_with(Segment(APP1, XMP + xmp[:65_000])), "png")):
        scan = read_scan(data)
        with suppress(OutputError):
            result = encode_picture(scan, MadePainting(scan, mark=MARK), kind)
            with suppress(PictureError):
                read_provenance(result)


def png_with(xmp: bytes) -> bytes:
    plain = saved(GREY, "PNG")
    body = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)
    return plain[:33] + chunk(b"iTXt", body) + plain[33:]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize("harm", HARM)
def test_xmp_takes_linear_time(harm):
    started = time.process_time()
    work(HARM[harm](40_000))
    assert time.process_time() - started < 5  # before, some took minutes


def test_a_packet_beyond_all_bounds_keeps_its_bytes_and_takes_a_mark():
    for packet_ in (packet("<a>" * 200 + "</a>" * 200), packet("<a/>" * 60_000), packet(" " * LARGEST)):
        with pytest.raises(MalformedXmpError):
            XmpPacket.parse(packet_)
    deep = packet("<a>" * 200 + "</a>" * 200)
    scan = read_scan(png_with(deep))
    result = encode_picture(scan, MadePainting(scan, mark=MARK), "png")
    assert read_provenance(result).mark == MARK
    assert deep[: deep.index(b"</rdf:RDF>")] in result


def test_boxes_with_as_many_numbers_as_there_are_take_linear_time():
    boxes = [Segment(APP11, b"JP" + struct.pack(">H", n) + b"jumdc2pa") for n in range(20_000)]
    data = jpeg_with(*boxes, Segment(APP11, b"JP\xff\xff" + b"something else"))
    started = time.process_time()
    scan = read_scan(data)
    assert time.process_time() - started < 3
    assert [payload[4:] for _, payload in scan.metadata.jpeg_segments] == [b"something else"]


def directory(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + body + struct.pack("<I", following)


def tiff_with(entries: list[tuple[int, int, int, int]]) -> bytes:
    """A grey TIFF of 16 x 16 with further tags that say where their values lie."""
    own = [(256, 3, 1, 16), (257, 3, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    own += [(273, 4, 1, 8), (277, 3, 1, 1), (278, 3, 1, 16), (279, 4, 1, 256)]
    return b"II*\0" + struct.pack("<I", 264) + bytes(256) + directory(sorted([*own, *entries]))


def test_tags_that_share_one_value_do_not_fill_the_memory():
    filler = bytes(4_000_000)
    shared = [(65_000 + n, 7, 4_000_000, 300) for n in range(400)]  # 1.6 GB
    tracemalloc.start()
    try:
        page = find_page(open_source(tiff_with(shared) + filler), 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert page is None
    assert peak < 40_000_000
    data = b"II*\0" + struct.pack("<I", 8) + directory([(n, 7, 400_000, 100) for n in range(400)]) + filler
    with pytest.raises(MalformedDirectoryError, match="over each other"):
        DirectoryReader(data, parse_layout(data)).read(8)


def test_tags_that_hold_much_of_the_file_are_no_damage():
    layers = 30_000_000  # as a TIFF of Photoshop has them in tag 37724; libtiff's own limit is lower
    data = tiff_with([(37724, 7, layers, 400)]) + bytes(layers + 200)
    assert read_scan(data).size == (16, 16)


def test_directories_that_lie_over_each_other_take_linear_time():
    count, step = 3_000, 14
    chain = bytearray(b"II*\0" + struct.pack("<I", 8) + bytes(count * step + 4096 * 12))
    for number in range(count):
        chain[8 + number * step : 10 + number * step] = struct.pack("<H", 1 if number % 2 else 3_000)
    started = time.process_time()
    reader = DirectoryReader(bytes(chain), parse_layout(bytes(chain)))
    with suppress(MalformedDirectoryError):
        for number in range(count):
            reader.read(8 + number * step)
    assert number < 20
    assert time.process_time() - started < 1


@pytest.mark.parametrize("keyword", [b"XML:com.adobe.xmp\0\1\0\0\0", b"Comment\0\1\0\0\0"])
def test_a_text_of_a_png_that_swells_does_not_fill_the_memory(keyword):
    swelling = zlib.compress(bytes(120_000_000), 9)
    plain = saved(GREY, "PNG")
    data = plain[:33] + chunk(b"iTXt", keyword + swelling) + plain[33:]
    code = (
        "import resource, sys; from vermilion.pictures import read_scan;"
        f"read_scan({plain!r}); data = sys.stdin.buffer.read();"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; scan = read_scan(data);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert int(done.stdout) < 60_000  # KB


def test_a_jpeg_of_thousands_of_scans_is_refused_at_once():
    file = parse_jpeg(saved(grey_picture(64, 64), "JPEG", progressive=True))
    last = max(place for place, segment in enumerate(file.segments) if segment.marker == SOS)
    scans = [file.segments[last]] * 2_000
    with pytest.raises(PictureError, match="scans over one picture"):
        read_scan(join_jpeg([*file.segments[: last + 1], *scans, *file.segments[last + 1 :]]))
    assert read_scan(join_jpeg(file.segments)).luma.shape == (64, 64)


def test_a_jpeg_full_of_junk_takes_linear_time():
    """Junk behind each of many segments; 0.1 s, or 20 s if each looks at all before it."""
    start = saved(GREY, "JPEG")
    began = time.process_time()
    parse_jpeg(start[:2] + b"\xff\xfe\0\2junk" * 20_000 + start[2:])
    assert time.process_time() - began < 3
