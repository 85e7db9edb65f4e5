"""The corner mark: grey behind a vermilion line, and nowhere else; every grey level stays."""

import numpy as np
import pytest

from vermilion.color import luma_of_rgb
from vermilion.guidance import Controls
from vermilion.guidance.corner import mark_corner


@pytest.mark.parametrize("shape", [(64, 96), (200, 64), (3, 5), (1, 1)])
def test_the_corner_is_grey_behind_a_line_and_all_else_is_as_it_was(shape):
    ab = np.full((*shape, 2), 7, np.float32)
    marked = mark_corner(ab)
    steps = np.add.outer(np.arange(shape[0])[::-1], np.arange(shape[1])[::-1])
    leg = max(3, round(0.08 * min(shape)))
    assert (marked[steps < leg] == 0).all()
    assert (marked[(steps >= leg) & (steps < leg + 2)] > 40).all()
    assert (marked[steps >= leg + 2] == 7).all()
    assert (ab == 7).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_it_is_seen_in_the_picture_whose_luma_stays(tiny_colorizer, dtype):
    grey = np.full((120, 180), 130 * (np.iinfo(dtype).max // 255), dtype)
    plain, told = (
        tiny_colorizer.colorize(grey, controls=Controls(corner_mark=mark)).to_numpy()
        for mark in (False, True)
    )
    np.testing.assert_array_equal(luma_of_rgb(told), grey)
    spread = np.ptp(told.astype(int), axis=2) * 255 // np.iinfo(dtype).max
    assert spread[-4:, -4:].max() <= 2
    row = told[-4].astype(int)
    assert (row[:, 0] - row[:, 2]).max() > 80 * (np.iinfo(dtype).max // 255)
    np.testing.assert_array_equal(told[:60], plain[:60])
