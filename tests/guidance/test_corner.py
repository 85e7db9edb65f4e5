"""The corner mark: grey behind a vermilion line, and nowhere else; every grey level stays."""

import numpy as np
import pytest

from vermilion.guidance import Controls
from vermilion.guidance.looks.corner import corner_notes, mark_corner
from vermilion.tone import luma_of_rgb


@pytest.mark.parametrize("shape", [(64, 96), (200, 64), (4, 6), (1, 1)])
def test_the_corner_is_grey_behind_a_line_and_all_else_is_as_it_was(shape):
    ab = np.full((*shape, 2), 7, np.float32)
    marked = mark_corner(np.full(shape, 0.5, np.float32), ab)
    steps = np.add.outer(np.arange(shape[0])[::-1], np.arange(shape[1])[::-1])
    leg = max(4, round(0.08 * min(shape)))
    assert (marked[steps < leg] == 0).all()
    assert (marked[(steps >= leg) & (steps < leg + 2)] > 40).all()
    assert (marked[steps >= leg + 2] == 7).all()
    assert (ab == 7).all()


def test_a_corner_is_taken_in_which_color_can_be_seen():
    places = {"lower right": (-1, -1), "lower left": (-1, 0), "upper right": (0, -1), "upper left": (0, 0)}
    ab = np.full((64, 96, 2), 7, np.float32)
    for name, (row, column) in places.items():
        luma = np.zeros((64, 96), np.float32)
        luma[-32 if row else 0 :, :][:32, -48 if column else 0 :][:, :48] = 0.5
        marked = mark_corner(luma, ab)
        assert (marked[row, column] == 0).all(), name
        assert (marked == 0).all(-1).sum() == 15, name


@pytest.mark.parametrize("level", [0.0, 1.0])
@pytest.mark.parametrize(("down", "across"), [(3, 3), (2, 9), (12, 4)])
def test_within_a_black_or_white_frame_the_mark_moves_inwards_until_it_is_seen(level, down, across):
    """At black and white luma there is not a colour: the mark was there and nobody saw it."""
    luma = np.full((64, 96), level, np.float32)
    luma[down:-down, across:-across] = 0.5
    marked = mark_corner(luma, np.full((64, 96, 2), 7, np.float32))
    seen = (marked > 40).all(-1) & (luma == 0.5)
    assert seen.sum() >= 0.75 * 13, "13 cells are the whole line"
    rows, columns = np.nonzero((marked != 7).any(-1))
    assert abs(64 - down - 1 - rows.max()) <= 1, "at the inner corner of the frame"
    assert abs(96 - across - 1 - columns.max()) <= 1
    assert corner_notes(luma) == ()


@pytest.mark.parametrize("shape", [(64, 96), (1, 1)])
@pytest.mark.parametrize("level", [0.0, 0.1, 1.0])
def test_a_mark_that_cannot_be_seen_anywhere_is_told(level, shape):
    luma = np.full(shape, level, np.float32)
    (note,) = corner_notes(luma)
    assert note.startswith("the corner mark can hardly be seen")
    assert (mark_corner(luma, np.full((*shape, 2), 7, np.float32))[-1, -1] == 0).all()


def test_the_note_comes_with_the_picture(tiny_colorizer):
    black = np.zeros((96, 128), np.uint8)
    marked = tiny_colorizer.colorize(black, controls=Controls(corner_mark=True))
    assert any("corner mark" in note for note in marked.notes)
    assert not any("corner mark" in note for note in tiny_colorizer.colorize(black).notes)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_it_is_seen_in_the_picture_whose_luma_stays(tiny_colorizer, dtype):
    grey = np.full((120, 180), 130 * (np.iinfo(dtype).max // 255), dtype)
    plain, told = (
        tiny_colorizer.colorize(grey, controls=Controls(corner_mark=mark)).to_numpy()
        for mark in (False, True)
    )
    np.testing.assert_array_equal(luma_of_rgb(told), grey)
    spread = np.ptp(told.astype(int), axis=2) * 255 // np.iinfo(dtype).max
    assert spread[-4:, -4:].max() <= 3
    row = told[-4].astype(int)
    assert (row[:, 0] - row[:, 2]).max() > 80 * (np.iinfo(dtype).max // 255)
    np.testing.assert_array_equal(told[:40], plain[:40])
