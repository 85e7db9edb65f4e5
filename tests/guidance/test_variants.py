import numpy as np
import pytest

from vermilion.guidance.variants import choice as variants
from vermilion.guidance.variants.choice import (
    Doubtful,
    Proposal,
    choose_variants,
    find_doubtful,
    propose_variants,
)

BINS = ((0.0, 0.0), (40.0, 20.0), (-30.0, 30.0), (0.0, -40.0))
GRID = (16, 24)
LUMA = np.full(GRID, 0.5, np.float32)


@pytest.fixture(autouse=True)
def _close_hints(monkeypatch):
    """Pictures as small as those here would hold hardly any hints."""
    monkeypatch.setattr(variants, "_HINTS", 4)


@pytest.fixture
def regions():
    labels = np.zeros(GRID, np.int32)
    labels[:, 12:] = 1
    return labels


def odds_of(regions, *shares):
    return np.moveaxis(np.array(shares, np.float32)[regions], -1, 0)


def colors_of(proposal, regions):
    """The color (a, b) of each region's hints, rounded; one each."""
    found = []
    for region in range(2):
        hints = proposal.canvas[:2, (proposal.canvas[2] == 1) & (regions == region)].T * 110
        assert len(hints) > 2
        assert np.ptp(hints, axis=0).max() < 1e-3
        found.append(tuple(int(round(float(value), -1)) for value in hints[0]))
    return tuple(found)


def test_every_combination_is_proposed_once_with_its_probability(regions):
    odds = odds_of(regions, (0.6, 0.4, 0, 0), (0, 0, 0.3, 0.7))
    proposals = propose_variants(odds, BINS, LUMA, regions)
    said = {colors_of(proposal, regions): proposal.likelihood for proposal in proposals}
    assert len(proposals) == len(said) == 4
    assert said[(0, 0), (0, -40)] == pytest.approx(np.log(0.42), abs=1e-3)
    assert said[(40, 20), (-30, 30)] == pytest.approx(np.log(0.12), abs=1e-3)


def test_what_is_unlikely_is_not_proposed(regions):
    odds = odds_of(regions, (0.97, 0.03, 0, 0), (0.97, 0, 0, 0.03))
    [only] = propose_variants(odds, BINS, LUMA, regions)
    assert colors_of(only, regions) == ((0, 0), (0, 0))


def test_a_region_that_knows_nothing_gets_its_likeliest_color_all_the_same():
    many = tuple((float(a), float(b)) for a in range(-60, 61, 30) for b in range(-60, 61, 30))
    odds = np.full((len(many), *GRID), 1 / len(many), np.float32)
    assert propose_variants(odds, many, LUMA, np.zeros(GRID, np.int32))


def test_a_seed_gives_the_same_again_and_another_one_others():
    random = np.random.default_rng(0)
    regions = np.arange(GRID[0], dtype=np.int32)[:, None].repeat(GRID[1], 1) // 4
    odds = odds_of(regions, *random.dirichlet(np.full(4, 4.0), 4))
    first, again, other = (propose_variants(odds, BINS, LUMA, regions, seed=seed) for seed in (3, 3, 4))
    assert len(first) == 24
    np.testing.assert_array_equal([p.canvas for p in first], [p.canvas for p in again])
    assert [p.likelihood for p in first] != [p.likelihood for p in other]


def test_likely_colorings_are_drawn_more_often(regions):
    odds = odds_of(regions, (0.7, 0.3, 0, 0), (0.7, 0, 0, 0.3))
    first = [propose_variants(odds, BINS, LUMA, regions, seed=seed)[0].likelihood for seed in range(100)]
    share = np.mean(np.isclose(first, np.log(0.49), atol=1e-3))
    assert 0.35 < share < 0.63


def test_cells_keep_their_own_shade_of_a_regions_color():
    shades = ((40.0, 20.0), (46.0, 24.0))
    odds = np.zeros((2, *GRID), np.float32)
    odds[0, :, :12], odds[1, :, 12:] = 1, 1
    [only] = propose_variants(odds, shades, LUMA, np.zeros(GRID, np.int32))
    hints = np.where(only.canvas[2] == 1, only.canvas[0] * 110, np.nan)
    assert np.nanmax(hints[:, :12]) == pytest.approx(40, abs=0.1)
    assert np.nanmin(hints[:, 12:]) == pytest.approx(46, abs=0.1)


def test_hints_are_far_apart_and_the_network_finds_what_goes_with_them(monkeypatch):
    monkeypatch.undo()
    grid = (48, 64)
    regions = np.repeat(np.arange(2, dtype=np.int32), 32)[None].repeat(grid[0], 0)
    odds = odds_of(regions, (0.6, 0.4, 0, 0), (0, 0, 0.3, 0.7))
    for proposal in propose_variants(odds, BINS, np.full(grid, 0.5, np.float32), regions):
        told = proposal.canvas[2] == 1
        assert told.sum() == 12
        assert told[:, :32].sum() == told[:, 32:].sum() == 6


def painted(left, right):
    ab = np.zeros((*GRID, 2), np.float32)
    ab[:, :12], ab[:, 12:] = left, right
    return ab


def proposals(*likelihoods):
    return [Proposal(np.zeros((3, *GRID), np.float32), likelihood) for likelihood in likelihoods]


