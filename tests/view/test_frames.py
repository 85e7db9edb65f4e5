"""Pictures on mounts are found, and bare pictures stay whole."""

import cv2
import numpy as np
import pytest

from vermilion.evaluation import MOUNTS, mount, mount_page, turned
from vermilion.view import Frame, find_frames, whole
from vermilion.view.frames import _components
from vermilion.view.median import median
from vermilion.view.rectangle import _profile


def picture(seed: int, size: tuple[int, int] = (150, 200)) -> np.ndarray:
    """A picture of shapes of many greys, none of which is white or black."""
    random = np.random.default_rng(seed)
    coarse = random.uniform(60, 200, (7, 9)).astype(np.float32)
    luma = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
    luma += random.normal(0, 5, size).astype(np.float32)
    return np.clip(luma, 45, 215).astype(np.uint8)


def worst(true: Frame, found: Frame) -> float:
    return float(np.abs(true.corners - found.corners).max() / np.sqrt(true.area))


@pytest.mark.parametrize("kind", MOUNTS)
@pytest.mark.parametrize("seed", range(3))
def test_a_picture_on_a_mount_is_found_however_it_lies(kind: str, seed: int) -> None:
    mounted = turned(mount(picture(seed), kind, np.random.default_rng(seed)), seed)
    [found] = find_frames(mounted.luma)
    assert worst(mounted.frames[0], found) < 0.02


