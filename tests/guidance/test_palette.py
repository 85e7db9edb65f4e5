import numpy as np
import pytest

from vermilion.errors import HintError, SettingsError
from vermilion.guidance.hints.named_color import ab_of
from vermilion.guidance.references.palette import palette_canvas, palette_of_picture

BINS = ((0.0, 0.0), (50.0, 40.0), (10.0, -45.0))
GREY, RED, BLUE = range(3)
GRID = (16, 24)


@pytest.fixture
def regions():
    """Three columns."""
    return np.repeat(np.arange(3, dtype=np.int32), 8)[None].repeat(GRID[0], 0)


def odds_of(regions, *likeliest):
    odds = np.full((3, *GRID), 0.05, np.float32)
    for region, number in enumerate(likeliest):
        odds[number, regions == region] = 0.9
    return odds


def told(canvas, regions):
    """The color of each region's hints."""
    return [canvas[:2, (canvas[2] == 1) & (regions == region)].T[0] * 110 for region in range(3)]


def paint_with(palette, odds, regions, luma=0.4):
    return palette_canvas(palette, odds, BINS, np.full(GRID, luma, np.float32), regions)


def test_each_region_takes_the_color_it_likely_has(regions):
    canvas = paint_with(("#3060c0", "#d04030"), odds_of(regions, RED, BLUE, GREY), regions)
    red, blue, grey = told(canvas, regions)
    np.testing.assert_allclose(red, ab_of("#d04030"), rtol=1e-4)
    np.testing.assert_allclose(blue, ab_of("#3060c0"), rtol=1e-4)
    assert not grey.any()


def test_no_color_but_the_palettes_and_grey_is_told(regions):
    canvas = paint_with(("teal",), odds_of(regions, RED, RED, RED), regions)
    for color in told(canvas, regions):
        assert not color.any() or color == pytest.approx(ab_of("teal"), rel=1e-4)
    assert any(color.any() for color in told(canvas, regions))


def test_every_color_is_used_if_there_are_regions_enough(regions):
    odds = odds_of(regions, RED, RED, RED)
    for palette in (("#d04030", "#3060c0"), ("#d04030", "#3060c0", "#40a040")):
        colors = told(paint_with(palette, odds, regions), regions)
        for wanted in palette:
            assert any(color == pytest.approx(ab_of(wanted), rel=1e-3) for color in colors)


def test_more_colors_than_regions_are_no_error(regions):
    palette = tuple(f"#{red:02x}4030" for red in range(60, 250, 20))
    assert paint_with(palette, odds_of(regions, RED, BLUE, GREY), regions)[2].any()


def test_a_color_goes_where_luma_allows_it(regions):
    """A strong blue cannot be where the scan is nearly white."""
    luma = np.full(GRID, 0.95, np.float32)
    luma[:, 8:16] = 0.2
    odds = odds_of(regions, BLUE, BLUE, BLUE)
    colors = told(palette_canvas(("#2030b0",), odds, BINS, luma, regions), regions)
    assert colors[1] == pytest.approx(ab_of("#2030b0"), rel=1e-3)
    assert not colors[0].any()


def test_an_empty_palette_and_one_of_no_colors_are_refused(regions):
    with pytest.raises(SettingsError, match="palette without colours"):
        paint_with((), odds_of(regions, RED, RED, RED), regions)
    with pytest.raises(HintError, match="'blurple' is not a colour"):
        paint_with(("blurple",), odds_of(regions, RED, RED, RED), regions)


def test_the_palette_of_a_picture_is_its_colors_by_their_share():
    picture = np.empty((40, 60, 3), np.uint8)
    picture[:, :30], picture[:, 30:50], picture[:, 50:] = (200, 60, 40), (40, 60, 160), (90, 160, 80)
    assert palette_of_picture(picture, 3) == ("#c83c28", "#283ca0", "#5aa050")


def test_a_picture_with_fewer_colors_than_asked_for():
    assert palette_of_picture(np.full((1, 7, 3), 128, np.uint8)) == ("#808080",)


def test_a_large_picture_is_reduced_first():
    picture = np.zeros((480, 960, 3), np.uint8)
    picture[::2] = 255
    assert palette_of_picture(picture, 6) == ("#808080",)
