import numpy as np
import pytest
from PIL import Image

from vermilion.color import ChromaEnlarger, enlarge_chroma


def noise(height, width):
    return np.random.default_rng(0).uniform(-0.3, 0.3, (height, width, 2)).astype(np.float32)


@pytest.mark.parametrize("size", [(480, 640), (97, 501), (64, 85), (20, 30), (40, 900)])
def test_it_equals_pillows_bicubic(size):
    small = noise(64, 85)
    ours = enlarge_chroma(small, size)
    for channel in range(2):
        plane = Image.fromarray(small[..., channel])
        theirs = np.asarray(plane.resize((size[1], size[0]), Image.Resampling.BICUBIC))
        # Pillow drops the taps beyond the border where ours repeats the last pixel: compare the middle.
        middle = tuple(slice(s * 3 // 64 + 2, s - s * 3 // 64 - 2) for s in size)
        np.testing.assert_allclose(ours[..., channel][middle], theirs[middle], atol=2e-5)


def test_strips_equal_the_whole():
    small = noise(33, 41)
    whole = enlarge_chroma(small, (301, 401))
    for rows in (slice(0, 1), slice(0, 100), slice(77, 200), slice(300, 301)):
        np.testing.assert_array_equal(enlarge_chroma(small, (301, 401), rows), whole[rows])


def test_pixel_centres_stay_where_they_are():
    ramp = np.repeat(((np.arange(32) + 0.5) / 32)[None, :, None], 2, axis=2).repeat(4, axis=0)
    large = enlarge_chroma(ramp.astype(np.float32), (40, 320))
    wanted = (np.arange(320) + 0.5) / 320
    np.testing.assert_allclose(large[20, 20:-20, 0], wanted[20:-20], atol=1e-5)


def test_turning_before_equals_turning_after():
    small = noise(20, 30)
    large = enlarge_chroma(small, (200, 310))
    np.testing.assert_allclose(enlarge_chroma(small[::-1, ::-1], (200, 310)), large[::-1, ::-1], atol=1e-6)
    turned = enlarge_chroma(small.transpose(1, 0, 2), (310, 200))
    np.testing.assert_allclose(turned, large.transpose(1, 0, 2), atol=1e-6)


@pytest.mark.parametrize("small_size", [(1, 1), (1, 5), (2, 2), (3, 1)])
def test_constant_chroma_stays_constant(small_size):
    small = np.full((*small_size, 2), 0.25, np.float32)
    np.testing.assert_allclose(enlarge_chroma(small, (17, 19)), 0.25, atol=1e-6)


def test_span_places_half_size_samples_of_an_odd_picture():
    ramp = np.repeat(((np.arange(16) + 0.5) / 16)[None, :, None], 2, axis=2).astype(np.float32)
    planes = ChromaEnlarger(ramp, (1, 51), (0.5, 50.5)).planes(slice(0, 1))
    wanted = (2 * np.arange(51) + 1) / 101
    np.testing.assert_allclose(planes[0, 0, 5:-5], wanted[5:-5], atol=1e-5)
