import numpy as np
import pytest
from PIL import Image, ImageOps

from vermilion.view import turn_back, turn_upright, upright_size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_is_what_pillow_shows(orientation):
    stored = np.arange(12, dtype=np.uint8).reshape(3, 4)
    image = Image.fromarray(stored)
    image.getexif()[274] = orientation
    shown = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(turn_upright(stored, orientation), shown)
    assert upright_size((3, 4), orientation) == shown.shape


@pytest.mark.parametrize("orientation", range(1, 9))
def test_there_and_back(orientation):
    stored = np.arange(24).reshape(3, 4, 2)
    np.testing.assert_array_equal(turn_back(turn_upright(stored, orientation), orientation), stored)
