"""Whatever cannot be read is answered by one sentence that names the file and the cure."""

import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import grey_picture, saved
from vermilion.errors import PictureError
from vermilion.pictures import NamedBytes, ReadOptions, read_scan


def refusal(source, options=None):
    with pytest.raises(PictureError) as caught:
        read_scan(source, options or ReadOptions()).preview((32, 32))
    message = str(caught.value)
    assert "\n" not in message
    assert ";" in message, "a cure follows the semicolon"
    return message


def claiming(kind, width, height):
    """A small file that claims to be enormous."""
    if kind == "png":
        body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        head = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
        return b"\x89PNG\r\n\x1a\n" + head + saved(grey_picture(8, 8), "PNG")[33:]
    if kind == "jpg":
        plain = saved(grey_picture(8, 8), "JPEG")
        start = plain.index(b"\xff\xc0") + 5
        return plain[:start] + struct.pack(">HH", height, width) + plain[start + 4 :]
    plain = saved(grey_picture(8, 8), "TIFF")
    for tag, number in ((256, width), (257, height)):
        plain = re.sub(
            re.escape(struct.pack("<H", tag)) + rb"[\x03\x04]\x00\x01\x00\x00\x00....",
            struct.pack("<HHII", tag, 4, 1, number).replace(b"\\", b"\\\\"),
            plain,
            count=1,
            flags=re.DOTALL,
        )
    return plain


CONTENTS = {
    "empty.jpg": (b"", "empty"),
    "empty.png": (b"", "empty"),
    "text.jpg": (b"Dear grandma, here are the photographs.\n" * 20, "known format"),
    "truncated.jpg": (saved(grey_picture(), "JPEG")[:9000], "cut off"),
    "truncated color.jpg": (saved(Image.fromarray(grey_picture()).convert("RGB"), "JPEG")[:9000], "cut off"),
    "head only.jpg": (saved(grey_picture(), "JPEG")[:60], "damaged|cut off"),
    "truncated.png": (saved(grey_picture(), "PNG")[:20000], "damaged or cut off"),
    "truncated.tif": (saved(grey_picture(), "TIFF")[:20000], "damaged or cut off"),
    "truncated.bmp": (saved(grey_picture(), "BMP")[:20000], "damaged or cut off"),
    "signature.png": (b"\x89PNG\r\n\x1a\n", "damaged or cut off|known format"),
    "huge.png": (claiming("png", 60_000, 60_000), "60,000 x 60,000"),
    "huge.jpg": (claiming("jpg", 60_000, 60_000), "60,000 x 60,000"),
    "huge.tif": (claiming("tif", 60_000, 60_000), "60,000 x 60,000"),
    "flat.jpg": (claiming("jpg", 0, 8), "damaged|claims"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_a_bad_file_is_named_with_its_cure(name, tmp_path, capfd):
    content, reason = CONTENTS[name]
    path = tmp_path / name
    path.write_bytes(content)
    message = refusal(path)
    assert str(path) in message
    assert re.search(reason, message)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", CONTENTS)
def test_bad_bytes_are_refused_like_files(name):
    content, reason = CONTENTS[name]
    message = refusal(content)
    assert "<bytes>" in message
    assert re.search(reason, message)
    named = refusal(NamedBytes(content, "the attachment <bytes>.jpg"))
    assert named == message.replace("<bytes>", "the attachment <bytes>.jpg")


def test_a_missing_file_a_folder_and_a_forbidden_file(tmp_path, monkeypatch):
    assert "does not exist" in refusal(tmp_path / "nowhere.jpg")
    assert "is a folder" in refusal(tmp_path)
    path = tmp_path / "secret.jpg"
    path.write_bytes(saved(grey_picture(), "JPEG"))

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert "may not be read" in refusal(path)


def test_a_page_that_is_not_there():
    pages = saved(grey_picture(), "TIFF", save_all=True, append_images=[Image.new("L", (5, 5))])
    assert "has 2 pages, so there is no page 3" in refusal(pages, ReadOptions(page=3))
    assert "has 1 page, so there is no page 2" in refusal(saved(grey_picture(), "JPEG"), ReadOptions(page=2))
    assert "no page 0" in refusal(grey_picture(), ReadOptions(page=0))


def test_the_limit_on_pixels_can_be_moved():
    data = saved(grey_picture(100, 100), "PNG")
    assert "smaller or in parts" in refusal(data, ReadOptions(max_pixels=9_999))
    assert read_scan(data, ReadOptions(max_pixels=10_000)).size == (100, 100)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.int32),
        np.full((4, 4), np.nan),
        np.full((4, 4), 255.0),
        np.zeros((4, 4, 5), np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros(4),
    ],
)
def test_arrays_that_are_no_picture(array):
    assert "array" in refusal(array)


def test_other_things_are_no_picture():
    assert "give a path" in refusal(5)


def test_harmless_oddities_of_a_jpeg_are_forgiven(capfd):
    plain = saved(grey_picture(), "JPEG")
    odd = plain[:-2] + b"\x00\x00\x00" + plain[-2:]
    np.testing.assert_array_equal(read_scan(odd).luma, read_scan(plain).luma)
    assert capfd.readouterr().err == ""
