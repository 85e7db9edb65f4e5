"""What a scan says of itself in two places, or of its file alone: merged, carried on, or dropped."""

import hashlib
import io
import struct
from uuid import UUID

import numpy as np
import pytest
from PIL import Image, IptcImagePlugin, TiffImagePlugin

from tests.pictures.made import MadePainting, grey_picture, opened, saved
from vermilion.pictures import Mark, ReadOptions, encode_picture, read_scan
from vermilion.pictures.jpeg.segments import APP1, APP2, Segment, join_jpeg, parse_jpeg
from vermilion.pictures.jpeg.xmp import XMP, whole_xmp, xmp_segments
from vermilion.pictures.metadata.iptc import Dataset, datasets_of, merged_records, unswapped
from vermilion.pictures.metadata.photoshop import iptc_of, with_iptc, wrap_iptc
from vermilion.pictures.xmp.packet import XmpPacket

GREY = grey_picture(61, 83)
KINDS = ["jpg", "png", "tif", "webp"]
MARK = Mark("1.2.3", "town & archive 4", "ab" * 32, "cd" * 32)
UTF_8 = Dataset(1, 90, b"\x1b%G")
CAPTION, WORD = Dataset(2, 120, b"At the gate"), Dataset(2, 25, b"gate")


def iim(*datasets):
    return b"".join(dataset.to_bytes() for dataset in datasets)


def resource(number, content):
    return b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + b"\0" * (len(content) % 2)


