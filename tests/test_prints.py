"""A print out of a phone's photo, coloured: in Python and on the command line."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.photographed import Taken, photograph
from tests.pictures.made import grey_picture
from vermilion import Colorizer, Controls, Picture
from vermilion.errors import PrintOnColorError
from vermilion.guidance import Recipe
from vermilion.picture.polygon import outside_polygon
from vermilion.pictures import ReadOptions, read_scan
from vermilion.pictures.scan import Crop
from vermilion.tone import luma_of_rgb


@pytest.fixture(scope="module")
def photo():
    taken = Taken(size=(360, 480), turn=5, tilt=(6, -8))
    return photograph(grey_picture(150, 210), taken, np.random.default_rng(0)).jpeg(88)


def crop_of(picture: Picture) -> Crop:
    assert picture.scan.crop is not None
    return picture.scan.crop


def test_the_print_is_painted_and_the_table_stays_grey(tiny_colorizer: Colorizer, photo) -> None:
    with pytest.raises(PrintOnColorError):
        tiny_colorizer.colorize(photo)
    picture = tiny_colorizer.colorize(photo, crop_print=True)
    (top, left), (height, width) = crop_of(picture).origin, picture.scan.size
    luma = read_scan(photo, ReadOptions(recolor=True)).luma[top : top + height, left : left + width]
    outside = outside_polygon(crop_of(picture).corners, slice(0, height), width)
    assert 0.02 < outside.mean() < 0.5
    results = [picture.to_numpy(), np.asarray(picture.to_pil()), picture.rgb_rows(0, height)]
    results.append(np.asarray(Image.open(io.BytesIO(picture.encode("png")))))
    for rgb in results:
        np.testing.assert_array_equal(luma_of_rgb(rgb), luma)
        np.testing.assert_array_equal(rgb[outside], np.repeat(luma[outside][:, None], 3, axis=1))
        assert np.ptp(rgb[~outside].astype(int), axis=-1).mean() > 5
    np.testing.assert_array_equal(picture.rgb_rows(40, 60), results[0][40:60])


def test_a_jpeg_of_it_has_the_luma_of_the_photo_and_a_grey_table(tiny_colorizer: Colorizer, photo) -> None:
    picture = tiny_colorizer.colorize(photo, crop_print=True)
    (top, left), (height, width) = crop_of(picture).origin, picture.scan.size
    result = picture.encode("jpg")
    whole = read_scan(photo, ReadOptions(recolor=True)).luma
    found = read_scan(result, ReadOptions(recolor=True)).luma
    np.testing.assert_array_equal(found, whole[top : top + height, left : left + width])
    for subsampled in (False, True):
        planes = picture.chroma_planes(subsampled)
        part = 0.5 if subsampled else 1
        corners = [(part * x, part * y) for x, y in crop_of(picture).corners]
        outside = outside_polygon(corners, slice(0, planes[0].shape[0]), planes[0].shape[1])
        for plane in planes:
            assert (plane[outside] == 128).all()
            assert (plane[~outside] != 128).any()


def test_an_album_says_of_the_whole_photo_where_its_things_are(
    tiny_colorizer: Colorizer, photo, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(photo)
    entry = {"name": "coat", "color": "navy", "picture": "photo.jpg", "hints": [{"x": 470, "y": 350}]}
    album = tmp_path / "album.json"
    album.write_text(json.dumps({"entries": [entry]}))
    picture = tiny_colorizer.colorize(
        tmp_path / "photo.jpg", crop_print=True, controls=Controls(album=str(album))
    )
    assert picture.scan.size[1] < 470, "the place lies beyond the print, and would be refused in it"


def test_previews_and_regions_leave_the_table_grey(tiny_colorizer: Colorizer, photo) -> None:
    picture = tiny_colorizer.colorize(photo, crop_print=True)
    height, width = picture.scan.size
    crop = crop_of(picture)
    whole = picture.to_numpy()
    np.testing.assert_array_equal(picture.region(8, 16, width - 8, height - 16), whole[16:, 8:])
    small = picture.preview(120)
    corners = crop.scaled(small.shape[1] / width, small.shape[0] / height)
    outside = outside_polygon(corners, slice(0, small.shape[0]), small.shape[1])
    assert 0.02 < outside.mean() < 0.5
    assert (np.ptp(small[outside].astype(int), axis=-1) == 0).all()
    assert np.ptp(small[~outside].astype(int), axis=-1).mean() > 5


def test_a_replay_takes_out_the_same_print(tiny_colorizer: Colorizer, photo) -> None:
    picture = tiny_colorizer.colorize(photo, crop_print=True, size=96)
    recipe = picture.recipe
    assert recipe.crop_print
    assert Recipe(recipe.vermilion, recipe.input, recipe.model).crop_print is False
    again = tiny_colorizer.replay(recipe, photo)
    np.testing.assert_array_equal(again.to_numpy(), picture.to_numpy())
    assert recipe.difference(again.recipe) == ""
