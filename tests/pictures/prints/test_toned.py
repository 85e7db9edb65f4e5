"""Grey, sepia and stained prints are scans; real colour is refused."""

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import color_picture, grey_picture, saved, sepia
from vermilion.errors import AlreadyColoredError
from vermilion.pictures import ReadOptions, read_scan


def gradients():
    y, x = np.mgrid[0:120, 0:160]
    return np.dstack([x * 255 // 159, y * 255 // 119, 255 - x * 255 // 159]).astype(np.uint8)


def grey_with_a_flag():
    """A grey street with one small thing in colour."""
    picture = np.repeat(grey_picture(120, 160)[..., None], 3, -1)
    picture[40:64, 60:90] = (200, 30, 40)
    return picture


TONED = {
    "grey": np.repeat(grey_picture()[..., None], 3, -1),
    "sepia": sepia(grey_picture()),
    "stained": sepia(grey_picture(), stain=1.0),
    "cyanotype": sepia(grey_picture())[..., ::-1],
    "one pixel": np.full((1, 1, 3), (90, 60, 30), np.uint8),
}
COLORED = {"patches": color_picture(), "gradients": gradients(), "a flag": grey_with_a_flag()}


def sources(rgb):
    yield np.ascontiguousarray(rgb)
    yield Image.fromarray(np.ascontiguousarray(rgb))
    yield from (saved(np.ascontiguousarray(rgb), kind) for kind in ("JPEG", "PNG", "TIFF", "BMP"))
    yield rgb.astype(np.uint16) * 257


@pytest.mark.parametrize("name", TONED)
def test_toned_prints_are_welcome(name):
    for source in sources(TONED[name]):
        assert read_scan(source).size == TONED[name].shape[:2]


@pytest.mark.parametrize("name", COLORED)
def test_real_color_is_refused_unless_recolor(name):
    for source in sources(COLORED[name]):
        with pytest.raises(AlreadyColoredError, match=r"in colour already; .*--recolor"):
            read_scan(source)
        scan = read_scan(source, ReadOptions(recolor=True))
        assert scan.size == COLORED[name].shape[:2]


def test_noise_in_color_of_a_scanner_is_no_color():
    rng = np.random.default_rng(0)
    noisy = sepia(grey_picture(600, 800)).astype(int) + rng.normal(0, 6, (600, 800, 3))
    assert read_scan(noisy.clip(0, 255).astype(np.uint8)).depth == 8


def test_a_large_picture_is_judged_like_a_small_one():
    large = cv2.resize(color_picture(), (1600, 1200), interpolation=cv2.INTER_NEAREST)
    for source in sources(large):
        with pytest.raises(AlreadyColoredError):
            read_scan(source)
