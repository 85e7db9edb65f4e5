import numpy as np
import pytest

from vermilion.color import (
    ab_error,
    colorfulness,
    correlation,
    frechet_distance,
    kernel_distance,
    palette,
    palette_distance,
)

RANDOM = np.random.default_rng(0)
AB = RANDOM.normal(0, 25, (12, 16, 2))


def test_ab_error_is_a_mean_distance() -> None:
    assert ab_error(AB, AB) == 0
    assert ab_error(AB, AB + np.array([3, 4])) == pytest.approx(5)


def test_correlation_ignores_strength_and_knows_direction() -> None:
    assert correlation(AB, 0.3 * AB) == pytest.approx(1)
    assert correlation(AB, -AB) == pytest.approx(-1)
    assert correlation(AB, np.zeros_like(AB)) == 0
    assert abs(correlation(AB, RANDOM.normal(0, 25, AB.shape))) < 0.2


def test_a_cast_counts_nothing_when_centred() -> None:
    assert correlation(AB, AB + np.array([40, 10]), centred=True) == pytest.approx(1)
    assert correlation(AB, AB + np.array([40, 10])) < 0.9
    assert correlation(AB + 40, np.full_like(AB, 40), centred=True) == 0


def test_colorfulness_is_hasler_and_suesstrunks() -> None:
    assert colorfulness(np.full((4, 4, 3), 120, np.uint8)) == 0
    rgb = np.zeros((1, 2, 3), np.uint8)
    rgb[0, 0, 0] = 200  # rg = 200, 0 and yb = 100, 0
    assert colorfulness(rgb) == pytest.approx(np.hypot(100, 50) + 0.3 * np.hypot(100, 50))


def test_a_palette_is_a_distribution() -> None:
    assert (palette(AB) ** 2).sum() == pytest.approx(1)
    grey = palette(np.zeros((3, 3, 2)))
    assert grey[40] == 1
    between = palette(np.full((1, 1, 2), 7.5)) ** 2
    np.testing.assert_allclose(np.sort(between)[-4:], 0.25)
    assert (palette(np.full((2, 2, 2), 500.0)) ** 2)[80] == 1


def test_kernel_distance_is_nothing_for_the_truth_and_grows() -> None:
    true = RANDOM.random((6, 10))
    assert kernel_distance(true, true, 10, 1) == pytest.approx(0, abs=1e-9)
    near, far = (kernel_distance(true, true + shift, 10, 1) for shift in (0.1, 1.0))
    assert 0 < near < far
    assert np.isnan(kernel_distance(true[:1], true[:1], 10, 1))


def test_kernel_distance_is_the_sum_over_other_pairs() -> None:
    true, made = RANDOM.random((4, 3)), RANDOM.random((4, 3))

    def kernel(x, y):
        return (x @ y / 3 + 1) ** 3

    total = sum(
        kernel(true[i], true[j])
        + kernel(made[i], made[j])
        - kernel(true[i], made[j])
        - kernel(made[i], true[j])
        for i in range(4)
        for j in range(4)
        if i != j
    )
    assert kernel_distance(true, made, 3, 1) == pytest.approx(1000 * total / 12)


def test_palettes_ignore_where_colors_are_and_know_which() -> None:
    pictures = [RANDOM.normal(mean, 10, (8, 8, 2)) for mean in (0, 20, -20, 30)]
    moved = [picture[::-1, ::-1] for picture in pictures]
    assert palette_distance(pictures, moved) == pytest.approx(0, abs=1e-6)
    assert palette_distance(pictures, [0 * picture for picture in pictures]) > 10


def test_frechet_distance_is_that_of_gaussians() -> None:
    """Shifted and stretched along the axes it is the sum of (m - m')^2 + (s - s')^2."""
    unit = np.sqrt(3 / 4)  # so that the sample deviation is 1, and nothing is correlated
    signs = unit * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    true, made = signs * [2, 3], signs * [5, 1] + [3, 4]
    assert frechet_distance(true, true) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(true, made) == pytest.approx(25 + 3**2 + 2**2)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    assert frechet_distance(true @ turn, made @ turn) == pytest.approx(38)
    assert np.isnan(frechet_distance(true[:1], made[:1]))