@pytest.mark.parametrize("count", [2, 5, 12])
def test_every_picture_of_a_page_is_found_in_reading_order(count: int) -> None:
    pictures = [picture(seed, (200, 160 + 8 * seed)) for seed in range(count)]
    mounted = mount_page(pictures, np.random.default_rng(count))
    scale = min(1.0, 512 / max(mounted.luma.shape))
    small = cv2.resize(mounted.luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = find_frames(small.astype(np.uint8, copy=False))
    across, down = small.shape[1] / mounted.luma.shape[1], small.shape[0] / mounted.luma.shape[0]
    assert len(found) == count
    for true, frame in zip(mounted.frames, found, strict=True):
        assert worst(true.scaled(across, down), frame) < 0.025


def test_the_two_halves_of_a_stereo_card_and_the_frames_of_a_strip_are_found() -> None:
    card = np.full((220, 420), 150, np.uint8)
    strip = np.full((110, 512), 12, np.uint8)
    for number in range(2):
        card[20:200, 15 + 198 * number : 207 + 198 * number] = picture(number, (180, 192))
    for number in range(4):
        strip[8:102, 6 + 126 * number : 126 + 126 * number] = picture(number, (94, 120))
    assert [frame.x for frame in find_frames(card)] == pytest.approx([15, 213], abs=1)
    assert [frame.x for frame in find_frames(strip)] == pytest.approx([6, 132, 258, 384], abs=1)


@pytest.mark.parametrize("askew", [-10, -6, 0, 3, 10])
def test_the_skew_is_measured(askew: float) -> None:
    scan = np.full((400, 460), 235, np.uint8)
    true = Frame(130, 125, 200, 150, askew)
    turn = cv2.getAffineTransform(
        np.array([[-0.5, -0.5], [199.5, -0.5], [-0.5, 149.5]], np.float32),
        (true.corners[[0, 1, 3]] - 0.5).astype(np.float32),
    )
    laid = cv2.warpAffine(picture(1), turn, (460, 400))
    cover = cv2.warpAffine(np.full((150, 200), 255, np.uint8), turn, (460, 400))
    scan[cover > 127] = laid[cover > 127]
    [found] = find_frames(scan)
    assert found.angle == pytest.approx(askew, abs=0.35)
    assert worst(true, found) < 0.02


def test_a_print_is_seen_inside_its_own_border() -> None:
    scan = np.full((240, 300), 15, np.uint8)
    scan[30:210, 40:260] = 238
    scan[45:195, 50:250] = picture(2)
    [found] = find_frames(scan)
    assert worst(Frame(50, 45, 200, 150), found) < 0.02


def test_a_torn_corner_and_rounded_ones_are_bridged() -> None:
    scan = np.full((240, 300), 240, np.uint8)
    scan[45:195, 50:250] = picture(3)
    scan[45:85, 50:90][np.tri(40, dtype=bool)[:, ::-1]] = 240
    [found] = find_frames(scan)
    assert worst(Frame(50, 45, 200, 150), found) < 0.02


def sky() -> np.ndarray:
    luma = np.linspace(250, 200, 200)[:, None] + np.zeros((1, 260))
    luma[150:] = 60 + picture(4, (50, 260)) / 4
    return luma


def thing_on_white() -> np.ndarray:
    luma = np.full((200, 260), 250.0)
    y, x = np.mgrid[:200, :260]
    luma[((y - 100) / 70) ** 2 + ((x - 130) / 90) ** 2 < 1] = 90
    return luma


def night() -> np.ndarray:
    luma = np.full((200, 260), 6.0)
    for x, y in np.random.default_rng(5).integers(20, 180, (40, 2)):
        luma[y : y + 3, x : x + 3] = 200
    return luma


def words() -> np.ndarray:
    luma = np.full((300, 240), 245, np.uint8)
    for line in range(9):
        cv2.putText(luma, "the quick brown fox", (15, 30 + 30 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    return luma


def wall() -> np.ndarray:
    return 128 + np.random.default_rng(6).normal(0, 4, (200, 260))


def nothing() -> np.ndarray:
    return np.full((200, 260), 255.0)


@pytest.mark.parametrize("bare", [sky, thing_on_white, night, words, wall, nothing, lambda: picture(7)])
def test_of_a_bare_picture_nothing_is_cut(bare) -> None:
    luma = np.clip(bare(), 0, 255).astype(np.uint8)
    assert find_frames(luma) == (whole(luma.shape),)


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (8, 8), (33, 20), (512, 12)])
def test_small_and_thin_scans_are_whole(size: tuple[int, int]) -> None:
    luma = picture(8, size) if min(size) > 1 else np.zeros(size, np.uint8)
    assert find_frames(luma) == (whole(size),)


def page(*prints: np.ndarray, tone: int = 20) -> np.ndarray:
    """Prints of 120 x 90 pixels in a row on a page."""
    scan = np.full((140, 20 + 140 * len(prints)), tone, np.uint8)
    for number, luma in enumerate(prints):
        scan[25:115, 20 + 140 * number : 140 + 140 * number] = luma
    return scan


def bordered(luma: np.ndarray, width: int = 5, tone: int = 240) -> np.ndarray:
    small = cv2.resize(luma, (120 - 2 * width, 90 - 2 * width), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(small, *(width,) * 4, cv2.BORDER_CONSTANT, value=tone)


def pale_wall(size: tuple[int, int], edge: int, tone: int = 240) -> np.ndarray:
    """A dark thing before a wall as pale as a border."""
    luma = np.full(size, tone, np.uint8)
    luma[edge:-edge, edge:-edge] = cv2.resize(picture(3), (size[1] - 2 * edge, size[0] - 2 * edge)) // 2
    return luma


def test_a_border_that_a_pale_picture_hides_is_that_of_the_other_prints() -> None:
    inner = pale_wall((80, 110), 18)
    scan = page(
        bordered(picture(1)), bordered(picture(2)), cv2.copyMakeBorder(inner, *(5,) * 4, 0, value=240)
    )
    found = find_frames(scan)
    assert [frame.width for frame in found] == pytest.approx([110] * 3, abs=1.5)
    assert [frame.height for frame in found] == pytest.approx([80] * 3, abs=1.5)


def test_a_wall_behind_a_thing_is_no_border_where_no_other_print_has_one() -> None:
    plain = [cv2.resize(picture(seed), (120, 90)) for seed in (1, 2)]
    found = find_frames(page(*plain, pale_wall((90, 120), 8)))
    assert [frame.width for frame in found] == pytest.approx([120] * 3, abs=1.5)
    assert [frame.height for frame in found] == pytest.approx([90] * 3, abs=1.5)


def test_an_oval_picture_does_not_cost_the_others_on_its_page() -> None:
    oval = np.zeros((90, 120), np.uint8)
    cv2.ellipse(oval, (60, 45), (58, 43), 0, 0, 360, 1, -1)
    vignette = np.where(oval > 0, cv2.resize(picture(5), (120, 90)), 20).astype(np.uint8)
    found = find_frames(page(*(cv2.resize(picture(seed), (120, 90)) for seed in (1, 2)), vignette))
    assert [frame.width for frame in found] == pytest.approx([120, 120, 118], abs=4)


def test_one_narrow_picture_does_not_make_a_page_of_pictures_a_page_of_writing() -> None:
    scan = page(*(cv2.resize(picture(seed), (120, 90)) for seed in (1, 2, 3)))
    scan = np.pad(scan, ((0, 0), (0, 60)), constant_values=20)
    scan[25:115, 455:475] = picture(4)[:90, :20]
    assert len(find_frames(scan)) == 4


@pytest.mark.parametrize("shape", [(7,), (8,), (3, 9), (2, 4, 6)])
def test_the_median_is_numpys(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(1).random(shape).astype(np.float32)
    assert np.array_equal(median(values), np.median(values, axis=-1))


@pytest.mark.parametrize("which", range(4))
def test_an_outline_is_what_is_met_first_from_each_side(which: int) -> None:
    shape = np.random.default_rng(which).random((12, 17)) > 0.9
    seen = np.rot90(shape, which)
    met = [(place, int(np.flatnonzero(column)[0])) for place, column in enumerate(seen.T) if column.any()]
    assert np.array_equal(_profile(shape, which).T, met)


@pytest.mark.parametrize("specks", [0, 40])
def test_things_are_counted_whether_few_or_many(specks: int) -> None:
    inside = np.zeros((100, 120), np.uint8)
    inside[10:40, 10:50] = inside[60:90, 70:110] = 1
    inside[50, : 2 * specks : 2] = 1
    found = _components(inside)
    assert [np.flatnonzero(thing.any(axis=1))[[0, -1]].tolist() for thing in found] == [[10, 39], [60, 89]]
