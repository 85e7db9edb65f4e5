"""The pixels outside a convex polygon."""

import numpy as np
import pytest

from vermilion.picture.polygon import outside_polygon


def test_a_rectangle_between_pixels():
    outside = outside_polygon([(1, 2), (4, 2), (4, 5), (1, 5)], slice(0, 6), 6)
    wanted = np.ones((6, 6), bool)
    wanted[2:5, 1:4] = False
    np.testing.assert_array_equal(outside, wanted)


@pytest.mark.parametrize("turn", range(4))
def test_any_quadrilateral_is_told_by_its_four_sides(turn):
    corners = np.roll([(3.2, 1.1), (17.4, 4.0), (15.0, 13.7), (1.0, 11.2)], turn, axis=0)
    y, x = np.mgrid[:15, :20] + 0.5
    within = np.ones((15, 20), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        within &= (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0
    found = outside_polygon([tuple(corner) for corner in corners], slice(0, 15), 20)
    np.testing.assert_array_equal(found, ~within)
    some = outside_polygon([tuple(corner) for corner in corners], slice(4, 9), 20)
    np.testing.assert_array_equal(some, found[4:9])


def test_a_pixel_whose_centre_lies_on_a_side_is_inside():
    outside = outside_polygon([(1.5, 1.5), (3.5, 1.5), (3.5, 4.5), (1.5, 4.5)], slice(0, 6), 6)
    wanted = np.ones((6, 6), bool)
    wanted[1:5, 1:4] = False
    np.testing.assert_array_equal(outside, wanted)