def test_variants_are_ranked_by_likelihood():
    paintings = [painted((0, 20), (0, -20)), painted((0, -20), (0, 20)), painted((30, 0), (-30, 0))]
    chosen = choose_variants(painted(0, 0), paintings, proposals(-2, -1, -3), 3)
    assert chosen == [1, 0, 2]


def test_nothing_is_shown_twice_and_a_cast_makes_no_difference():
    first = painted((0, 20), (0, -20))
    paintings = [first, first + 0.5, first + np.float32(15), painted((30, 0), (-30, 0))]
    chosen = choose_variants(painted(0, 0), paintings, proposals(-1, -2, -3, -4), 4)
    assert len(chosen) == 2
    assert 3 in chosen


def test_what_looks_like_the_automatic_result_is_no_variant():
    automatic = painted((0, 20), (0, -20))
    assert choose_variants(automatic, [automatic + 5], proposals(-1), 6) == []


def test_those_are_chosen_that_stand_for_the_others():
    crowd = [painted((20 + shade, 0), (-20 - shade, 0)) for shade in (-1, 0, 1)]
    other = [painted((0, 25 + shade), (0, -25 - shade)) for shade in (-1, 0, 1)]
    one, another = choose_variants(painted(0, 0), [*crowd, *other], proposals(-1, -2, -3, -4, -5, -6), 2)
    assert one < 3 <= another


def doubtful(*places):
    """Things at the places [rows, columns] of a picture that is painted grey by itself."""
    reach = np.zeros((len(places), *GRID), np.float32)
    for own, place in zip(reach, places, strict=True):
        own[place] = 1
    return Doubtful(np.zeros((*GRID, 2), np.float32), reach)


def test_things_take_their_own_colors_and_the_rest_stays_as_it_was(regions):
    odds = odds_of(regions, (0.5, 0.3, 0.2, 0), (0.4, 0, 0, 0.6))
    things = doubtful(np.s_[4:12, 2:9], np.s_[4:12, 14:22])
    proposals = propose_variants(odds, BINS, LUMA, regions, things)
    by_things = proposals[-6:]
    colors = set()
    for proposal in by_things:
        ab = np.where(proposal.canvas[2] == 1, proposal.canvas[:2] * 110, np.nan)
        assert np.nanmax(abs(ab[:, :3])) < 1e-3, "above them"
        colors.add((round(float(ab[0, 6, 6])), round(float(ab[1, 6, 18]))))
    assert colors == {(a, b) for a in (0, 40, -30) for b in (0, -40)}
    likeliest = max(by_things, key=lambda proposal: proposal.likelihood)
    assert likeliest.likelihood == pytest.approx(np.log(0.5 * 0.6), abs=1e-3)


def test_half_of_many_are_by_things():
    random = np.random.default_rng(0)
    regions = np.arange(GRID[0], dtype=np.int32)[:, None].repeat(GRID[1], 1) // 4
    odds = odds_of(regions, *random.dirichlet(np.full(4, 4.0), 4))
    things = doubtful(*(np.s_[row : row + 3, 2:20] for row in (0, 4, 8)))
    proposals = propose_variants(odds, BINS, LUMA, regions, things)
    below = [np.abs(proposal.canvas[:2, 13:]).max() == 0 for proposal in proposals]
    assert below == 12 * [False] + 12 * [True]


def test_things_of_which_the_network_is_not_sure_are_found():
    random = np.random.default_rng(0)
    looks = np.repeat(np.repeat(random.normal(size=(8, 2, 2)), 8, axis=1), 12, axis=2).astype(np.float32)
    maps = [looks[None, :, :: 1 << level, :: 1 << level] for level in range(3)]
    maps.append(maps[2][..., ::2, ::2])
    confidence = np.full(GRID, 0.9, np.float32)
    confidence[8:, 12:] = 0.1
    found = find_doubtful(maps, LUMA, np.zeros((*GRID, 2), np.float32), confidence)
    assert 1 <= len(found.reach) <= 2
    assert found.reach.max(axis=0)[10:15, 14:22].min() > 0.5
    assert found.reach[:, :6, :10].max() < 0.1
    sure = find_doubtful(maps, LUMA, found.ab, np.full(GRID, 0.9, np.float32))
    assert sure.reach.shape == (0, *GRID)


def test_the_margin_of_features_names_no_thing(monkeypatch):
    """Features reach to whole multiples of 32 pixels; spots are asked for in the picture alone."""
    asked = []

    def ask(features, *_):
        asked.append(features)
        return ()

    monkeypatch.setattr(variants, "ask_here", ask)
    maps = [np.ones((1, 3, 24 >> level, 32 >> level), np.float32) for level in range(4)]
    maps[1][0, :, :8, :12] = 7
    find_doubtful(maps, LUMA, np.zeros((*GRID, 2), np.float32), np.full(GRID, 0.1, np.float32))
    np.testing.assert_array_equal(asked[0], np.full((3, 8, 12), 7))


def test_paintings_differ_by_what_their_colors_differ_by_on_average():
    some = painted((3, 4), (0, 0))
    wanted = [[0, 0, 2.5], [0, 0, 2.5], [2.5, 2.5, 0]]
    np.testing.assert_allclose(variants._distances([some, some, painted(0, 0)]), wanted)
