"""Places go from the scan to the picture and back, and so do planes."""

import numpy as np
import pytest

from vermilion.tone import reduce_luma
from vermilion.view import Frame, Tone, View, whole

SCAN = (300, 400)
GRID = (96, 128)


def grid_of(turns: int) -> tuple[int, int]:
    return (GRID[1], GRID[0]) if turns % 2 else GRID


def scene(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A smooth scan, as a function of places."""
    return 0.5 + 0.3 * np.sin(x / 40) + 0.15 * np.cos(y / 30)


def sampled(size: tuple[int, int]) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    return scene((x + 0.5) * SCAN[1] / size[1], (y + 0.5) * SCAN[0] / size[0]).astype(np.float32)


@pytest.fixture(params=range(4))
def view(request: pytest.FixtureRequest) -> View:
    return View(SCAN, Frame(60.3, 50.7, 250.0, 180.0, 4.0), request.param)


def test_the_upper_left_corner_of_a_turned_picture_is_where_it_lies() -> None:
    """A frame from (10, 20) to (110, 80): what is upper left once the picture stands upright."""
    lies = {0: (10, 20), 1: (10, 80), 2: (110, 80), 3: (110, 20)}
    for turns, corner in lies.items():
        view = View(SCAN, Frame(10, 20, 100, 60), turns)
        assert view.to_scan(np.zeros((1, 2)), (30, 50))[0] == pytest.approx(corner)
        assert view.size == ((100, 60) if turns % 2 else (60, 100))


def test_places_come_back_exactly(view: View) -> None:
    places = np.random.default_rng(0).uniform(0, 90, (50, 2))
    there = view.to_scan(places, grid_of(view.turns))
    np.testing.assert_allclose(view.to_picture(there, grid_of(view.turns)), places, atol=1e-9)
    assert view.contains(there).all()
    assert not view.contains(np.array([(1.0, 1.0), (399.0, 299.0)])).any()


def test_what_is_seen_is_what_lies_there(view: View) -> None:
    grid = grid_of(view.turns)
    y, x = np.mgrid[: grid[0], : grid[1]]
    there = view.to_scan(np.stack([x.ravel() + 0.5, y.ravel() + 0.5], axis=1), grid)
    seen = view.reduced(sampled(SCAN), grid)
    np.testing.assert_allclose(seen, scene(there[:, 0], there[:, 1]).reshape(grid), atol=5e-4)


def test_what_is_painted_lies_where_it_was_seen(view: View) -> None:
    painted = view.reduced(sampled(SCAN), grid_of(view.turns))
    plane = view.to_plane(np.stack([painted, 2 * painted], axis=-1), (150, 200))
    cover = view.coverage((150, 200))
    inside = cover == 1
    np.testing.assert_allclose(plane[inside][:, 0], sampled((150, 200))[inside], atol=1e-3)
    np.testing.assert_allclose(plane[..., 1], 2 * plane[..., 0], atol=1e-6)
    assert not plane[cover == 0].any()
    assert cover.sum() * 4 == pytest.approx(view.frame.area, rel=1e-3)


@pytest.mark.parametrize("turns", range(4))
def test_a_straight_frame_on_whole_pixels_is_cut_out_exactly(turns: int) -> None:
    scan = np.random.default_rng(1).random(SCAN, np.float32)
    view = View(SCAN, Frame(60, 50, 240, 180), turns)
    grid = (120, 90) if turns % 2 else (90, 120)
    expected = np.rot90(reduce_luma(scan[50:230, 60:300], (90, 120)), -turns)
    np.testing.assert_allclose(view.reduced(scan, grid), expected, atol=1e-6)


def test_the_whole_scan_is_seen_as_it_always_was() -> None:
    scan = np.random.default_rng(2).integers(0, 256, (311, 417)).astype(np.uint8)
    view = View(scan.shape, whole(scan.shape))
    assert view.is_whole
    np.testing.assert_array_equal(view.seen(scan, (96, 128)), reduce_luma(scan, (96, 128)))


def test_codes_of_sixteen_bits_are_seen_like_those_of_eight() -> None:
    luma = sampled(SCAN)
    view = View(SCAN, Frame(60, 50, 240, 180, 3))
    eight, sixteen = (view.seen(np.rint(luma * top).astype(kind), (90, 120)) for top, kind in _DEPTHS)
    np.testing.assert_allclose(eight, sixteen, atol=0.002)


_DEPTHS = ((255, np.uint8), (65535, np.uint16))


def test_the_tone_is_applied_to_what_is_seen_alone() -> None:
    scan = np.full(SCAN, 0.4, np.float32)
    view = View(SCAN, whole(SCAN), 0, Tone(2.0, -0.5))
    assert view.seen(scan, (30, 40)).max() == pytest.approx(0.3)
    assert view.reduced(scan, (30, 40)).max() == pytest.approx(0.4)


def test_boxes_and_masks_go_along() -> None:
    view = View(SCAN, Frame(100, 50, 200, 100), 1)  # turned clockwise: the left edge becomes the upper one
    assert view.box_to_picture((100, 50, 120, 150), (200, 100)) == pytest.approx((0, 0, 100, 20))
    mask = np.zeros(SCAN, np.bool_)
    mask[50:150, 100:120] = True
    seen = view.mask_to_picture(mask, (200, 100))
    assert seen[:20].all()
    assert not seen[21:].any()


def test_a_straight_picture_on_a_mount_is_seen_as_sharply_as_a_bare_one() -> None:
    """At 1.5 pixels a cell, where interpolated samples would blur."""
    picture = np.random.default_rng(2).random((180, 240), np.float32)
    scan = np.full(SCAN, 0.9, np.float32)
    scan[50:230, 60:300] = picture
    for frame in (Frame(60, 50, 240, 180), Frame(60.3, 49.8, 239.6, 180.4)):
        seen = View(SCAN, frame).reduced(scan, (120, 160))
        np.testing.assert_allclose(seen, reduce_luma(picture, (120, 160)), atol=1e-5)
