import numpy as np
import pytest
import torch

from vermilion.training.networks.bins import annealed_mean, common_bins, gamut_bins, rebalancing, soft_targets

CENTRES = torch.from_numpy(gamut_bins())


def test_bins_are_the_colors_that_srgb_has() -> None:
    bins = {tuple(row) for row in gamut_bins().tolist()}
    assert {(0.0, 0.0), (80.0, 70.0), (-80.0, 80.0)} <= bins
    assert (-100.0, -100.0) not in bins
    assert 250 <= len(bins) <= 280


def test_common_bins_leave_out_what_is_rare() -> None:
    random = np.random.default_rng(0)
    ab = np.concatenate([random.normal((0, 0), 3, (6_000, 2)), random.normal((40, 30), 3, (2_000, 2))])
    centres, shares = common_bins(ab.astype(np.float32))
    assert {(0.0, 0.0), (40.0, 30.0)} <= {tuple(row) for row in centres.tolist()}
    assert len(centres) < 40
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    assert centres[shares.argmax()].tolist() == [0, 0]


def test_soft_targets_are_a_distribution_about_the_color() -> None:
    ab = torch.tensor([[12.0, 18.0], [0.0, 0.0], [-33.0, 41.0]])
    targets = soft_targets(ab, CENTRES)
    torch.testing.assert_close(targets.sum(1), torch.ones(3))
    assert CENTRES[targets[0].argmax()].tolist() == [10, 20]
    distances = ((ab[:, None] - CENTRES) ** 2).sum(-1)
    plain = torch.exp(-distances / 50)
    torch.testing.assert_close(targets, plain / plain.sum(1, keepdim=True), atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_rebalanced_weights_have_expectation_one(strength: float) -> None:
    shares = torch.tensor([0.7, 0.2, 0.09, 0.01])
    weights = rebalancing(shares, strength)
    assert (weights * shares).sum().item() == pytest.approx(1, abs=1e-6)
    assert bool((weights.diff() >= 0).all())
    if strength == 1:
        torch.testing.assert_close(weights, torch.ones(4))


def test_annealed_mean_goes_from_the_mean_to_the_mode() -> None:
    centres = torch.tensor([[0.0, 0.0], [40.0, 20.0], [-30.0, 10.0]])
    logits = torch.tensor([1.0, 2.0, 0.5]).view(1, 3, 1, 1)
    flat = torch.softmax(logits.flatten(), 0) @ centres
    torch.testing.assert_close(annealed_mean(logits, centres, 1.0).flatten(), flat)
    torch.testing.assert_close(annealed_mean(logits, centres, 0.01).flatten(), centres[1])
    torch.testing.assert_close(
        annealed_mean(logits, centres, 1e4).flatten(), centres.mean(0), atol=0.02, rtol=0
    )
