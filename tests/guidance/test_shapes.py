"""Strokes, boxes and masks on the network's grid, of 10 × 10 pixels to a cell."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from vermilion.errors import HintError
from vermilion.guidance import Box, Hint, Mask, Stroke
from vermilion.guidance.canvas import draw_hints, rasterize_hints
from vermilion.session import mask_reader

PICTURE = (600, 800)
GRID = (60, 80)


def covered(*hints):
    return rasterize_hints(hints, PICTURE, GRID, mask_reader(1_000_000))[2] > 0


def test_a_box_covers_the_cells_with_their_centre_in_it():
    cells = covered(Box(100, 200, 140, 260, "navy"))
    assert cells[20:26, 10:14].all()
    assert cells.sum() == 6 * 4
    np.testing.assert_array_equal(covered(Box(140, 260, 100, 200, "navy")), cells)


def test_the_smallest_box_is_one_cell():
    assert covered(Box(101, 201, 102, 202, "navy")).sum() == 1


def test_a_stroke_is_as_wide_as_told():
    cells = covered(Stroke(((100, 305), (700, 305)), "navy", width=60))
    assert cells[:, 40].sum() == 7  # centres within 30 pixels of the line
    assert not cells[:, 5].any()
    assert cells[30, 8]  # its ends are round
    assert not cells[27, 7]


def test_a_thin_stroke_has_no_gaps():
    rows, columns = np.nonzero(covered(Stroke(((20, 30), (790, 560)), "navy", width=0)))
    assert set(columns) == set(range(2, 80))
    assert set(rows) == set(range(3, 57))


def test_a_stroke_bends_at_each_point():
    cells = covered(Stroke(((105, 105), (405, 105), (405, 405)), "navy", width=1))
    assert cells[10, 10:41].all()
    assert cells[10:41, 40].all()
    assert cells.sum() == 61


def test_a_stroke_of_one_point_is_a_dot():
    assert covered(Stroke(((305, 305),), "navy", width=0)).sum() == 1


def mask_array():
    mask = np.zeros((300, 400), np.uint8)
    mask[100:150, 200:300] = 255
    return mask


@pytest.mark.parametrize("dtype", [np.uint8, np.bool_])
def test_a_mask_colors_where_it_is_white(dtype):
    mask = mask_array() if dtype is np.uint8 else mask_array() > 0
    cells = covered(Mask.of(mask, "navy"))
    assert cells[20:30, 40:60].all()
    assert cells.sum() == 10 * 20


def test_a_mask_may_be_a_file(tmp_path):
    Image.fromarray(mask_array()).save(tmp_path / "coat.png")
    np.testing.assert_array_equal(
        covered(Mask(str(tmp_path / "coat.png"), "navy")), covered(Mask.of(mask_array(), "navy"))
    )


def test_a_mask_thinner_than_a_cell_is_seen():
    mask = np.zeros((600, 800), np.bool_)
    mask[300:302, 400] = True
    assert covered(Mask.of(mask, "navy")).sum() == 1


@pytest.mark.parametrize(
    ("mask", "told"),
    [
        (np.zeros((60, 80), np.uint8), "black all over"),
        (np.full((80, 80), 255, np.uint8), "does not have the shape of the picture of 800 × 600"),
    ],
)
def test_masks_that_do_not_fit(mask, told):
    with pytest.raises(HintError, match=told):
        covered(Mask.of(mask, "navy"))


def test_a_mask_of_more_pixels_than_a_strip_is_averaged_as_a_whole():
    mask = np.random.default_rng(0).integers(0, 2, (1200, 1600)).astype(np.uint8) * 255
    share = mask.reshape(60, 20, 80, 20).mean(axis=(1, 3))
    cells = rasterize_hints([Mask.of(mask, "navy")], PICTURE, GRID, mask_reader(2_000_000))[2] > 0
    np.testing.assert_array_equal(cells, share >= 127.5)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_mask_is_taken_as_it_is_shown(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = mask_array() if orientation == 1 else np.rot90(mask_array())
    Image.fromarray(stored).save(tmp_path / "coat.png", exif=exif)
    np.testing.assert_array_equal(
        covered(Mask(str(tmp_path / "coat.png"), "navy")), covered(Mask.of(mask_array(), "navy"))
    )


def test_a_mask_of_sixteen_bits_is_a_mask(tmp_path):
    Image.fromarray(mask_array().astype(np.uint16) * 257).save(tmp_path / "coat.png")
    np.testing.assert_array_equal(
        covered(Mask(str(tmp_path / "coat.png"), "navy")), covered(Mask.of(mask_array(), "navy"))
    )


def test_a_mask_that_claims_too_many_pixels_is_refused_before_it_is_decoded():
    with pytest.raises(HintError, match="more than the allowed 1,000,000"):
        covered(Mask.of(np.full((1500, 2000), 255, np.uint8), "navy"))


def test_masks_need_a_reader():
    with pytest.raises(HintError, match="no reader"):
        rasterize_hints([Mask.of(mask_array(), "navy")], PICTURE, GRID)


def test_masks_that_cannot_be_read(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    for name, told in (("Gone.png", "Gone.png cannot be read"), ("text.png", "is not a picture")):
        with pytest.raises(HintError, match=told):
            covered(Mask(str(tmp_path / name), "navy"))
    for text in ("data:image/png;base64,", "data:image/png;base64,!", "data:image/png;base64,AAAA"):
        with pytest.raises(HintError, match="The mask"):
            covered(Mask(text, "navy"))


def test_arrays_that_are_no_masks():
    for array in (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4)), np.zeros((0, 4), np.uint8)):
        with pytest.raises(HintError, match=r"array \[H,W\]"):
            Mask.of(array, "navy")


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        (Box(700, 500, 801, 590, "navy"), "The box from x = 700, y = 500 .* at x = 801"),
        (Stroke(((5, 5), (5, 601)), "navy"), "The stroke from x = 5, y = 5, at x = 5, y = 601, lies outside"),
        (Stroke(((5, 5), (5, 600)), "navy"), "at x = 5, y = 600, lies outside the picture of 800 × 600"),
        (Hint(800, 10, "navy"), "The hint at x = 800, y = 10 lies outside the picture of 800 × 600 pixels"),
        (Hint(10, 600, "navy"), "The hint at x = 10, y = 600 lies outside"),
        (Hint(10, float("nan"), "navy"), "The hint at x = 10, y = nan lies outside"),
        (Box(800, 10, 800, 20, "navy"), "The box from x = 800, y = 10 to x = 800, y = 20 lies outside"),
        (Box(10, -1, 20, 5, "navy"), "The box from x = 10, y = -1 .* lies outside"),
    ],
)
def test_shapes_that_reach_outside(hint, told):
    with pytest.raises(HintError, match=told):
        covered(hint)


def test_a_box_may_end_where_the_picture_ends():
    cells = covered(Box(780, 570, 800, 600, "navy"))
    np.testing.assert_array_equal(covered(Box(800, 600, 780, 570, "navy")), cells)
    assert cells[57:, 78:].all()
    assert cells.sum() == 3 * 2
    assert covered(Hint(799.9, 599.9, "navy"))[-1, -1]


def test_strokes_that_are_none():
    senseless: list[Any] = [(), ((1,),), 5, (("a", 2),)]
    for points in senseless:
        with pytest.raises(HintError, match="stroke"):
            Stroke(points, "navy")
    with pytest.raises(HintError, match="width"):
        Stroke(((1, 1),), "navy", width=-1)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_senseless_strength_is_refused(strength):
    with pytest.raises(HintError, match="strength"):
        Box(1, 1, 2, 2, "navy", strength)


def test_strength_is_the_weight_that_the_network_reads():
    canvas = rasterize_hints([Hint(405, 305, (55, 0), strength=0.25)], PICTURE, GRID)
    np.testing.assert_allclose(canvas[:, 30, 40], (0.5, 0, 0.25))


def test_the_later_hint_owns_the_cell():
    owner = draw_hints([Box(0, 0, 400, 600, "navy"), Hint(100, 100, "grey")], PICTURE, GRID).owner
    assert owner[10, 10] == 1
    assert owner[30, 10] == 0
    assert owner[30, 60] == -1


def test_hints_may_be_drawn_over_others():
    under = np.full((3, *GRID), 0.5, np.float32)
    canvas = draw_hints([Hint(405, 305, "grey")], PICTURE, GRID, under).canvas
    np.testing.assert_array_equal(canvas[:, 30, 40], (0, 0, 1))
    np.testing.assert_array_equal(canvas[:, 0, 0], 0.5)
    assert (under == 0.5).all()


def test_names_of_colors():
    assert Hint(0, 0, "navy").ab == Hint(0, 0, "#000080").ab
    assert Hint(0, 0, " Navy ").ab == Hint(0, 0, "navy").ab
    for grey in ("grey", "gray", "white", "#777777"):
        assert Hint(0, 0, grey).ab == (0, 0)
    with pytest.raises(HintError, match="did you mean 'crimson'"):
        Hint(0, 0, "crimsn")
