import numpy as np
import pytest

from vermilion.guidance.canvas.lattice import lattice_canvas, lay_over
from vermilion.guidance.references.clusters import cluster
from vermilion.guidance.references.regions import cell_features, find_regions, mean_odds


def made_maps(picture):
    """Features of a picture [h,w] at strides 4, 8, 16 and 32: its means, as two channels."""
    maps = []
    for step in (1, 2, 4, 8):
        height, width = picture.shape[0] // step, picture.shape[1] // step
        mean = picture.reshape(height, step, width, step).mean(axis=(1, 3))
        maps.append(np.stack([mean, -mean])[None].astype(np.float32))
    return tuple(maps)


@pytest.fixture
def halves():
    """Left and right differ in all that can be seen."""
    picture = np.zeros((32, 48), np.float32)
    picture[:, 24:] = 1
    return picture


def same_division(labels, expected):
    pairs = set(zip(labels.ravel().tolist(), expected.ravel().tolist(), strict=True))
    return len(pairs) == len(np.unique(labels)) == len(np.unique(expected))


def test_distinct_groups_are_found_whatever_their_order_and_size():
    random = np.random.default_rng(0)
    truth = random.permutation(np.repeat([0, 1, 2], [5, 20, 200]))
    vectors = (np.array([[0, 0], [9, 0], [0, 9]])[truth] + random.normal(0, 0.5, (225, 2))).astype(np.float32)
    labels = cluster(vectors, 3)
    assert same_division(labels, truth)
    np.testing.assert_array_equal(cluster(vectors, 3), labels)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_no_cluster_is_empty_even_if_there_are_fewer_vectors(count):
    labels = cluster(np.array([[1, 1], [1, 1], [4, 4]], np.float32), count)
    assert sorted(set(labels.tolist())) == list(range(min(count, 2)))
    assert labels.dtype == np.int32


def test_regions_are_the_halves_of_a_picture_of_two_halves(halves):
    ab = np.stack([30 * halves, -20 * halves], -1)
    regions = find_regions(made_maps(halves), halves, ab, 2)
    assert regions.shape == halves.shape
    assert same_division(regions[:, :20], np.zeros_like(regions[:, :20]))
    assert same_division(regions[:, 28:], np.zeros_like(regions[:, 28:]))
    assert regions[0, 0] != regions[0, -1]


def test_a_region_need_not_hang_together():
    stripes = np.zeros((32, 48), np.float32)
    stripes[:, 16:32] = 1
    regions = find_regions(made_maps(stripes), stripes, np.stack([stripes, stripes], -1) * 40, 2)
    assert regions[16, 2] == regions[16, -3] != regions[16, 24]


def test_a_plain_picture_is_divided_without_a_warning():
    plain = np.full((16, 16), 0.5, np.float32)
    regions = find_regions(made_maps(plain), plain, np.zeros((16, 16, 2), np.float32), 3)
    assert set(np.unique(regions)) <= {0, 1, 2}


def test_features_of_all_levels_lie_on_one_grid_without_the_margin(halves):
    for step, size in ((1, (30, 41)), (2, (15, 20))):
        levels = cell_features(made_maps(halves), (30, 41), step)
        assert [level.shape for level in levels] == [(2, *size)] * 2
        assert levels[0][0, 0, 0] == 0
        assert levels[0][0, -1, -1] == 1


def test_many_channels_are_no_trouble(halves):
    maps = [np.repeat(level, 320, axis=1) for level in made_maps(halves)]
    assert cell_features(maps, (32, 48), 2)[1].shape == (640, 16, 24)


def test_mean_odds_are_those_of_each_region():
    odds = np.array([[[1, 1, 0], [0, 0, 0]], [[0, 0, 1], [1, 1, 1]]], np.float32)
    regions = np.array([[0, 0, 0], [1, 1, 1]], np.int32)
    np.testing.assert_allclose(mean_odds(odds, regions), [[2 / 3, 1 / 3], [0.0, 1.0]], rtol=1e-6)


def test_a_lattice_gives_single_cells_their_own_color():
    ab = np.random.default_rng(0).normal(0, 30, (12, 20, 2)).astype(np.float32)
    canvas = lattice_canvas(ab)
    rows, columns = np.nonzero(canvas[2])
    assert len(rows) == 15
    assert not canvas[:2, canvas[2] == 0].any()
    np.testing.assert_allclose(canvas[:2, rows, columns].T * 110, ab[rows, columns], rtol=1e-5)


def test_a_tiny_picture_still_gets_a_hint():
    assert lattice_canvas(np.ones((1, 2, 2), np.float32))[2].sum() == 1


def test_the_upper_canvas_hides_the_lower_one_only_where_it_has_hints():
    under, over = np.full((3, 2, 2), 0.5, np.float32), np.zeros((3, 2, 2), np.float32)
    over[:, 0, 0] = (0.1, 0.2, 0.25)
    both = lay_over(under, over)
    np.testing.assert_allclose(both[:, 0, 0], (0.1, 0.2, 0.25))
    np.testing.assert_allclose(both[:, 1, 1], 0.5)


def test_vectors_that_hardly_differ_are_one_cluster() -> None:
    near = np.array([[0, 0], [0.0005, 0], [0, 0.0005], [1, 1]], np.float32)
    assert cluster(near, 4).tolist() == [0, 0, 0, 1]
