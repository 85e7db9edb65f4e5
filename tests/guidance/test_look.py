import math
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from vermilion.color import ab_to_cbcr, fit_gamut, join
from vermilion.errors import SettingsError
from vermilion.guidance.hints.named_color import ab_of
from vermilion.guidance.looks.look import Look, adjust_colors, apply_look
from vermilion.guidance.looks.look_file import load_look, look_names, read_look

NAMED = ("autochrome", "faded-print", "hand-tinted", "muted", "natural", "two-strip", "vivid")


@pytest.fixture
def luma():
    return np.linspace(0, 1, 20 * 30, dtype=np.float32).reshape(20, 30)


@pytest.fixture
def ab():
    return np.random.default_rng(0).normal(0, 30, (20, 30, 2)).astype(np.float32)


def flat(a, b, luma=0.5, size=(8, 8)):
    return np.full(size, luma, np.float32), np.full((*size, 2), (a, b), np.float32)


def chroma(ab):
    return np.linalg.norm(ab, axis=-1)


def hue(ab):
    return np.degrees(np.arctan2(ab[..., 1], ab[..., 0]))


def test_a_look_that_says_nothing_changes_nothing(luma, ab):
    before = ab.copy()
    np.testing.assert_allclose(apply_look(Look("nothing"), luma, ab), ab, rtol=1e-6)
    np.testing.assert_array_equal(ab, before)


def test_the_floor_halves_its_own_chroma_and_spares_strong_colors():
    look = Look("quiet", floor=5)
    assert chroma(apply_look(look, *flat(3, 4))) == pytest.approx(2.5)
    assert chroma(apply_look(look, *flat(30, 40))) == pytest.approx(50, rel=0.02)
    assert not apply_look(look, *flat(0, 0)).any()


def test_the_ceiling_is_never_passed_and_hue_is_kept(luma, ab):
    bent = apply_look(Look("tame", ceiling=20), luma, ab)
    assert chroma(bent).max() <= 20
    np.testing.assert_allclose(hue(bent), hue(ab), atol=1e-3)
    assert chroma(apply_look(Look("tame", ceiling=20), *flat(8, 0))) == pytest.approx(8, rel=0.02)


def test_mixing_is_a_matrix_on_a_and_b():
    look = Look("swapped", mixing=((0, 1), (0.5, 0)))
    np.testing.assert_allclose(apply_look(look, *flat(10, 30))[0, 0], (30, 5), rtol=1e-6)


def test_one_dye_leaves_one_hue_and_all_chroma(luma, ab):
    dyed = apply_look(Look("blueprint", dyes=("#3060c0",)), luma, ab)
    np.testing.assert_allclose(hue(dyed), math.degrees(math.atan2(*ab_of("#3060c0")[::-1])), atol=0.01)
    np.testing.assert_allclose(chroma(dyed), chroma(ab), rtol=1e-4)


def test_a_color_near_a_dye_takes_its_hue_and_one_between_two_dyes_loses_chroma():
    look = Look("two", dyes=("#d8603a", "#1d8688"))
    orange = np.array(ab_of("#d8603a"), np.float32)
    near, between = (apply_look(look, *flat(*color)) for color in (orange, orange[::-1] * (-1, 1)))
    np.testing.assert_allclose(near[0, 0], orange, rtol=0.01)
    assert chroma(between).max() < 0.8 * np.linalg.norm(orange)


@pytest.mark.parametrize(("level", "cast"), [(0, (1, 2)), (1, (5, 6)), (0.5, (3, 4))])
def test_casts_follow_luma(level, cast):
    look = Look("toned", shadows=(1, 2), midtones=(3, 4), highlights=(5, 6))
    np.testing.assert_allclose(apply_look(look, *flat(0, 0, level))[0, 0], cast, rtol=1e-6)


def test_a_wash_runs_over_edges_and_keeps_the_mean():
    luma, ab = flat(0, 0, size=(64, 64))
    ab[16:48, 16:48] = 40
    washed = apply_look(Look("wet", wash=0.05), luma, ab)
    assert washed[32, 15, 0] > 5
    assert washed[32, 16, 0] < 35
    assert washed.mean() == pytest.approx(ab.mean(), rel=1e-3)


