import numpy as np
import pytest

from vermilion.network import with_margin, working_size


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3000, 4000), (256, 340)),
        ((4000, 3000), (340, 256)),
        ((256, 256), (256, 256)),
        ((10, 10), (256, 256)),
        ((1, 1), (256, 256)),
        ((1000, 4000), (256, 1024)),
        ((1000, 8000), (128, 1024)),
        ((1, 60000), (4, 1024)),
    ],
)
def test_working_size(size, expected):
    assert working_size(size, 256, 4) == expected


def test_aspect_is_kept_within_half_a_step():
    for width in range(300, 1100, 37):
        height, seen_width = working_size((300, width), 256, 4)
        assert abs(seen_width - width * 256 / 300) <= 2
        assert height == 256


@pytest.mark.parametrize("size", [(64, 64), (60, 33), (4, 100), (1, 1)])
def test_margin_mirrors_and_keeps_the_picture(size):
    planes = np.random.default_rng(0).random((2, *size), dtype=np.float32)
    framed = with_margin(planes)
    assert framed.shape[1] % 32 == framed.shape[2] % 32 == 0
    assert framed.shape[1] - size[0] < 32
    np.testing.assert_array_equal(framed[:, : size[0], : size[1]], planes)
