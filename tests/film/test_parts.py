"""The parts of the film pipeline, on arrays: cuts, motion, carrying, chroma planes, views."""

import cv2
import numpy as np
import pytest

from tests.film.clips import background, frame_at
from vermilion.color import cbcr_to_rgb, enlarge_chroma
from vermilion.film.chroma import ChromaPlanes, to_matrix
from vermilion.film.media import Layout, Luma
from vermilion.film.media.layout import layout_of
from vermilion.film.media.mux import decoding_times
from vermilion.film.motion import (
    Motion,
    Step,
    backward,
    carried,
    chroma_of,
    forward,
    is_still,
    motion_size,
    reduced,
    turned_round,
    wants_painting,
)
from vermilion.film.motion.cuts import small_of, with_cuts
from vermilion.film.paint import KeyPainter, find_view, weighted
from vermilion.film.pipeline import middles_of

EIGHT = Layout(8, 2, 2, full=False)


def cuts_in(frames):
    marked = with_cuts([small_of(frame) for frame in frames], lambda small: small)
    return [number for number, (_, begins) in enumerate(marked) if begins]


def shot(seed, count=20):
    return [frame_at(number, seed) for number in range(count)]


def test_a_hard_cut_begins_a_shot_and_motion_does_not():
    assert cuts_in(shot(0) + shot(5)) == [0, 20]
    assert cuts_in(shot(0, 40)) == [0]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_flash_is_no_cut(length):
    frames = shot(0, 40)
    for number in range(15, 15 + length):
        frames[number] = np.full_like(frames[0], 250)
    assert cuts_in(frames) == [0]


def test_a_dissolve_is_cut_in_its_middle():
    one, other = background(0), background(5)
    mixed = [cv2.addWeighted(one, 1 - share, other, share, 0) for share in np.linspace(0, 1, 17)]
    [first, middle] = cuts_in([one] * 15 + mixed + [other] * 15)
    assert first == 0
    assert abs(middle - 23) <= 4


def test_a_fade_through_black_begins_a_shot_where_the_picture_comes_back():
    one, other = background(0), background(5)
    out = [(one * share).astype(np.uint8) for share in np.linspace(1, 0, 10)]
    into = [(other * share).astype(np.uint8) for share in np.linspace(0, 1, 10)]
    found = cuts_in([one] * 10 + out + into + [other] * 10)
    assert found[0] == 0
    assert any(19 <= cut <= 23 for cut in found)


def test_what_stays_in_place_is_carried_as_it_is():
    values = np.random.default_rng(0).random((30, 40, 3)).astype(np.float32)
    y, x = np.indices((30, 40), np.float32)
    assert np.array_equal(carried(values, np.dstack([x, y])), values)


def test_motion_finds_a_pan_and_trusts_it():
    wide = cv2.resize(background(3), (480, 270), interpolation=cv2.INTER_CUBIC)
    earlier, later = (np.array(wide[:, left : left + 400], np.uint8) for left in (0, 4))
    step = Motion().step(earlier, later)  # the picture moves left by 4 pixels, which are 2 of the grid
    inner = (slice(10, -10), slice(10, -10))
    y, x = np.indices(step.back.shape[:2], np.float32)
    assert np.abs(step.back[..., 0] - x - 2)[inner].mean() < 0.3
    assert np.abs(step.back[..., 1] - y)[inner].mean() < 0.3
    assert step.back_weight[inner].mean() > 0.8
    assert step.trusted > 0.9


def test_motion_turned_round_leads_home():
    y, x = np.indices((40, 60), np.float32)
    away = np.dstack([3 * np.sin(x / 15) + 2, 2 * np.cos(y / 12)]).astype(np.float32)
    back = turned_round(away)
    home = back + carried(away, np.dstack([x, y]) + back)
    assert np.abs(home[8:-8, 8:-8]).max() < 0.1


def test_one_painting_serves_its_neighbours():
    assert middles_of([3, 4, 5, 9]) == [4, 9]
    assert middles_of(list(range(12))) == [3, 9]
    assert middles_of([]) == []


def test_motion_is_not_trusted_over_a_cut():
    step = Motion().step(*(np.array(cv2.resize(background(seed), (480, 270)), np.uint8) for seed in (0, 5)))
    assert step.back_weight.mean() < 0.3


@pytest.mark.parametrize("size", [(36, 64), (270, 480), (1080, 1920), (576, 720), (1920, 800)])
def test_motion_is_looked_for_at_a_bounded_size(size):
    height, width = motion_size(size)
    assert height % 2 == width % 2 == 0
    assert height * width < 1.02 * 400 * 225
    assert abs(height / width / (size[0] / size[1]) - 1) < 0.05