@pytest.mark.parametrize("name", NAMED)
def test_every_named_look_gives_finite_colors_and_an_exact_luma(name, luma, ab):
    changed = apply_look(load_look(name), luma, ab)
    assert changed.dtype == np.float32
    assert changed.shape == ab.shape
    assert np.isfinite(changed).all()
    codes = np.rint(luma * 255).astype(np.uint8)
    rgb = join(codes, fit_gamut(luma, ab_to_cbcr(luma, changed))).astype(int)
    np.testing.assert_array_equal((rgb @ [299, 587, 114] + 500) // 1000, codes)


def test_the_named_looks_are_those_promised_and_differ(luma, ab):
    assert look_names() == NAMED
    results = [apply_look(load_look(name), luma, ab) for name in NAMED]
    distances = [chroma(one - other).mean() for i, one in enumerate(results) for other in results[:i]]
    assert min(distances) > 3


def test_named_looks_do_what_their_names_say(ab):
    luma = np.full((20, 30), 0.5, np.float32)
    strength = {name: chroma(apply_look(load_look(name), luma, ab)).mean() for name in NAMED}
    assert strength["vivid"] > 1.2 * strength["natural"]
    assert strength["muted"] < 0.7 * strength["natural"]
    teal_and_red = hue(apply_look(load_look("two-strip"), luma, ab)) % 180
    assert np.quantile(abs(teal_and_red - 30), 0.5) < 15


def test_vividness_multiplies(luma, ab):
    np.testing.assert_allclose(adjust_colors(luma, ab, vividness=1.5), 1.5 * ab, rtol=1e-6)
    assert not adjust_colors(luma, ab, vividness=0, warmth=20).any()


def test_neutral_adjustment_changes_nothing_and_not_its_input(luma, ab):
    before = ab.copy()
    np.testing.assert_array_equal(adjust_colors(luma, ab), ab)
    adjust_colors(luma, ab, vividness=2, warmth=10, tint=10)
    np.testing.assert_array_equal(ab, before)


def test_warmth_moves_b_and_tint_moves_a_by_their_share():
    np.testing.assert_allclose(adjust_colors(*flat(10, 0), warmth=20)[0, 0], (10, 10), rtol=1e-5)
    np.testing.assert_allclose(adjust_colors(*flat(0, -10), tint=-8)[0, 0], (-4, -10), rtol=1e-5)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_black_and_white_stay_as_they_are(level):
    luma, ab = flat(10, 10, level)
    np.testing.assert_array_equal(adjust_colors(luma, ab, warmth=40, tint=-40), ab)


def test_greys_stay_grey():
    assert not adjust_colors(*flat(0, 0), warmth=60, tint=60).any()


def write(folder, text):
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_anybody_can_add_a_look(tmp_path):
    path = write(tmp_path, 'about = "Mine."\nfloor = 2\ndyes = ["teal", "#d8603a"]\nmidtones = [2, 8.5]\n')
    look = Look("Mine.", floor=2, dyes=("teal", "#d8603a"), midtones=(2, 8.5))
    assert load_look(str(path)) == look == read_look(path)


def test_an_unknown_look_names_those_there_are():
    with pytest.raises(SettingsError, match=r"no look 'sepia'; choose autochrome, .*vivid, or give the path"):
        load_look("sepia")


def test_a_missing_look_file(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_look(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vividness = ", "not valid TOML"),
        (f"vividness = {'9' * 5000}", "not valid TOML"),
        (f"vividness = {'[' * 5000}", "not valid TOML"),
        ("vividness = 2", "the key 'about' is missing"),
        ("about = 3", "about: must be a text, not 3"),
        ('about = ""\nglow = 2', "unknown key 'glow'; known are about, floor"),
        ('about = ""\nvividnes = 2', "unknown key 'vividnes' (did you mean 'vividness'?)"),
        ('about = ""\nfloor = "2"', "floor: must be a number, not '2'"),
        ('about = ""\nfloor = true', "floor: must be a number, not True"),
        ('about = ""\nfloor = nan', "floor: must be a finite number, not nan"),
        ('about = ""\nfloor = -1', "floor of -1 is impossible"),
        ('about = ""\nceiling = 0', "ceiling of 0"),
        ('about = ""\nwash = 2', "wash of 2 is impossible"),
        ('about = ""\nmidtones = [1]', "midtones: must have 2 entries, not 1"),
        ('about = ""\nmixing = [1, 0]', "mixing 1: must be a list [...], not 1"),
        ('about = ""\nmixing = [[1, 0]]', "mixing: must have 2 entries, not 1"),
        ('about = ""\ndyes = "#d8603a"', "dyes: must be a list [...], not '#d8603a'"),
        ('about = ""\ndyes = ["#808080"]', "is grey and has no hue"),
        ('about = ""\ndyes = ["blurple"]', "'blurple' is not a colour"),
    ],
)
def test_a_malformed_look_is_refused_in_one_sentence(tmp_path, text, message):
    with pytest.raises(SettingsError, match=re.escape(message)) as refusal:
        read_look(write(tmp_path, text))
    assert "own.toml" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_page_on_looks_names_every_look_and_every_key():
    page = (Path(__file__).parents[2] / "docs" / "looks.md").read_text(encoding="utf-8")
    for name in (*look_names(), *(field.name for field in fields(Look))):
        assert f"`{name}`" in page


def test_the_look_on_the_page_can_be_used(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "looks.md").read_text(encoding="utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    assert read_look(write(tmp_path, shown)).about == "Tea-stained, with cold shadows."
