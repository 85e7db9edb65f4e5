"""A version laid on a scan: made scenes, known answers."""

import cv2
import numpy as np
import pytest
from PIL import Image

from scripts.make_version_picture import CAR, edited
from tests.versions import SIZE, made_scene, warped
from vermilion.color import rgb_to_cbcr
from vermilion.guidance.version import (
    Laid,
    lay_version,
    mix_chroma,
    neutral_chroma,
    trusted_canvas,
    with_trust,
)
from vermilion.guidance.version.place import _best as best_map
from vermilion.guidance.version.trust import _areas as areas_of
from vermilion.guidance.version.trust import _rising as rising
from vermilion.guidance.version.trust import without_rims
from vermilion.tone import luma_of_rgb, unit_range

SCENE = made_scene()
LUMA = unit_range(luma_of_rgb(SCENE))
TRUE = rgb_to_cbcr(unit_range(SCENE))
VERSIONS = {
    "larger, turned, cut and bent": warped(SCENE),
    "smaller": warped(SCENE, scale=0.7, turn=-3),
    "mirrored": np.ascontiguousarray(warped(SCENE)[:, ::-1]),
    "upside down": np.ascontiguousarray(warped(SCENE)[::-1, ::-1]),
    "a part of it": np.ascontiguousarray(warped(SCENE, bend=1)[60:250, 80:330]),
    "another aspect": cv2.resize(warped(SCENE), (400, 400)),
    "other contrast": (255 * (warped(SCENE) / 255) ** 1.5).astype(np.uint8),
}

LEAST_TRUSTED = {"a part of it": 0.3, "smaller": 0.75, "upside down": 0.75}  # shares of the scan; others 0.8


def away(laid, where):
    """Mean distance from the true chroma, in levels of 255."""
    return float(np.linalg.norm(laid.cbcr - TRUE, axis=-1)[where].mean()) * 255


@pytest.mark.parametrize("name", VERSIONS)
def test_a_version_is_laid_to_the_pixel(name):
    laid = lay_version(LUMA, VERSIONS[name])
    assert laid is not None
    assert laid.cbcr.shape == (*SIZE, 2)
    used = laid.trust > 0.5
    assert used.mean() > LEAST_TRUSTED.get(name, 0.8)
    if name != "other contrast":  # which changes colours, too
        assert away(laid, used) < 2.5  # laid naively it would be 20
        sides = np.sign(laid.cbcr[..., 0])[used] == np.sign(TRUE[..., 0])[used]
        assert sides.mean() > 0.97


def test_the_very_picture_is_trusted_down_to_its_brightest_and_darkest_places():
    laid = lay_version(LUMA, SCENE)
    assert laid is not None
    assert laid.trust.min() == 1


