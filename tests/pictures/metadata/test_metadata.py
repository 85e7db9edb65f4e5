"""EXIF, IPTC, XMP, ICC, density and comments survive; thumbnails do not."""

import io
import itertools
import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageCms, IptcImagePlugin, PngImagePlugin

from tests.pictures.made import MadePainting, grey_picture, opened, saved
from vermilion.errors import OutputError
from vermilion.pictures import ReadOptions, encode_picture, metadata_left_out, read_scan
from vermilion.pictures.jpeg.segments import APP1, APP2, APP13, COM, Segment, join_jpeg, parse_jpeg
from vermilion.pictures.jpeg.xmp import whole_xmp
from vermilion.pictures.metadata.exif import orientation_of, without_thumbnail
from vermilion.pictures.metadata.values import Density, DensityUnit, Metadata
from vermilion.pictures.png.chunks import bytes_of_raw_profile

GREY = grey_picture(61, 83)
XMP = b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>'
CAPTION = b"\x1c\x02\x78" + struct.pack(">H", 11) + b"Grandma, 48"
RESOURCES = (
    b"8BIM\x04\x0c\0\0" + struct.pack(">I", 6) + b"thumbs"
    b"8BIM\x04\x04\0\0" + struct.pack(">I", len(CAPTION)) + CAPTION
)  # fmt: skip
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ICC = struct.pack(">I", len(SRGB) + 150_000) + SRGB[4:] + bytes(150_000)  # too large for one segment
KINDS = ["jpg", "png", "tif", "webp"]


def exif_blob(orientation=6):
    exif = Image.Exif()
    exif[0x010F] = "Zeiss"
    exif[0x0112] = orientation
    exif[0x8298] = "nobody"
    exif.get_ifd(0x8769)[0x9003] = "1948:05:01 12:00:00"
    exif.get_ifd(0x8769)[0x927C] = b"maker's note"
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes().removeprefix(b"Exif\0\0")


