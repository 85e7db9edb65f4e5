import numpy as np
import pytest
from PIL import Image

from vermilion.color import ChromaEnlarger, enlarge_chroma, smooth_along_edges


def noise(height, width, seed=0):
    return np.random.default_rng(seed).uniform(-0.3, 0.3, (height, width, 2)).astype(np.float32)


def flat(height, width):
    return np.full((height, width), 0.5, np.float32)


def steps(height, width, at):
    """Luma of 0.2 left of a column and 0.8 from there on."""
    luma = np.full((height, width), 0.2, np.float32)
    luma[:, at:] = 0.8
    return luma


@pytest.mark.parametrize("size", [(480, 640), (97, 501), (64, 85), (20, 30), (40, 900)])
def test_without_edges_it_equals_pillows_bilinear(size):
    small = noise(64, 85)
    ours = enlarge_chroma(small, flat(*size))
    for channel in range(2):
        plane = Image.fromarray(small[..., channel])
        theirs = np.asarray(plane.resize((size[1], size[0]), Image.Resampling.BILINEAR))
        # Where a side shrinks Pillow drops the taps beyond the border, ours repeats the last pixel.
        middle = tuple(slice(s * 3 // 64 + 2, s - s * 3 // 64 - 2) for s in size)
        np.testing.assert_allclose(ours[..., channel][middle], theirs[middle], atol=2e-5)


def test_smoothing_without_edges_is_two_means():
    small = noise(20, 30)
    padded = np.pad(small, ((2, 2), (2, 2), (0, 0)), mode="edge")
    tent = np.array([1, 2, 3, 2, 1], np.float32) / 9  # 3 x 3 means, twice
    wanted = sum(tent[i] * tent[j] * padded[i : i + 20, j : j + 30] for i in range(5) for j in range(5))
    smooth = smooth_along_edges(small, flat(20, 30))
    np.testing.assert_allclose(smooth[2:-2, 2:-2], wanted[2:-2, 2:-2], atol=1e-6)


def test_smoothing_keeps_what_luma_tells():
    luma = steps(20, 32, 16)
    chroma = np.repeat((luma > 0.5)[..., None], 2, axis=2).astype(np.float32)
    np.testing.assert_allclose(smooth_along_edges(chroma, luma), chroma, atol=0.02)
    blotched = chroma + noise(20, 32)
    rest = np.abs(smooth_along_edges(blotched, luma) - chroma).mean() / np.abs(blotched - chroma).mean()
    assert rest < 0.45


@pytest.mark.parametrize("at", [155, 160, 163])
def test_colors_change_where_the_luma_does(at):
    """The chroma's own pixels are ten wide; the edge is found to the pixel."""
    luma = steps(200, 320, at)
    small = np.zeros((20, 32, 2), np.float32)
    covered = np.clip(
        (np.arange(32) * 10 + 10 - at) / 10, 0, 1
    )  # share of each small pixel right of the edge
    small[..., 0] = covered * 0.2
    large = enlarge_chroma(small, luma)[100, :, 0]
    assert large[at] - large[at - 1] > 0.12  # most of the change, between two pixels
    np.testing.assert_allclose(large[20 : at - 5], 0, atol=0.012)
    np.testing.assert_allclose(large[at + 5 : -20], 0.2, atol=0.012)


def test_dust_takes_the_color_of_its_surroundings():
    luma = steps(200, 320, 160)
    luma[100, 130] = 1.0
    luma[100, 190] = 0.0
    small = np.zeros((20, 32, 2), np.float32)
    small[:, 16:] = 0.2
    large = enlarge_chroma(small, luma)
    assert large.min() >= -0.01
    assert large.max() <= 0.21


def test_codes_of_any_depth_guide_alike():
    luma = np.random.default_rng(1).integers(0, 256, (90, 120), np.uint8)
    by_floats = enlarge_chroma(noise(9, 12), (luma / 255).astype(np.float32))
    deep = luma.astype(np.uint16) * 257
    np.testing.assert_allclose(enlarge_chroma(noise(9, 12), deep), by_floats, atol=1e-4)
    # Eight-bit codes are reduced in eight bits: the line is fitted to luma that is off by half a level.
    np.testing.assert_allclose(enlarge_chroma(noise(9, 12), luma), by_floats, atol=0.01)


def test_strips_equal_the_whole():
    small, luma = noise(33, 41), noise(301, 401, seed=1)[..., 0] + 0.5
    whole = enlarge_chroma(small, luma)
    for rows in (slice(0, 1), slice(0, 100), slice(77, 200), slice(300, 301)):
        np.testing.assert_array_equal(enlarge_chroma(small, luma, rows), whole[rows])


def test_pixel_centres_stay_where_they_are():
    ramp = np.repeat(((np.arange(32) + 0.5) / 32)[None, :, None], 2, axis=2).repeat(4, axis=0)
    large = enlarge_chroma(ramp.astype(np.float32), flat(40, 320))
    wanted = (np.arange(320) + 0.5) / 320
    np.testing.assert_allclose(large[20, 30:-30, 0], wanted[30:-30], atol=1e-5)


def test_turning_before_equals_turning_after():
    small, luma = noise(20, 30), noise(200, 310, seed=1)[..., 0] + 0.5
    large = enlarge_chroma(small, luma)
    about = enlarge_chroma(small[::-1, ::-1], luma[::-1, ::-1])
    np.testing.assert_allclose(about, large[::-1, ::-1], atol=1e-5)
    turned = enlarge_chroma(small.transpose(1, 0, 2), luma.T)
    np.testing.assert_allclose(turned, large.transpose(1, 0, 2), atol=1e-5)


@pytest.mark.parametrize("small_size", [(1, 1), (1, 5), (2, 2), (3, 1)])
def test_constant_chroma_stays_constant(small_size):
    small = np.full((*small_size, 2), 0.25, np.float32)
    luma = noise(17, 19)[..., 0] + 0.5
    np.testing.assert_allclose(enlarge_chroma(small, luma), 0.25, atol=1e-6)


def test_span_places_half_size_samples_of_an_odd_picture():
    ramp = np.repeat(((np.arange(16) + 0.5) / 16)[None, :, None], 2, axis=2).astype(np.float32)
    planes = ChromaEnlarger(ramp, flat(1, 51), (0.5, 50.5)).planes(slice(0, 1))
    wanted = (2 * np.arange(51) + 1) / 101
    np.testing.assert_allclose(planes[0, 0, 10:-10], wanted[10:-10], atol=1e-5)