def test_colors_are_read_as_finely_as_a_larger_version_has_them():
    fields = (np.indices(SIZE) // 4).sum(axis=0) % 2
    steps = np.array([[30, -10, -25], [-30, 10, 25]], np.float32)[fields]
    checked = np.clip(np.rint(255 * LUMA[..., None] + steps), 0, 255).astype(np.uint8)
    larger = cv2.resize(checked, None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC)
    laid = lay_version(unit_range(luma_of_rgb(checked)), larger)
    assert laid is not None
    off = np.linalg.norm(laid.cbcr - rgb_to_cbcr(unit_range(checked)), axis=-1)
    assert 255 * off[laid.trust > 0.5].mean() < 3.8  # read where it is as small as the scan: 4.7


def test_of_several_maps_the_one_that_fits_best_is_taken():
    tilted = np.eye(3)
    tilted[2, :2] = 0.2, 0.1
    shifted = np.array([[1, 0, 0.3], [0, 1, 0.3], [0, 0, 1]])
    assert best_map(LUMA, LUMA, [tilted, np.eye(3)]) is not None
    np.testing.assert_array_equal(best_map(LUMA, LUMA, [tilted, np.eye(3), shifted]), np.eye(3))
    assert best_map(LUMA, LUMA, [shifted]) is None
    assert best_map(LUMA, LUMA, []) is None


def test_naively_laid_the_colors_would_be_wrong():
    naive = cv2.resize(VERSIONS["upside down"], SIZE[::-1], interpolation=cv2.INTER_AREA)
    laid = Laid(rgb_to_cbcr(unit_range(naive)), LUMA, LUMA > 0)
    assert away(laid, laid.inside) > 15


@pytest.mark.parametrize("seed", range(1, 3))
def test_another_scene_is_refused(seed):
    assert lay_version(LUMA, warped(made_scene(seed))) is None


@pytest.mark.parametrize("version", [np.full((200, 200, 3), 128, np.uint8), made_scene(9, (80, 90))])
def test_what_has_nothing_to_find_is_refused(version):
    assert lay_version(LUMA, version) is None


def test_a_pasted_patch_is_not_trusted_and_the_rest_is():
    edited = SCENE.copy()
    edited[80:150, 120:200] = made_scene(7)[80:150, 120:200]
    laid = lay_version(LUMA, warped(edited))
    assert laid is not None
    assert (laid.trust[84:146, 124:196] < 0.5).mean() > 0.97
    near = np.zeros(SIZE, bool)
    near[60:170, 100:220] = True
    assert (laid.trust[laid.inside & ~near] > 0.5).mean() > 0.85


def test_a_thing_added_on_a_flat_wall_is_not_trusted():
    edited = SCENE.copy()
    cv2.circle(edited, (230, 120), 26, (200, 30, 40), -1, cv2.LINE_AA)
    laid = lay_version(LUMA, warped(edited))
    assert laid is not None
    assert laid.trust[105:135, 215:245].max() < 0.2


@pytest.mark.parametrize("curve", [lambda luma: 2.2 * luma - 0.2, lambda luma: 2.2 * luma - 1.0])
def test_whites_and_blacks_that_a_version_lost_are_no_reason_for_doubt(curve):
    lost = np.clip(np.rint(255 * curve(SCENE / 255)), 0, 255).astype(np.uint8)
    assert (np.abs(unit_range(luma_of_rgb(lost)) - 0.5) > 0.47).mean() > 0.2
    laid = lay_version(LUMA, warped(lost))
    assert laid is not None
    assert (laid.trust > 0.5)[30:210, 30:290].mean() > 0.98
    ball = lost.copy()
    cv2.circle(ball, (230, 120), 26, (255, 0, 0), -1)
    laid = lay_version(LUMA, warped(ball))
    assert laid is not None
    assert (laid.trust < 0.5)[105:135, 215:245].mean() > 0.9


def test_nothing_is_trusted_where_the_version_ends():
    part = np.ascontiguousarray(warped(SCENE, turn=0, bend=0)[:, 150:])
    laid = lay_version(LUMA, part)
    assert laid is not None
    assert laid.trust[:, :90].max() == 0
    assert not laid.inside[:, :90].any()


def test_points_that_match_place_a_version():
    version = warped(SCENE, scale=1, turn=0, shift=(0, 0), bend=0)
    corners = [(0.1, 0.1), (0.9, 0.1), (0.5, 0.9)]
    laid = lay_version(LUMA, version, [(x, y, x, y) for x, y in corners])
    assert laid is not None
    assert away(laid, laid.trust > 0.5) < 2
    wrong = [(0.1, 0.1, 0.8, 0.7), (0.9, 0.1, 0.2, 0.9), (0.5, 0.9, 0.5, 0.1)]
    assert lay_version(LUMA, version, wrong) is None
    on_a_line = [(0.1, 0.1, 0.1, 0.1), (0.5, 0.5, 0.5, 0.5), (0.9, 0.9, 0.9, 0.9)]
    assert lay_version(LUMA, version, on_a_line) is None


def test_hints_of_a_version_stand_where_it_is_trusted():
    trust = np.zeros(SIZE, np.float32)
    trust[:, 160:] = 1
    laid = Laid(np.full((*SIZE, 2), 0.05, np.float32), trust, trust > 0)
    canvas = trusted_canvas(laid, np.full((30, 40), 0.5, np.float32))
    assert canvas[2, :, :20].max() == 0
    assert 40 < canvas[2, :, 20:].sum() < 100
    told = canvas[2] > 0
    assert (canvas[0][told] > 0).all()


def test_hints_on_top_win_over_the_version():
    laid = Laid(np.full((*SIZE, 2), 0.1, np.float32), np.ones(SIZE, np.float32), np.ones(SIZE, bool))
    painted = np.full((30, 40, 2), -0.1, np.float32)
    reach = np.zeros((30, 40), np.float32)
    np.testing.assert_array_equal(mix_chroma(laid, LUMA, painted, reach), laid.cbcr)
    reach[:, :20] = 1
    mixed = mix_chroma(laid, LUMA, painted, reach)
    np.testing.assert_allclose(mixed[:, :140], -0.1, atol=0.01)
    np.testing.assert_allclose(mixed[:, 180:], 0.1, atol=0.01)


def test_what_is_painted_meets_the_version_without_a_seam():
    trust = np.ones(SIZE, np.float32)
    trust[80:140, 100:180] = 0
    cbcr = np.where(LUMA > 0.5, 0.06, -0.02)[..., None] * np.ones(2, np.float32)
    laid = Laid(cbcr.astype(np.float32), trust, np.ones(SIZE, bool))
    painted = np.full((30, 40, 2), 0.01, np.float32)
    mixed = mix_chroma(laid, LUMA, painted, np.zeros((30, 40), np.float32))
    clear = (trust == 0) & (np.abs(LUMA - 0.5) > 0.08)
    assert np.abs(mixed - cbcr)[clear].mean() < 0.008  # painted, it is 0.04 away
    half = with_trust(laid, 0.5)  # a strength is what was said
    mixed = mix_chroma(half, LUMA, painted, np.zeros((30, 40), np.float32))
    np.testing.assert_allclose(mixed, (cbcr + 0.01) / 2, atol=0.002)


def test_a_mask_overrules_trust_but_makes_no_version_where_there_is_none():
    inside = np.zeros(SIZE, bool)
    inside[:, :200] = True
    laid = with_trust(Laid(TRUE, LUMA, inside), np.ones(SIZE, np.float32))
    assert laid.trust[:, :200].min() == 1
    assert laid.trust[:, 200:].max() == 0


def test_a_cast_is_taken_away():
    cbcr = np.zeros((*SIZE, 2), np.float32)
    cbcr[:100, :100] = (0.2, -0.2)
    whole = np.ones(SIZE, np.float32)
    with_cast = Laid(cbcr + np.array([-0.04, 0.05], np.float32), whole, whole > 0)
    np.testing.assert_allclose(neutral_chroma(with_cast, LUMA), cbcr, atol=0.004)


def test_the_rim_of_what_was_invented_is_known_by_its_color():
    """A red thing of which only the middle was doubted, as its rim is as dark as the wall behind it."""
    cbcr, trust = np.zeros((*SIZE, 2), np.float32), np.ones(SIZE, np.float32)
    cbcr[90:150, 100:160] = (-0.1, 0.3)
    cbcr[200:220, 20:40] = (-0.1, 0.3)  # far away, of the same colour
    trust[100:140, 110:150] = 0
    found = without_rims(trust, cbcr)
    assert found[90:150, 100:160].max() == 0
    assert found[:80].min() == found[160:].min() == 1
    plain = np.zeros((*SIZE, 2), np.float32)
    np.testing.assert_array_equal(without_rims(trust, plain), trust)


def test_one_level_that_is_out_of_order_moves_no_other_of_a_tone_curve():
    straight = np.linspace(0.1, 0.9, 24)
    np.testing.assert_array_equal(rising(straight), straight)
    wrong = np.concatenate([[0.8], straight])
    assert np.abs(rising(wrong)[4:] - straight[3:]).max() < 1e-6
    assert (np.diff(rising(np.random.default_rng(0).normal(size=24))) >= 0).all()


def test_a_grainy_faded_scan_trusts_what_is_there_and_finds_what_is_not():
    edited = SCENE.copy()
    edited[80:150, 120:200] = made_scene(7)[80:150, 120:200]
    grain = np.random.default_rng(0).normal(size=SIZE) * 10 / 255
    scan = (0.12 + 0.76 * cv2.GaussianBlur(LUMA, (0, 0), 1.2) + grain).astype(np.float32)
    laid = lay_version(scan, warped(edited))
    assert laid is not None
    assert (laid.trust[84:146, 124:196] < 0.5).mean() > 0.97
    near = np.zeros(SIZE, bool)
    near[65:165, 105:215] = True
    assert (laid.trust[laid.inside & ~near] > 0.5).mean() > 0.93


def test_no_streak_of_trust_is_left_between_two_doubts():
    doubt = np.zeros(SIZE, np.float32)
    doubt[80:150, 100:150] = doubt[80:150, 164:220] = (
        1  # 14 pixels apart, of which margins take all but a few
    )
    doubt[85:145, 100:220][24:40, 20:36] = 0
    trust = areas_of(doubt, np.ones(SIZE, bool))
    assert trust[85:145, 100:220].max() == 0
    assert trust[:60].min() == 1


def test_a_thing_added_on_gravel_is_not_trusted():
    """Its marks are gone in the version like cracks of a restored print, but here a ball hides them."""
    with Image.open(CAR) as opened:
        grey = np.asarray(opened.convert("L").reduce(2))
    scan = unit_range(grey)
    height, width = grey.shape
    laid = lay_version(scan, edited(np.repeat(grey[..., None], 3, axis=2)))
    assert laid is not None
    ball = np.zeros(grey.shape, np.uint8)
    cv2.circle(ball, (width // 4, 3 * height // 4), height // 16, 1, -1)
    assert laid.trust[ball > 0].max() < 0.2
