"""The mark: merged into the scan's own XMP in every format, and read back by us and by others."""

import json
import subprocess
import xml.etree.ElementTree as ET
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import MadePainting, grey_picture, saved
from vermilion.errors import OutputError, PictureError
from vermilion.pictures import (
    Mark,
    ReadOptions,
    check_output,
    encode_picture,
    read_provenance,
    read_scan,
)
from vermilion.pictures.jpeg.segments import APP1, Segment, join_jpeg, parse_jpeg
from vermilion.pictures.jpeg.xmp import XMP, whole_xmp, xmp_segments
from vermilion.pictures.painting import SOURCE_TYPE
from vermilion.pictures.xmp.packet import XmpPacket
from vermilion.pictures.xmp.walk import MalformedXmpError

GREY = grey_picture(61, 83)
KINDS = ["jpg", "png", "tif", "webp"]
MARK = Mark("1.2.3", "town & archive 4", "ab" * 32, "cd" * 32)
PRINT = "http://cv.iptc.org/newscodes/digitalsourcetype/print"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SCANS_OWN = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Scan 5"><!-- from the attic -->
<r:RDF xmlns:r='{RDF}' xmlns:iptc="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
 <r:Description r:about="uuid:grandma" xmlns:x1="http://ns.adobe.com/xap/1.0/"
   x1:CreatorTool='Epson "Scan" 3' x1:Label='iptc:DigitalSourceType="no"'
   iptc:DigitalSourceType = "{PRINT}">
  <dc:title xmlns:dc="http://purl.org/dc/elements/1.1/"><r:Alt>
   <r:li xml:lang="x-default">Großmutter</r:li></r:Alt></dc:title>
 </r:Description>