def test_repeated_frames_are_told_from_slow_motion():
    frame = background(1)
    noisy = frame + np.random.default_rng(0).integers(0, 2, frame.shape, dtype=np.uint8) // 2
    assert is_still(frame, noisy)
    assert not is_still(frame_at(0), frame_at(1))


def unmoved(count, size, weight):
    y, x = np.indices(size, np.float32)
    places, weights = np.dstack([x, y]), np.full(size, weight, np.float32)
    return [Step(places, weights, places, weights)] * count


def painted(size, chroma, weight=1.0):
    return weighted(np.full((*size, 2), chroma, np.float32), np.full(size, weight, np.float32))


def test_what_the_network_is_sure_of_outweighs_the_rest():
    size = (6, 8)
    keys = {0: painted(size, 0.2), 2: painted(size, 0.4, weight=0.25)}
    sums = forward(None, unmoved(3, size, 0.9), keys, size)
    assert float(chroma_of(sums[2]).mean()) == pytest.approx((0.2 * 0.81 + 0.4 * 0.25) / 1.06, abs=1e-3)


def test_keys_meet_between_them():
    size = (6, 8)
    keys = {0: painted(size, 0.2), 4: painted(size, 0.4)}
    steps = unmoved(5, size, 0.9)
    sums = [
        one + other
        for one, other in zip(forward(None, steps, keys, size), backward(steps, keys, size), strict=True)
    ]
    found = [float(chroma_of(one).mean()) for one in sums]
    assert found == sorted(found)
    assert found[2] == pytest.approx(0.3, abs=1e-3)
    assert not wants_painting(sums[2])


def test_where_nothing_arrives_painting_is_wanted():
    size = (6, 8)
    steps = unmoved(5, size, 0.0)
    keys = {0: painted(size, 0.2)}
    assert wants_painting(forward(None, steps, keys, size)[2] + backward(steps, keys, size)[2])


def test_still_frames_take_the_same_colours():
    size = (6, 8)
    key = {0: painted(size, 0.2)}
    sums = forward(None, [None, None, None], key, size)
    assert np.array_equal(sums[0], sums[2])


FULL_444, FULL_422 = Layout(10, 1, 1, full=True), Layout(8, 2, 1, full=True)


@pytest.mark.parametrize("matrix", [1, 6, 9])
@pytest.mark.parametrize(
    ("read", "written"),
    [(EIGHT, EIGHT), (FULL_444, FULL_444), (FULL_422, FULL_422), (EIGHT, Layout(10, 2, 2, full=False))],
)
def test_planes_are_in_gamut_for_the_matrix(matrix, read, written):
    from vermilion.film.media.layout import luma_weights

    luma = np.repeat(np.linspace(read.black, read.black + read.luma_span, 64), 4).reshape(64, 4)
    luma = luma.repeat(8, axis=1).astype(read.dtype)
    small = read.unit(luma)[::4, ::4].copy()
    cbcr = np.full((*small.shape, 2), (-0.4, 0.45), np.float32)
    planes = ChromaPlanes(luma.shape, read, written, matrix).of(cbcr, small, luma)
    assert planes[0].shape == written.chroma_size(luma.shape)
    unit = read.unit(cv2.resize(luma, planes[0].shape[::-1], interpolation=cv2.INTER_AREA))
    red, blue = luma_weights(matrix)
    cb, cr = ((plane.astype(np.float32) - written.grey) / written.chroma_span for plane in planes)
    r, b = unit + 2 * (1 - red) * cr, unit + 2 * (1 - blue) * cb
    g = (unit - red * r - blue * b) / (1 - red - blue)
    slack = 2.5 / read.luma_span
    assert min(r.min(), g.min(), b.min()) > -slack
    assert max(r.max(), g.max(), b.max()) < 1 + slack
    assert np.abs(cr).max() > 0.1


def frame_for_planes(seed):
    luma = np.array(cv2.resize(background(seed), (640, 360)), np.uint8)
    held = reduced(Luma(0, 0, 0.0, luma), EIGHT)
    y, x = np.indices(held.small.shape, np.float32)
    cbcr = np.dstack([np.sin(x / 9 + seed), np.cos(y / 7)]).astype(np.float32) / 12
    return cbcr, held


def test_planes_follow_the_lines_of_pictures():
    cbcr, held = frame_for_planes(3)
    half = held.luma_for((180, 320))
    planes = ChromaPlanes((360, 640), EIGHT, EIGHT, 6).of(cbcr, held.small, half)
    enlarged = enlarge_chroma(cbcr, EIGHT.unit(half)) * 224 + 128
    inside = (half > 80) & (half < 170)  # where nothing leaves the gamut
    assert inside.mean() > 0.3
    assert np.abs(np.dstack(planes) - enlarged)[inside].max() < 2


