"""Prints photographed on a coloured background: told from colour photographs, taken out with exact greys."""

import io
import pickle

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmarks.photographed import TABLES, TONES, Taken, photograph
from benchmarks.prints import try_print
from tests.pictures.made import MadePainting, color_picture, grey_picture, saved, sepia
from vermilion.errors import AlreadyColoredError, PrintOnColorError
from vermilion.pictures import ReadOptions, encode_picture, read_scan
from vermilion.pictures.jpeg.coefficients import grey_jpeg
from vermilion.pictures.jpeg.segments import parse_jpeg
from vermilion.pictures.read import crop
from vermilion.pictures.scan import Crop

CROP = ReadOptions(crop_print=True)
SIZE = (360, 480)


def taken_print(seed=0, **how):
    random = np.random.default_rng(seed)
    return photograph(grey_picture(150, 210, seed=seed), Taken(**{"size": SIZE, "turn": 4, **how}), random)


@pytest.fixture(scope="module")
def photo():
    return taken_print(tilt=(6.0, -8.0))


def twenty():
    """All tables and tones, turned to both sides, tilted to both sides, upright and lying photos."""
    random = np.random.default_rng(7)
    for number in range(20):
        yield (
            number,
            {
                "table": list(TABLES)[number % len(TABLES)],
                "tone": "grey" if number % 3 else list(TONES)[number % len(TONES)],
                "turn": float(random.uniform(-10, 10)),
                "tilt": (float(random.uniform(-10, 10)), float(random.uniform(-10, 10))),
                "share": float(random.uniform(0.6, 0.92)),
                "size": SIZE if number % 2 else SIZE[::-1],
            },
        )


@pytest.mark.slow
def test_twenty_prints_are_refused_with_a_hint_and_taken_out_exactly():
    tried = [try_print(taken_print(seed, **how), quality=80) for seed, how in twenty()]
    assert [each.hinted for each in tried] == [each.refused for each in tried]
    assert sum(each.refused for each in tried) >= 18  # some tables are of the print's own tone
    assert [number for number, each in enumerate(tried) if not each.right] == []
    assert all(each.exact for each in tried)


@pytest.mark.parametrize("table", ["oak", "blue cloth", "pink granite"])
def test_a_print_on_a_table_is_refused_with_a_hint(table):
    with pytest.raises(
        PrintOnColorError, match=r"<array> shows a print on a coloured background; .*--crop-print"
    ):
        read_scan(taken_print(table=table).rgb)


def test_the_refusal_tells_where_the_print_lies(photo):
    with pytest.raises(PrintOnColorError) as caught:
        read_scan(photo.rgb)
    np.testing.assert_allclose(caught.value.corners, photo.corners / SIZE[::-1], atol=0.01)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.corners) == (str(caught.value), caught.value.corners)


def crop_of(scan) -> Crop:
    assert scan.crop is not None
    return scan.crop


def sources(rgb):
    yield rgb
    yield Image.fromarray(rgb)
    yield from (saved(rgb, kind) for kind in ("JPEG", "PNG", "TIFF", "BMP", "WEBP"))
    yield rgb.astype(np.uint16) * 257
    yield np.dstack([rgb, np.linspace(1, 255, rgb[..., 0].size).reshape(SIZE).astype(np.uint8)])


def test_every_grey_of_the_print_is_the_photos(photo):
    for source in sources(photo.rgb):
        scan, whole = read_scan(source, CROP), read_scan(source, ReadOptions(recolor=True))
        (top, left), (height, width) = crop_of(scan).origin, scan.size
        part = slice(top, top + height), slice(left, left + width)
        np.testing.assert_array_equal(scan.luma, whole.luma[part])
        assert (scan.alpha is None) == (whole.alpha is None)
        if whole.alpha is not None:
            np.testing.assert_array_equal(scan.alpha, whole.alpha[part])
        np.testing.assert_allclose(np.add(crop_of(scan).corners, (left, top)), photo.corners, atol=4)
        assert (scan.depth, scan.format) == (whole.depth, whole.format)
        np.testing.assert_allclose(
            scan.preview((24, 32)),
            cv2.resize(
                scan.luma / np.float32(np.iinfo(scan.luma.dtype).max), (32, 24), interpolation=cv2.INTER_AREA
            ),
            atol=0.05,
        )


def test_the_rectangle_is_the_least_around_the_print_that_begins_at_whole_blocks(photo):
    scan = read_scan(photo.rgb, CROP)
    (top, left), corners = crop_of(scan).origin, np.array(crop_of(scan).corners)
    assert top % 8 == left % 8 == 0
    assert (corners.min(axis=0) >= 0).all()
    assert (corners.min(axis=0) < 8).all()
    np.testing.assert_array_equal(scan.size, np.ceil(corners.max(axis=0))[::-1])