def with_thumbnail(exif):
    """The same EXIF with a second directory that points to a JPEG behind it."""
    thumbnail = saved(GREY[:16, :16], "JPEG")
    order = "<" if exif[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", exif, 4)
    (count,) = struct.unpack_from(order + "H", exif, first)
    start = len(exif) + len(exif) % 2
    entries = [
        (259, 3, 1, 6 if order == "<" else 6 << 16),
        (513, 4, 1, start + 42),
        (514, 4, 1, len(thumbnail)),
    ]
    directory = struct.pack(order + "H", len(entries))
    for entry in entries:
        directory += struct.pack(order + "HHII", *entry)
    directory += bytes(4)
    link = first + 2 + 12 * count
    linked = exif[:link] + struct.pack(order + "I", start) + exif[link + 4 :]
    return linked.ljust(start, b"\0") + directory + thumbnail


def tagged_jpeg(mode="L"):
    plain = parse_jpeg(saved(Image.fromarray(GREY).convert(mode), "JPEG", dpi=(300, 240)))
    parts = [ICC[i : i + 60_000] for i in range(0, len(ICC), 60_000)]
    profile = [
        Segment(APP2, b"ICC_PROFILE\0" + bytes((n, len(parts))) + part) for n, part in enumerate(parts, 1)
    ]
    added = [
        Segment(APP1, b"Exif\0\0" + with_thumbnail(exif_blob())),
        Segment(APP1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        *reversed(profile),
        Segment(APP13, b"Photoshop 3.0\0" + RESOURCES),
        Segment(COM, b"from the attic"),
        Segment(0xEB, b"something else"),
    ]
    return join_jpeg([plain.segments[0], *added, *plain.segments[1:]])


def result(source, kind):
    scan = read_scan(source)
    return encode_picture(scan, MadePainting(scan), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_pillow_finds_it_all_in_the_result(kind, mode):
    image = Image.open(io.BytesIO(result(tagged_jpeg(mode), kind)))  # loading would turn a TIFF
    exif = image.getexif()
    assert (exif[0x010F], exif[0x0112], exif[0x8298]) == ("Zeiss", 6, "nobody")
    assert exif.get_ifd(0x8769)[0x9003] == "1948:05:01 12:00:00"
    assert exif.get_ifd(0x8769)[0x927C] == b"maker's note"
    assert exif.get_ifd(0x8825)[1] == "N"
    assert image.info["icc_profile"] == ICC
    xmp = image.info.get("xmp", image.info.get("XML:com.adobe.xmp"))
    assert xmp is not None
    assert (xmp.encode() if isinstance(xmp, str) else xmp).rstrip(b"\0") == XMP
    if kind != "webp":
        assert np.allclose(image.info["dpi"], (300, 240), atol=0.01)
    if kind in ("jpg", "tif"):
        records = IptcImagePlugin.getiptcinfo(image)
        assert records is not None
        assert records[(2, 120)] == b"Grandma, 48"


@pytest.mark.parametrize("kind", KINDS)
def test_no_thumbnail_survives(kind):
    data = result(tagged_jpeg(), kind)
    assert b"thumbs" not in data
    assert data.count(saved(GREY[:16, :16], "JPEG")[-40:]) == 0


@pytest.mark.parametrize(("first", "second"), list(itertools.product(["jpg", "png", "tif"], KINDS)))
def test_metadata_survives_from_any_format_to_any(first, second):
    middle = encode_picture(scan := read_scan(tagged_jpeg()), MadePainting(scan, strength=0), first)
    scan = read_scan(middle, ReadOptions(recolor=True))
    found = read_scan(encode_picture(scan, MadePainting(scan), second), ReadOptions(recolor=True))
    assert found.orientation == scan.orientation == 6
    assert found.metadata.icc == ICC
    assert (found.metadata.xmp or b"").rstrip(b"\0") == XMP
    assert b"1948:05:01" in (found.metadata.exif or b"")
    if second != "webp":
        assert CAPTION in (found.metadata.iptc or b"")
        assert found.metadata.density == Density(300, 240, DensityUnit.INCH)


def test_comments_and_unknown_segments_stay_in_a_jpeg():
    data = result(tagged_jpeg(), "jpg")
    assert opened(data).info["comment"] == b"from the attic"
    assert Segment(0xEB, b"something else") in parse_jpeg(data).segments


@pytest.mark.parametrize("length", [65533, 65534, 150_000])
def test_a_comment_beyond_one_segment_goes_on_in_the_next(length):
    texts = PngImagePlugin.PngInfo()
    comment = "ß" * (length // 2) + "-" * (length % 2)
    texts.add_text("Comment", comment)
    segments = [
        s.payload
        for s in parse_jpeg(result(saved(GREY, "PNG", pnginfo=texts), "jpg")).segments
        if s.marker == COM
    ]
    assert "".join(part.decode() for part in segments) == comment


def test_long_xmp_of_a_png_goes_on_in_an_extension():
    texts = PngImagePlugin.PngInfo()
    title = "<rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>%s</dc:title></rdf:Description>"
    rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>%s</rdf:RDF>"
    texts.add_itxt("XML:com.adobe.xmp", rdf % (title % ("a" * 200_000)))
    metadata = read_scan(result(saved(GREY, "PNG", pnginfo=texts), "jpg"), ReadOptions(recolor=True)).metadata
    assert b"HasExtendedXMP" in (metadata.xmp or b"")
    assert b"a" * 200_000 in (whole_xmp(metadata.xmp, metadata.jpeg_segments) or b"")


@pytest.mark.parametrize("first", ["PNG", "TIFF", "WEBP"])
def test_exif_that_no_jpeg_holds_is_refused(first):
    exif = Image.Exif()
    exif[0x010E] = "d" * 70_000
    data = saved(GREY, first, exif=exif, **({"lossless": True} if first == "WEBP" else {}))
    with pytest.raises(
        OutputError, match=r"bytes of EXIF and JPEG holds 65,527; save it as PNG, TIFF or WebP"
    ):
        result(data, "jpg")
    for kind in ("png", "tif", "webp"):
        assert b"d" * 70_000 in result(data, kind)


def test_the_longest_exif_that_a_jpeg_holds_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "d" * (65_526 - 26 - 1)
    data = saved(GREY, "PNG", exif=exif)
    assert len(read_scan(data).metadata.exif or b"") == 65_526
    assert opened(result(data, "jpg")).getexif()[0x010E] == exif[0x010E]


def test_a_profile_of_more_parts_than_a_jpeg_counts_is_refused():
    huge = replace(read_scan(GREY), metadata=Metadata(icc=bytes(255 * 65_519 + 1)))
    with pytest.raises(
        OutputError, match=r"16,707,346 bytes of profile and JPEG holds 16,707,345; save it as PNG"
    ):
        encode_picture(huge, MadePainting(huge), "jpg")
    full = replace(huge, metadata=Metadata(icc=bytes(255 * 65_519)))
    written = parse_jpeg(encode_picture(full, MadePainting(full), "jpg"))
    assert sum(len(part) - 2 for part in written.payloads(APP2, b"ICC_PROFILE\0")) == 255 * 65_519


def test_texts_of_a_png_stay():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "from the attic")
    texts.add_text("Author", "Großmutter")
    data = result(saved(GREY, "PNG", pnginfo=texts), "png")
    assert opened(data).info["Comment"] == "from the attic"
    assert opened(data).info["Author"] == "Großmutter"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_orientation_is_a_tag_and_the_samples_are_not_turned(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(GREY, kind, exif=exif, **options)
    scan = read_scan(data)
    assert scan.orientation == orientation
    assert scan.size == scan.luma.shape == GREY.shape
    for target in KINDS:
        found = read_scan(encode_picture(scan, MadePainting(scan), target), ReadOptions(recolor=True))
        assert found.orientation == orientation
        assert found.size == GREY.shape


def test_images_in_memory_keep_what_pillow_knows():
    image = Image.open(io.BytesIO(tagged_jpeg()))
    scan = read_scan(image)
    assert scan.orientation == 6
    assert scan.metadata.icc == ICC
    assert scan.metadata.density == Density(300, 240, DensityUnit.INCH)


def test_a_thumbnail_is_cut_off_and_nothing_else_moves():
    exif = exif_blob()
    cleaned = without_thumbnail(with_thumbnail(exif))
    assert cleaned.rstrip(b"\0") == exif.rstrip(b"\0")
    assert without_thumbnail(exif) == exif


@pytest.mark.parametrize("length", [0, 3, 8, 20, 60, 100])
def test_broken_exif_does_no_harm(length):
    broken = with_thumbnail(exif_blob())[:length]
    assert len(without_thumbnail(broken)) <= length
    assert orientation_of(broken) in range(1, 9)
    plain = parse_jpeg(saved(GREY, "JPEG"))
    data = join_jpeg([Segment(APP1, b"Exif\0\0" + broken), *plain.segments])
    for kind in KINDS:
        assert read_scan(result(data, kind), ReadOptions(recolor=True)).size == GREY.shape


def test_density_in_centimetres_and_of_exif_alone():
    plain = parse_jpeg(saved(GREY, "JPEG"))
    head = b"JFIF\0" + struct.pack(">HBHHBB", 0x0102, 2, 118, 118, 0, 0)
    metric = join_jpeg([Segment(0xE0, head), *plain.segments[1:]])
    assert read_scan(metric).metadata.density == Density(118, 118, DensityUnit.CENTIMETRE)
    assert np.allclose(opened(result(metric, "png")).info["dpi"], 299.72, atol=0.01)
    exif = Image.Exif()
    exif[282], exif[283], exif[296] = 600.0, 600.0, 2
    bare = join_jpeg([Segment(APP1, exif.tobytes()), *plain.segments[1:]])
    assert read_scan(bare).metadata.density == Density(600, 600, DensityUnit.INCH)
    assert read_scan(saved(GREY, "PNG", exif=exif)).metadata.density == Density(600, 600, DensityUnit.INCH)


@pytest.mark.parametrize("name", ["iptc", "IPTC profile"])
def test_profiles_in_texts_of_a_png_are_read_whoever_names_them(name):
    assert bytes_of_raw_profile(f"\n{name}\n      4\n0102ff7f\n") == bytes.fromhex("0102ff7f")
    assert bytes_of_raw_profile(f"\n{name}\n   four\n0102") is None


@pytest.mark.parametrize(
    ("metadata", "kind", "told"),
    [
        (Metadata(iptc=RESOURCES), "webp", ["captions in IPTC"]),
        (Metadata(iptc=RESOURCES[:18]), "webp", []),  # a thumbnail alone
        (Metadata(comments=(b"a gate",)), "webp", ["comments"]),
        (Metadata(comments=(b"a gate",)), "tiff", []),
        (Metadata(comments=(b"a gate",)), "jpeg", []),
        (Metadata(density=Density(300, 300, DensityUnit.INCH)), "webp", ["resolution"]),
        (Metadata(density=Density(1, 1, DensityUnit.ASPECT)), "webp", []),
        (Metadata(density=Density(300, 300, DensityUnit.INCH)), "jpeg", []),
        (Metadata(density=Density(70_000, 300, DensityUnit.INCH)), "jpeg", ["limited to 65,535"]),
        (Metadata(density=Density(70_000, 300, DensityUnit.INCH)), "tiff", []),
        (Metadata(png_texts=(("Title", "gate"),)), "jpeg", ["texts of a PNG"]),
        (Metadata(png_texts=(("Title", "gate"),)), "png", []),
    ],
)
def test_what_a_format_has_no_place_for_is_said(metadata, kind, told):
    notes = metadata_left_out(metadata, kind)
    assert len(notes) == len(told)
    assert all(word in note for word, note in zip(told, notes, strict=True))


def test_a_comment_beside_a_description_is_said_to_be_lost():
    exif = Image.Exif()
    exif[270] = "a gate"
    metadata = Metadata(exif=exif.tobytes()[6:], comments=(b"another",))
    assert metadata_left_out(metadata, "tiff") == ("left out, as TIFF has no place for it: comments",)