def tiff_with(tags):
    """`tags`: (type, value) by number."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, (kind, value) in tags.items():
        info.tagtype[tag] = kind
        info[tag] = value
    return saved(GREY, "TIFF", tiffinfo=info)


def result(source, kind, mark=MARK):
    scan = read_scan(source, ReadOptions(recolor=True))
    return encode_picture(scan, MadePainting(scan, mark=mark), kind)


def captions(data):
    """The IPTC that is found in a result, by Pillow where it looks for it."""
    if data[:4] == b"\x89PNG":
        iptc = read_scan(data, ReadOptions(recolor=True)).metadata.iptc
        return {(d.record, d.number): d.value for d in datasets_of(iptc_of(iptc or b"") or b"")}
    return IptcImagePlugin.getiptcinfo(opened(data)) or {}


@pytest.mark.parametrize("kind", ["jpg", "png", "tif"])
@pytest.mark.parametrize(
    ("block", "tag"),
    [
        (resource(0x03ED, bytes(16)), iim(CAPTION, WORD)),  # Photoshop's block has none
        (resource(0x0404, iim(CAPTION)), iim(WORD)),
        (resource(0x0404, iim(CAPTION, WORD)), iim(Dataset(2, 120, b"Another"))),
        (b"", iim(CAPTION, WORD)),
        (resource(0x0404, iim(CAPTION, WORD)), b""),
    ],
)
def test_iptc_of_both_places_of_a_tiff_is_in_every_result_that_holds_it(kind, block, tag):
    given = {34377: (1, block), 33723: (7, tag)}
    found = captions(result(tiff_with({tag: told for tag, told in given.items() if told[1]}), kind))
    assert (found[2, 120], found[2, 25]) == (b"At the gate", b"gate")


def test_what_else_photoshops_block_holds_stays():
    block = resource(0x03ED, b"resolution......") + resource(0x0404, iim(CAPTION)) + resource(0x040A, b"\1")
    data = result(tiff_with({34377: (1, block), 33723: (7, iim(WORD))}), "jpg")
    iptc = read_scan(data, ReadOptions(recolor=True)).metadata.iptc or b""
    assert iptc.startswith(resource(0x03ED, b"resolution......"))
    assert resource(0x040A, b"\1") in iptc
    assert iptc.count(b"8BIM\x04\x04") == 1


def test_captions_in_two_codings_become_one():
    latin, eight = Dataset(2, 120, "Großmutter".encode("latin-1")), Dataset(2, 5, "Tür".encode())
    for first, second in ((iim(latin), iim(UTF_8, eight)), (iim(UTF_8, eight), iim(latin))):
        merged = {(d.record, d.number): d.value for d in datasets_of(merged_records(first, second))}
        assert merged == {(1, 90): b"\x1b%G", (2, 120): "Großmutter".encode(), (2, 5): "Tür".encode()}


def test_a_long_caption_has_its_length_in_four_bytes():
    long = Dataset(2, 120, b"a" * 70_000)
    assert list(datasets_of(iim(CAPTION, long, WORD))) == [CAPTION, long, WORD]


@pytest.mark.parametrize("length", range(0, 30, 3))
def test_records_that_are_cut_off_do_no_harm(length):
    cut = iim(CAPTION, WORD)[:length]
    assert len(list(datasets_of(cut))) <= 2
    assert iptc_of(with_iptc(wrap_iptc(iim(CAPTION)), cut)) in (iim(CAPTION), iim(CAPTION, WORD))


def test_records_that_were_turned_round_as_long_numbers_are_read():
    records = iim(UTF_8, CAPTION) + b"\0" * (-len(iim(UTF_8, CAPTION)) % 4)
    turned = np.frombuffer(records, ">u4").astype("<u4").tobytes()
    assert unswapped(turned) == records
    assert unswapped(records) == records


def test_the_digest_by_which_changes_are_seen_follows():
    own = iim(CAPTION)
    digest = hashlib.md5(own, usedforsecurity=False).digest()
    merged = with_iptc(resource(0x0425, digest) + wrap_iptc(own), iim(WORD))
    new = hashlib.md5(iptc_of(merged) or b"", usedforsecurity=False).digest()
    assert resource(0x0425, new) in merged
    other = resource(0x0425, b"of long ago.....")
    assert other in with_iptc(other + wrap_iptc(own), iim(WORD))


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_on_the_earth_stays(kind):
    geo = {
        33550: (12, (0.5, 0.5, 0.0)),
        33922: (12, (0.0, 0.0, 0.0, 440720.0, 3751320.0, 0.0)),
        34735: (3, (1, 1, 0, 1, 1024, 0, 1, 1)),
        34737: (2, "WGS 84|"),
        42113: (2, "-9999"),
    }
    exif = Image.open(io.BytesIO(result(tiff_with(geo), kind))).getexif()
    for tag, (_, value) in geo.items():
        assert exif[tag] == value


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
UNTRUE = {
    "hdrgm": ("http://ns.adobe.com/hdr-gain-map/1.0/", ["Version"]),
    "HDRGainMap": ("http://ns.apple.com/HDRGainMap/1.0/", ["HDRGainMapVersion"]),
    "GCamera": (
        "http://ns.google.com/photos/1.0/camera/",
        ["MotionPhoto", "MotionPhotoVersion", "MicroVideo", "MicroVideoOffset"],
    ),
    "apdi": ("http://ns.apple.com/pixeldatainfo/1.0/", ["AuxiliaryImageType"]),
    "raw": ("http://ns.adobe.com/camera-raw-settings/1.0/", ["ConvertToGrayscale"]),  # crs, usually
    "photoshop": ("http://ns.adobe.com/photoshop/1.0/", ["ColorMode", "ICCProfile"]),
    "tiff": ("http://ns.adobe.com/tiff/1.0/", ["PhotometricInterpretation", "SamplesPerPixel"]),
}
TRUE = {
    "dc": ("http://purl.org/dc/elements/1.1/", ["format"]),
    "crs": ("http://ns.adobe.com/camera-raw-settings/1.0/", ["Version"]),
    "xmpMM": ("http://ns.adobe.com/xap/1.0/mm/", ["DocumentID", "OriginalDocumentID"]),
    "xmp": ("http://ns.adobe.com/xap/1.0/", ["Rating", "Label"]),
}
DIRECTORY = (
    '<Container:Directory xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item='
    '"http://ns.google.com/photos/1.0/container/item/"><rdf:Seq><rdf:li rdf:parseType="Resource">'
    '<Container:Item Item:Semantic="GainMap" Item:Length="5000"/></rdf:li></rdf:Seq></Container:Directory>'
)
THUMBNAILS = (
    '<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource">grey</rdf:li></rdf:Alt></xmp:Thumbnails>'
)
OLD_INSTANCE = "xmp.iid:a-grey-scan"


def packet(*, shorthand):
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, (uri, _) in (UNTRUE | TRUE).items())
    names = [f"{prefix}:{name}" for prefix, (_, names) in (UNTRUE | TRUE).items() for name in names]
    told = [(name, "1") for name in names] + [("xmpMM:InstanceID", OLD_INSTANCE)]
    attributes = " ".join(f'{name}="{value}"' for name, value in told) if shorthand else ""
    elements = "" if shorthand else "".join(f"<{name}>{value}</{name}>" for name, value in told)
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""'
        f" {spaces} {attributes}>{elements}{DIRECTORY}{THUMBNAILS}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def jpeg_with(*segments):
    plain = parse_jpeg(saved(GREY, "JPEG"))
    return join_jpeg([plain.segments[0], *segments, *plain.segments[1:]])


def xmp_of(data):
    metadata = read_scan(data, ReadOptions(recolor=True)).metadata
    return whole_xmp(metadata.xmp, metadata.jpeg_segments) or b""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mark", [MARK, None])
@pytest.mark.parametrize("shorthand", [True, False])
@pytest.mark.parametrize("place", ["packet", "extension"])
def test_what_holds_for_the_scans_file_alone_is_dropped(kind, mark, shorthand, place):
    xmp = packet(shorthand=shorthand)
    if place == "extension":
        xmp = xmp.replace(b"<xmp:Thumbnails>", b"<!--" + b"a" * 70_000 + b"--><xmp:Thumbnails>")
    told = xmp_of(result(jpeg_with(*xmp_segments(xmp, ())), kind, mark))
    for prefix, (_, names) in UNTRUE.items():
        for name in names:
            assert f"{prefix}:{name}".encode() not in told
    assert b"GainMap" not in told.replace(b"HDRGainMap", b"")
    assert b"Thumbnails" not in told
    assert OLD_INSTANCE.encode() not in told
    for prefix, (_, names) in TRUE.items():
        for name in names:
            assert f"{prefix}:{name}".encode() in told
    XmpPacket.parse(told)


def test_what_says_in_a_segment_that_a_gain_map_follows_is_dropped():
    said = Segment(APP2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0")
    other = Segment(APP2, b"something else")
    segments = parse_jpeg(result(jpeg_with(said, other), "jpg")).segments
    assert said not in segments
    assert other in segments


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["without xmp", "with its own", "damaged"])
def test_each_result_has_a_name_of_its_own(kind, source):
    own = {"without xmp": (), "with its own": [packet(shorthand=True)], "damaged": [b"<a>\xff</rdf:RDF>"]}
    data = jpeg_with(*(Segment(APP1, XMP + xmp) for xmp in own[source]))
    other = Mark("1.2.3", "town & archive 4", "ab" * 32, "ef" * 32)

    def instance(data, mark):
        told = xmp_of(result(data, kind, mark)).partition(b"<xmpMM:InstanceID>")[2]
        return told.partition(b"</")[0].decode()

    first = instance(data, MARK)
    assert first == instance(data, MARK)
    assert UUID(first.removeprefix("uuid:")).version == 5
    assert len({first, instance(data, other), instance(saved(GREY + 1, "PNG"), MARK)}) == 3
