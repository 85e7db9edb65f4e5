import numpy as np
import pytest

from vermilion.color import ciede2000, psnr, ssim

RANDOM = np.random.default_rng(0)
RGB = RANDOM.integers(0, 256, (17, 19, 3)).astype(np.uint8)

# Of table 1 in Sharma, Wu and Dalal 2005: two colours and their difference. The hues lie close, far apart,
# around the turn of 360 degrees and on both sides of 180; some colours are grey, some are deep blues.
PUBLISHED = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (56, -27, -3), 31.9030),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


def test_ciede2000_is_the_published_one() -> None:
    first, second = (np.array([row[side] for row in PUBLISHED]) for side in (0, 1))
    published = [row[2] for row in PUBLISHED]
    np.testing.assert_allclose(ciede2000(first, second), published, atol=5e-5)
    np.testing.assert_allclose(ciede2000(second, first), published, atol=5e-5)
    np.testing.assert_array_equal(ciede2000(first, first), 0)
    assert ciede2000(first[None], second[None]).shape == (1, len(PUBLISHED))


def test_psnr_counts_every_channel() -> None:
    assert psnr(RGB, RGB) == 100
    black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    assert psnr(black, white) == 0
    one_channel = black.copy()
    one_channel[..., 1] = 51  # a fifth of full scale in a third of the samples
    assert psnr(black, one_channel) == pytest.approx(10 * np.log10(25 * 3))


def windowed_ssim(true: np.ndarray, made: np.ndarray) -> float:
    """The paper's formula, place by place."""
    steps = np.arange(11) - 5
    bell = np.exp(-(steps**2) / (2 * 1.5**2))
    weights = np.outer(bell, bell) / bell.sum() ** 2
    values = []
    for y in range(true.shape[0] - 10):
        for x in range(true.shape[1] - 10):
            p, q = (side[y : y + 11, x : x + 11].astype(float) for side in (true, made))
            mean_p, mean_q = (weights * p).sum(), (weights * q).sum()
            spread_p, spread_q = (weights * (p - mean_p) ** 2).sum(), (weights * (q - mean_q) ** 2).sum()
            both = (weights * (p - mean_p) * (q - mean_q)).sum()
            c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
            values.append(
                (2 * mean_p * mean_q + c1) * (2 * both + c2)
                / ((mean_p**2 + mean_q**2 + c1) * (spread_p + spread_q + c2))
            )  # fmt: skip
    return float(np.mean(values))


def test_ssim_is_the_papers() -> None:
    near = np.clip(RGB + RANDOM.normal(0, 30, RGB.shape), 0, 255).astype(np.uint8)
    wanted = np.mean([windowed_ssim(RGB[..., i], near[..., i]) for i in range(3)])
    assert ssim(RGB, near) == pytest.approx(wanted, abs=1e-9)
    assert ssim(RGB, RGB) == pytest.approx(1)


def test_ssim_of_even_pictures_is_that_of_their_means() -> None:
    even = [np.full((11, 11, 3), value, np.uint8) for value in (100, 140)]
    assert ssim(*even) == pytest.approx((2 * 100 * 140 + 6.5025) / (100**2 + 140**2 + 6.5025))