</r:RDF></x:xmpmeta>
{" " * 200}
<?xpacket end="w"?>"""


def jpeg_with(xmp, *more):
    plain = parse_jpeg(saved(GREY, "JPEG"))
    segments = [Segment(APP1, XMP + xmp), *more] if xmp is not None else more
    return join_jpeg([plain.segments[0], *segments, *plain.segments[1:]])


def marked(source, kind, mark=MARK):
    scan = read_scan(source, ReadOptions(recolor=True))
    return encode_picture(scan, MadePainting(scan, mark=mark), kind)


def xmp_of(data):
    metadata = read_scan(data, ReadOptions(recolor=True)).metadata
    return whole_xmp(metadata.xmp, metadata.jpeg_segments) or b""


def statements(xmp):
    """All that a packet says of the picture, by an independent parser: {(name, value)}."""
    root = ET.fromstring(xmp.decode().strip("\0"))
    said = set()
    for description in root.iter(f"{{{RDF}}}Description"):
        said |= set(description.items())
        said |= {(child.tag, "".join(child.itertext()).strip()) for child in description}
    return said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["array", "jpeg", "jpeg with xmp"])
def test_a_mark_comes_back_from_every_format(kind, source):
    sources = {"array": GREY, "jpeg": jpeg_with(None), "jpeg with xmp": jpeg_with(SCANS_OWN.encode())}
    found = read_provenance(marked(sources[source], kind))
    assert found.mark == MARK
    assert found.source_type == SOURCE_TYPE
    assert found.system == "vermilion 1.2.3"
    assert found.tool == ('Epson "Scan" 3' if "xmp" in source else "vermilion 1.2.3")
    assert found.scan_source_type == (PRINT if "xmp" in source else "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_scans_own_xmp_said_stays(kind):
    after = xmp_of(marked(jpeg_with(SCANS_OWN.encode()), kind))
    before = statements(SCANS_OWN.encode())
    replaced = {("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType", PRINT)}
    assert replaced < before
    assert before - replaced < statements(after)
    whole, cut = SCANS_OWN, f'\n   iptc:DigitalSourceType = "{PRINT}"'
    head, tail = whole.replace(cut, "").split("</r:RDF>")
    assert after.startswith(head.encode())
    assert after.rstrip(b"\0").endswith(b"</r:RDF>" + tail.encode())


def test_descriptions_of_one_picture_have_one_name():
    after = xmp_of(marked(jpeg_with(SCANS_OWN.encode()), "png"))
    descriptions = list(ET.fromstring(after.decode()).iter(f"{{{RDF}}}Description"))
    assert {d.get(f"{{{RDF}}}about") for d in descriptions} == {"uuid:grandma"}


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_mark_the_packet_is_the_scans(kind):
    assert xmp_of(marked(jpeg_with(SCANS_OWN.encode()), kind, None)).rstrip(b"\0") == SCANS_OWN.encode()
    assert xmp_of(marked(GREY, kind, None)) == b""


def test_a_second_mark_replaces_the_first_and_the_scan_is_not_forgotten():
    first = marked(jpeg_with(SCANS_OWN.encode()), "png")
    newer = Mark("2.0.0", "newer", "01" * 32, "23" * 32)
    second = marked(first, "tif", newer)
    found = read_provenance(second)
    assert found.mark == newer
    assert found.scan_source_type == PRINT
    assert found.system == "vermilion 2.0.0"
    assert xmp_of(second).count(b"vermilion:Model>") == 2


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0\0\0",
        b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>',
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>\0\0',
        b'<a:RDF xmlns:a="%s" />' % RDF.encode(),
        b'<?xml version="1.0" encoding="UTF-16"?><a:RDF xmlns:a="%s"></a:RDF>' % RDF.encode(),
    ],
)
def test_empty_packets_take_a_mark(packet):
    assert read_provenance(marked(jpeg_with(packet), "jpg")).mark == MARK


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_packet_keeps_its_encoding(encoding):
    packet = SCANS_OWN.replace("\ufeff", "").encode(encoding)
    added = XmpPacket.parse(packet).with_properties({"vermilion:Model": "a < b"})
    text = added.decode(encoding)
    assert "Großmutter" in text
    assert added.startswith(packet[:40])
    assert XmpPacket.parse(added).properties["vermilion:Model"] == "a < b"


def test_values_as_resources_and_lists_are_read():
    packet = f"""<r:RDF xmlns:r="{RDF}"><r:Description xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
    <i:DigitalSourceType r:resource="{PRINT}"/>
    <i:AISystemUsed><r:Bag><r:li>other</r:li></r:Bag></i:AISystemUsed>
    <i:Nested r:parseType="Resource"><i:AISystemVersionUsed>9</i:AISystemVersionUsed></i:Nested>
    </r:Description></r:RDF>""".encode()
    found = read_provenance(marked(jpeg_with(packet), "png"))
    assert (found.scan_source_type, found.source_type) == (PRINT, SOURCE_TYPE)
    assert found.system == "other"  # said by the scan, so it stays


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>",
        SCANS_OWN.encode()[:-300],
        b"<html/>",
        b"no xml",
    ],
)
def test_damaged_xmp_is_not_touched_but_told(packet, tmp_path):
    data = jpeg_with(packet)
    scan = read_scan(data)
    for attempt in (
        lambda: marked(data, "jpg"),
        lambda: check_output(scan, tmp_path / "a.png", mark=MARK),
    ):
        with pytest.raises(OutputError, match=r"damaged XMP \(.*\), .*\(--no-mark\)"):
            attempt()
    result = marked(data, "jpg", None)
    assert next(parse_jpeg(result).payloads(APP1, XMP)) == packet
    with pytest.raises(PictureError, match="damaged XMP"):
        read_provenance(result)


@pytest.mark.parametrize(
    "packet",
    [
        SCANS_OWN.encode().replace("ß".encode(), b"\xdf"),  # Latin-1 among UTF-8
        SCANS_OWN.encode().replace(b"Epson", b"\x0b"),
        SCANS_OWN.encode().replace(b"<r:Alt>", b""),
        b'<!DOCTYPE a [<!ENTITY b "bb">]><a:RDF xmlns:a="%s">&b;</a:RDF>' % RDF.encode(),
    ],
)
def test_a_packet_that_no_parser_reads_keeps_its_bytes_and_takes_a_mark(packet):
    newer = Mark("2.0.0", "newer", "01" * 32, "23" * 32)
    first = marked(jpeg_with(packet), "jpg")
    second = marked(first, "jpg", newer)
    for result, mark in ((first, MARK), (second, newer)):
        xmp = xmp_of(result)
        place = packet.rindex(b"</", 0, packet.rindex(b"RDF>"))
        assert xmp.startswith(packet[:place])
        assert xmp.endswith(packet[place:])
        assert read_provenance(result).mark == mark
        assert xmp.count(b"vermilion:Model>") == 2


def long_packet(letters):
    return SCANS_OWN.replace("Großmutter", "a" * letters).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_packet_too_long_for_a_segment_is_divided_and_found_again(kind):
    data = marked(saved(GREY, "PNG"), "png", None)
    assert not xmp_of(data)
    scan = read_scan(jpeg_with(None, *xmp_segments(long_packet(200_000), ())))
    result = encode_picture(scan, MadePainting(scan, mark=MARK), kind)
    assert b"a" * 200_000 in xmp_of(result)
    assert read_provenance(result).mark == MARK
    assert statements(long_packet(200_000)) - statements(xmp_of(result)) <= {
        ("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType", PRINT)
    }


def test_padding_is_given_up_before_a_packet_is_divided():
    room = 65533 - len(XMP) - len(long_packet(0))
    data = marked(jpeg_with(long_packet(room - 1300).replace(b" " * 200, b" " * 1500)), "jpg")
    packets = [segment for segment in parse_jpeg(data).segments if segment.marker == APP1]
    assert len(packets) == 1
    assert read_provenance(data).mark == MARK


def test_an_extension_stays_as_it_is_and_a_damaged_one_does_no_harm():
    harmless = long_packet(150_000).replace(b"DigitalSourceType", b"DigitalImageGUID")
    parts = list(xmp_segments(harmless, ()))
    extension = parts[1:]
    data = marked(join_jpeg(insert(parts)), "jpg")
    segments = parse_jpeg(data).segments
    assert [segment for segment in segments if segment in extension] == extension
    lacking = marked(join_jpeg(insert(parts[:-1])), "png")
    assert read_provenance(lacking).mark == MARK


def insert(segments):
    plain = parse_jpeg(saved(GREY, "JPEG"))
    return [plain.segments[0], *segments, *plain.segments[1:]]


def test_a_full_packet_with_an_extension_is_divided_anew():
    parts = list(xmp_segments(long_packet(150_000), ()))
    stub = parts[0].payload.removeprefix(XMP)
    full = stub.replace(b"</rdf:RDF>", b"<!--%s--></rdf:RDF>" % (b"b" * (65_400 - len(stub) - len(XMP))))
    data = marked(join_jpeg(insert([Segment(APP1, XMP + full), *parts[1:]])), "jpg")
    found = xmp_of(data)
    assert b"a" * 150_000 in found
    assert b"b" * 60_000 in found
    assert read_provenance(data).mark == MARK


@pytest.mark.parametrize("kind", ["png", "tif", "webp"])
def test_a_mark_changes_no_sample(kind):
    plain, told = (Image.open(BytesIO(marked(GREY, kind, mark))) for mark in (None, MARK))
    np.testing.assert_array_equal(np.asarray(plain), np.asarray(told))


def test_a_mark_changes_nothing_of_a_jpeg_but_one_segment():
    plain, told = (parse_jpeg(marked(jpeg_with(None), "jpg", mark)).segments for mark in (None, MARK))
    assert [segment for segment in told if segment not in plain] == [
        segment for segment in told if segment.payload.startswith(XMP)
    ]
    assert [segment for segment in told if segment in plain] == list(plain)


def test_a_picture_without_any_mark_says_nothing():
    found = read_provenance(saved(GREY, "PNG"))
    assert (found.mark, found.source_type, found.tool, found.system) == (None, "", "", "")


def test_rubbish_is_no_packet():
    with pytest.raises(MalformedXmpError):
        XmpPacket.parse(b"rubbish")


@pytest.mark.needs("exiftool", "libimage-exiftool-perl")
def test_exiftool_reads_the_mark_and_the_scans_own_words(tmp_path):
    lengths = (10, 100_000)
    for letters in lengths:
        scan = join_jpeg(insert(list(xmp_segments(long_packet(letters), ()))))
        for kind in KINDS:
            (tmp_path / f"{letters}.{kind}").write_bytes(marked(scan, kind))
    command = ["exiftool", "-json", "-G1", "-n", "-XMP:all", "-warning", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    files = json.loads(result.stdout)
    assert len(files) == len(KINDS) * len(lengths)
    for told in files:
        assert told["XMP-iptcExt:DigitalSourceType"] == SOURCE_TYPE
        assert told["XMP-vermilion:Model"] == MARK.model
        assert told["XMP-vermilion:ModelHash"] == MARK.model_hash
        assert told["XMP-vermilion:RecipeHash"] == MARK.recipe_hash
        assert told["XMP-vermilion:ScanDigitalSourceType"] == PRINT
        assert told["XMP-xmp:CreatorTool"] == 'Epson "Scan" 3'
        assert len(told["XMP-dc:Title"]) in lengths
        assert "ExifTool:Warning" not in told


def test_a_wrapper_that_has_lost_its_first_bracket_is_no_damage():
    torn = SCANS_OWN.encode().removeprefix(b"<")
    result = marked(jpeg_with(torn), "jpg")
    packet = XmpPacket.parse(xmp_of(result))
    assert packet.properties["vermilion:Version"] == MARK.version
    assert packet.properties["xmp:CreatorTool"] == 'Epson "Scan" 3'
    assert xmp_of(result).startswith(torn[:60])


def test_a_packet_of_photoshop_7_is_added_to():
    old = (
        f"<x:xapmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}'><rdf:Description about='uuid:8c35'"
        " xmlns:m='http://ns.adobe.com/xap/1.0/mm/'><m:DocumentID>docid</m:DocumentID></rdf:Description>"
        "</rdf:RDF></x:xapmeta>"
    )
    xmp = xmp_of(marked(jpeg_with(old.encode()), "jpg"))
    assert XmpPacket.parse(xmp).properties["vermilion:Version"] == MARK.version
    assert {("about", "uuid:8c35"), (f"{{{RDF}}}about", "uuid:8c35")} <= statements(xmp)