def test_planes_depend_on_their_own_frame_alone():
    planes = ChromaPlanes((360, 640), EIGHT, EIGHT, 6)
    (cbcr, held), (other_cbcr, other) = frame_for_planes(3), frame_for_planes(8)
    first = np.copy(planes.of(cbcr, held.small, held.luma.codes))
    assert not np.array_equal(first, planes.of(other_cbcr, other.small, other.luma.codes))
    assert held.luma_for(planes.size).shape == (180, 320)
    assert np.array_equal(first, planes.of(cbcr, held.small, held.luma_for(planes.size)))


def test_chroma_of_another_matrix_is_the_same_colour():
    from vermilion.film.media.layout import luma_weights

    cbcr = np.array([[0.1, -0.2]], np.float32)
    steps = cbcr_to_rgb(np.zeros(1, np.float32), cbcr)[0]
    red, blue = luma_weights(1)
    cb, cr = to_matrix(cbcr, 1)[0]
    difference = 2 * (1 - red) * cr - 2 * (1 - blue) * cb
    assert difference == pytest.approx(float(steps[0] - steps[2]), abs=1e-6)
    assert np.allclose(to_matrix(cbcr, 6), cbcr, atol=1e-6)


def test_bars_and_contrast_are_found_for_a_shot():
    frames = []
    for number in range(12):
        frame = np.zeros((100, 160), np.float32)
        frame[14:86] = 0.3 + 0.2 * cv2.resize(frame_at(number), (160, 72)).astype(np.float32) / 255
        frames.append(frame)
    view = find_view(frames)
    assert (round(view.top * 100), round(view.bottom * 100)) == (14, 86)
    assert (view.left, view.right) == (0, 1)
    assert view.gain > 1.5


def test_decoding_times_rise_and_come_before_frames_are_shown():
    shown = np.array([0, 120, 40, 80, 121, 300, 200, 250])
    decoded = decoding_times(shown)
    assert (np.diff(decoded) > 0).all()
    assert (decoded <= shown).all()
    assert np.array_equal(decoding_times(np.arange(5)), np.arange(5))


def test_layouts_of_formats():
    assert layout_of("yuvj420p", 0) == Layout(8, 2, 2, full=True)
    assert layout_of("yuv422p10le", 1) == Layout(10, 2, 1, full=False)
    assert layout_of("gray", 0) == Layout(8, 0, 0, full=True)
    assert layout_of("gray", 1) == Layout(8, 0, 0, full=False)
    assert layout_of("rgb24", 2) == Layout(8, 1, 1, full=False)
    assert layout_of("rgb48le", 0).depth == 10
    assert layout_of("nv12", 1) == Layout(8, 2, 2, full=False)


def test_a_place_that_comes_back_keeps_its_colours():
    from vermilion.film.motion import hold
    from vermilion.film.pipeline import Pipeline

    class Moody(KeyPainter):
        def __init__(self):
            self.mood = iter((0.2, 0.0, 0.4))
            self.shot = None

        def paint(self, frames, view):
            if self.shot != frames[0].number // 20:
                self.shot, self.now = frames[0].number // 20, next(self.mood)
            return [painted(frame.small.shape, self.now) for frame in frames]

    frames = [*shot(0), *shot(5), *(frame_at(20 + number) for number in range(20))]
    film = (Luma(number, number, number / 24, frame) for number, frame in enumerate(frames))
    means = [float(one.cbcr.mean()) for one in Pipeline(Moody()).run(hold(film, EIGHT))]
    assert means[19] == pytest.approx(0.2, abs=0.01)
    assert means[30] == pytest.approx(0.0, abs=0.01)
    assert abs(means[40] - means[19]) < 0.06  # and not 0.2


def test_frames_in_flight_are_bounded():
    from vermilion.film.motion import hold
    from vermilion.film.pipeline import AHEAD, CHUNK, Pipeline

    read = 0

    def film():
        nonlocal read
        for number in range(300):
            read += 1
            yield Luma(number, number, number / 24, frame_at(number))

    class Grey(KeyPainter):
        def __init__(self):
            pass

        def paint(self, frames, view):
            return [np.zeros((*frame.small.shape, 3), np.float32) for frame in frames]

    most = 0
    for done, _ in enumerate(Pipeline(Grey()).run(hold(film(), EIGHT))):
        most = max(most, read - done)
    assert done == 299
    assert most <= CHUNK + AHEAD + 10
