import numpy as np
import pytest

from vermilion.color import cbcr_to_rgb, chroma_planes, enlarge_chroma


def scan(height=61, width=83):
    return np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)


def gentle_chroma():
    return np.random.default_rng(1).uniform(-0.05, 0.05, (16, 22, 2)).astype(np.float32)


@pytest.mark.parametrize("size", [(60, 82), (61, 83), (1, 1), (2, 1)])
def test_sizes_round_up(size):
    luma = np.full(size, 128, np.uint8)
    full = chroma_planes(luma, gentle_chroma(), subsampled=False)
    half = chroma_planes(luma, gentle_chroma(), subsampled=True)
    for plane in full:
        assert plane.shape == size
        assert plane.dtype == np.uint8
    for plane in half:
        assert plane.shape == ((size[0] + 1) // 2, (size[1] + 1) // 2)


def test_no_color_is_128():
    for plane in chroma_planes(scan(), np.zeros((4, 5, 2), np.float32), subsampled=True):
        assert (plane == 128).all()


def test_full_size_planes_are_the_enlarged_chroma():
    luma = np.full((61, 83), 128, np.uint8)
    planes = np.stack(chroma_planes(luma, gentle_chroma(), subsampled=False), axis=-1)
    wanted = enlarge_chroma(gentle_chroma(), luma) * 255 + 128
    assert np.abs(planes - wanted).max() <= 0.501


def test_half_size_planes_are_means_of_the_full_ones():
    luma = np.full((240, 320), 128, np.uint8)
    half = np.stack(chroma_planes(luma, gentle_chroma(), subsampled=True), axis=-1)
    full = enlarge_chroma(gentle_chroma(), luma) * 255 + 128
    mean = full.reshape(120, 2, 160, 2, 2).mean(axis=(1, 3))
    assert np.abs(half - mean).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_planes_are_in_gamut(dtype):
    luma = (scan().astype(np.uint32) * (np.iinfo(dtype).max // 255)).astype(dtype)
    strong = np.random.default_rng(1).uniform(-0.5, 0.5, (16, 22, 2)).astype(np.float32)
    cb, cr = chroma_planes(luma, strong, subsampled=False)
    cbcr = (np.stack([cb, cr], axis=-1).astype(np.float32) - 128) / 255
    rgb = cbcr_to_rgb(scan() / np.float32(255), cbcr) * 255
    assert rgb.min() >= -1
    assert rgb.max() <= 256


@pytest.mark.parametrize("subsampled", [False, True])
def test_planes_are_converted_for_their_luma(subsampled):
    luma = np.full((60, 80), 150, np.uint8)
    luma[:, 40:] = 60

    def convert(grey, chroma):
        assert chroma.shape == (2, *grey.shape)
        return np.where(grey > 99, chroma / 2, chroma).astype(np.float32)

    options = {"subsampled": subsampled}
    plain = np.stack(chroma_planes(luma, gentle_chroma(), **options)).astype(float) - 128
    planes = np.stack(chroma_planes(luma, gentle_chroma(), **options, convert=convert)).astype(float) - 128
    middle = planes.shape[2] // 2
    assert np.abs(planes[:, :, :middle] - plain[:, :, :middle] / 2).max() <= 0.76
    np.testing.assert_array_equal(planes[:, :, middle:], plain[:, :, middle:])
    assert np.abs(plain[:, :, :middle]).max() > 4
