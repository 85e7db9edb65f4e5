"""Tiles in the URL form of the IIIF Image API 3, level 1."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.studio.conftest import grey_jpeg
from vermilion import Colorizer


@pytest.fixture
def picture(client):
    [picture] = client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg(1100, 700))}).json()
    return picture


@pytest.fixture
def tile(client, picture):
    def get(path):
        return client.get(f"/v1/iiif/{picture['id']}~{picture['revision']}/{path}")

    return get


def test_the_picture_says_what_may_be_asked(tile, picture):
    answer = tile("info.json")
    info = answer.json()
    assert answer.headers["content-type"].startswith("application/ld+json")
    assert info["id"].endswith(f"/v1/iiif/{picture['id']}~{picture['revision']}")
    assert (info["type"], info["profile"]) == ("ImageService3", "level1")
    assert (info["width"], info["height"]) == (1100, 700)
    assert info["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4]}]
    assert info["sizes"][0] == {"width": 275, "height": 175}


def test_tiles_are_the_regions_of_the_picture(tile, picture, tiny_model):
    wanted = Colorizer(tiny_model).colorize(grey_jpeg(1100, 700)).region(512, 300, 200, 100)
    shown = np.asarray(Image.open(io.BytesIO(tile("512,300,200,100/max/0/default.png").content)))
    assert np.array_equal(shown, wanted)
    grey = np.asarray(Image.open(io.BytesIO(tile("512,300,200,100/max/0/gray.png").content)))
    assert np.ptp(grey.astype(int), axis=2).max() == 0


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("full/max", (1100, 700)),
        ("full/550,", (550, 350)),
        ("full/,350", (550, 350)),
        ("full/300,300", (300, 300)),
        ("square/100,100", (100, 100)),
        ("1024,512,512,512/max", (76, 188)),
        ("0,0,1024,700/512,350", (512, 350)),
        ("1099,699,1,1/max", (1, 1)),
    ],
)
def test_regions_and_sizes_of_level_1(tile, path, size):
    answer = tile(f"{path}/0/color.jpg")
    assert answer.status_code == 200, answer.text
    assert "immutable" in answer.headers["cache-control"]
    assert Image.open(io.BytesIO(answer.content)).size == size


@pytest.mark.parametrize(
    "path",
    [
        "1100,0,10,10/max/0/color.jpg",
        "0,0,0,10/max/0/color.jpg",
        "-1,0,10,10/max/0/color.jpg",
        "0,0,1e9,10/max/0/color.jpg",
        "pct:0,0,50,50/max/0/color.jpg",
        "full/^2200,/0/color.jpg",
        "full/2200,/0/color.jpg",
        "full/0,/0/color.jpg",
        "full/,/0/color.jpg",
        "full/max/90/color.jpg",
        "full/max/0/bitonal.jpg",
        "full/max/0/color.gif",
        "full/max/0/color",
        "..%2F..%2Fetc/max/0/color.jpg",
    ],
)
def test_all_else_is_refused_with_a_problem(tile, path):
    answer = tile(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_tiles_of_other_colours_are_stale(client, tile, picture):
    client.put(f"/v1/pictures/{picture['id']}/controls", json={"vividness": 1.3}).raise_for_status()
    for path in ("info.json", "full/max/0/color.jpg"):
        assert (tile(path).status_code, tile(path).json()["code"]) == (409, "stale")
