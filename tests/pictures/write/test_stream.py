"""Rows given to libvips as they are made."""

import weakref

import numpy as np
import pytest

from tests.pictures.made import MadePainting, grey_picture
from vermilion.pictures import read_scan
from vermilion.pictures.write.stream import encoded, rows_as_image
from vermilion.pictures.write.vips import ENCODERS


def picture(size, dtype):
    numbers = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (*size, 3))
    return numbers.astype(dtype)


def strips_of(rgb, rows):
    for top in range(0, len(rgb), rows):
        yield rgb[top : top + rows]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 1), (63, 5), (64, 5), (65, 5), (300, 1), (1, 300)])
@pytest.mark.parametrize("rows", [1, 50, 1000])
def test_libvips_reads_what_was_made(size, dtype, rows):
    rgb = picture(size, dtype)
    with rows_as_image(strips_of(rgb, rows), size, dtype) as image:
        assert image.interpretation == ("srgb" if dtype == np.uint8 else "rgb16")
        np.testing.assert_array_equal(image.numpy(), rgb)


@pytest.mark.parametrize("made", [0, 1, 3])
def test_why_rows_could_not_be_made_is_raised_and_not_printed(made, capfd):
    def failing():
        for _ in range(made):
            yield np.zeros((50, 70, 3), np.uint8)
        raise MemoryError("no colours today")

    with (
        pytest.raises(MemoryError, match="no colours"),
        rows_as_image(failing(), (200, 70), np.uint8) as image,
    ):
        encoded(image, "png", compression=0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["png", "tiff", "webp"])
def test_few_strips_are_alive_at_a_time_and_none_after_the_last(kind):
    scan = read_scan(grey_picture(2000, 64))
    made: list[weakref.ref] = []
    most = 0

    class Watched(MadePainting):
        def rgb_strips(self):
            nonlocal most
            for strip in super().rgb_strips():
                kept = np.array(strip)
                made.append(weakref.ref(kept))
                del strip
                most = max(most, sum(ref() is not None for ref in made))
                yield kept

    ENCODERS[kind](scan, Watched(scan), scan.metadata)
    assert len(made) == 20
    assert most <= 3
    assert not any(ref() is not None for ref in made)