def test_a_jpeg_keeps_its_luma_coefficients(photo):
    for subsampling, progressive in ((0, False), (2, True)):
        content = io.BytesIO()
        Image.fromarray(photo.rgb).save(
            content, "jpeg", quality=88, subsampling=subsampling, progressive=progressive
        )
        data = content.getvalue()
        scan = read_scan(data, CROP)
        result = encode_picture(scan, MadePainting(scan), "jpg")
        whole = decoded(grey_jpeg(parse_jpeg(data), "photo"))
        (top, left), (height, width) = crop_of(scan).origin, scan.size
        found = decoded(grey_jpeg(parse_jpeg(result), "result"))
        np.testing.assert_array_equal(found, whole[top : top + height, left : left + width])
        assert parse_jpeg(result).quantization_tables()[0] == parse_jpeg(data).quantization_tables()[0]
        assert scan.sha256 == read_scan(data, ReadOptions(recolor=True)).sha256


def decoded(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def test_a_photo_that_lies_on_its_side_is_taken_out_as_it_lies(photo):
    turned = np.ascontiguousarray(np.rot90(photo.rgb))  # which orientation 6 turns back
    exif = Image.Exif()
    exif[274] = 6
    exif.get_ifd(34665).update({40962: SIZE[0], 40963: SIZE[1]})
    exif[305] = "a phone"
    scan = read_scan(saved(turned, "JPEG", exif=exif, quality=90), CROP)
    assert scan.orientation == 6
    assert scan.size[0] > scan.size[1]
    told = Image.Exif()
    told.load(scan.metadata.exif or b"")
    assert (told[305], told.get_ifd(34665)[40962], told.get_ifd(34665)[40963]) == (
        "a phone",
        *scan.size[::-1],
    )


def test_colour_all_over_is_refused_as_before():
    y, x = np.mgrid[:300, :400]
    busy = np.dstack([x * 255 // 399, y * 255 // 299, 255 - x * 255 // 399]).astype(np.uint8)
    for rgb in (color_picture(300, 400), busy):
        with pytest.raises(AlreadyColoredError, match=r"in colour already; ask for recolor") as caught:
            read_scan(rgb)
        assert not isinstance(caught.value, PrintOnColorError)
        with pytest.raises(AlreadyColoredError, match=r"no grey print .* crop it by hand"):
            read_scan(rgb, CROP)
        both = read_scan(rgb, ReadOptions(recolor=True, crop_print=True))
        assert (both.size, both.crop) == (rgb.shape[:2], None)


def around(shape):
    """Green all around something grey of a shape that is no print's: a mask [h,w]."""
    rgb = np.full((*shape.shape, 3), (40, 120, 60), np.uint8)
    rgb[shape] = np.repeat(grey_picture(*shape.shape)[..., None], 3, -1)[shape]
    return rgb


def test_grey_things_of_other_shapes_are_no_prints():
    y, x = np.mgrid[:300, :400]
    shapes = {
        "disc": (y - 150) ** 2 + (x - 200) ** 2 < 100**2,
        "triangle": (y > 40) & (y < 260) & (abs(x - 200) < (y - 40) * 0.7),
        "sky": y < 150,
        "corner": (y < 200) & (x < 250),
        "stripe": (y > 100) & (y < 200),
        "crossed": ((abs(y - 150) < 50) & (abs(x - 200) < 150))
        | ((abs(x - 200) < 50) & (abs(y - 150) < 120)),
        "small": (abs(y - 150) < 20) & (abs(x - 200) < 30),
    }
    for name, shape in shapes.items():
        with pytest.raises(AlreadyColoredError) as caught:
            read_scan(around(shape))
        assert not isinstance(caught.value, PrintOnColorError), name
    with pytest.raises(PrintOnColorError):  # the same with a rectangle
        read_scan(around((abs(y - 150) < 90) & (abs(x - 200) < 120)))


def test_a_picture_in_colour_on_a_table_is_no_print(photo):
    paper = color_picture(200, 280)
    rgb = np.full((*SIZE, 3), (150, 100, 60), np.uint8)
    rgb[80:280, 100:380] = paper
    with pytest.raises(AlreadyColoredError) as caught:
        read_scan(rgb)
    assert not isinstance(caught.value, PrintOnColorError)


def test_scans_without_a_background_stay_whole():
    grey = grey_picture(240, 320)
    for rgb in (np.repeat(grey[..., None], 3, -1), sepia(grey), sepia(grey, stain=1.0), grey):
        scan = read_scan(rgb, CROP)
        assert (scan.size, scan.crop) == (grey.shape, None)


def test_a_jpeg_whose_coefficients_cannot_be_carried_over_says_so(photo, monkeypatch):
    monkeypatch.setattr(crop, "can_carry_luma", lambda: False)
    data = saved(photo.rgb, "JPEG", quality=90)
    scan, whole = read_scan(data, CROP), read_scan(data, ReadOptions(recolor=True))
    (top, left), (height, width) = crop_of(scan).origin, scan.size
    np.testing.assert_array_equal(scan.luma, whole.luma[top : top + height, left : left + width])
    assert scan.jpeg is None
    assert "only to within a few levels" in scan.left_out[-1]
