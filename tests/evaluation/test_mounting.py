"""Mounts: whoever makes one knows where the picture lies."""

import numpy as np
import pytest

from vermilion.evaluation import MOUNTS, mount, mount_page, squeezed, turned

PICTURE = np.random.default_rng(0).integers(60, 190, (90, 120)).astype(np.uint8)


@pytest.mark.parametrize("kind", MOUNTS)
def test_the_same_seed_mounts_the_same_scan(kind: str) -> None:
    one, again, other = (mount(PICTURE, kind, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.luma, again.luma)
    assert one.frames == again.frames != other.frames


@pytest.mark.parametrize("kind", MOUNTS)
@pytest.mark.parametrize("turns", range(4))
def test_a_straight_picture_lies_in_its_frame(kind: str, turns: int) -> None:
    straight = (mount(PICTURE, kind, np.random.default_rng(seed)) for seed in range(20))
    mounted = turned(next(each for each in straight if each.frames[0].angle == 0), turns)
    [frame] = mounted.frames
    x, y, wide, high = (round(value) for value in (frame.x, frame.y, frame.width, frame.height))
    there = mounted.luma[y : y + high, x : x + wide]
    np.testing.assert_array_equal(there.shape, np.rot90(PICTURE, -turns).shape)
    differs = there[3:-3, 3:-3] != np.rot90(PICTURE, -turns)[3:-3, 3:-3]
    assert differs.mean() < 0.02, "but for dust and round corners"


def test_frames_of_a_page_do_not_overlap() -> None:
    page = mount_page([PICTURE] * 7, np.random.default_rng(1))
    assert len(page.frames) == 7
    boxes = [(frame.corners.min(axis=0), frame.corners.max(axis=0)) for frame in page.frames]
    for number, (low, high) in enumerate(boxes):
        for other_low, other_high in boxes[number + 1 :]:
            assert (low > other_high).any() or (high < other_low).any()


def test_squeezed_greys_lie_between_the_limits() -> None:
    assert squeezed(np.array([[0, 255]], np.uint8), 110, 185).tolist() == [[110, 185]]
