"""The loss on colours that vary within a thing."""

import pytest
import torch

from vermilion.training.losses.patch import patchiness


def halves() -> torch.Tensor:
    """Two things of one colour each, side by side: ab [1,2,24,24]."""
    true = torch.full((1, 2, 24, 24), 20.0)
    true[..., 12:] = -30.0
    return true


def test_the_truth_and_all_that_varies_as_little_cost_nothing() -> None:
    true = halves()
    for painted in (true, true * 2, true * 0.3, -true):
        assert patchiness(painted, true).item() < 0.01


def test_a_thing_in_two_colors_costs_much_and_two_things_in_one_cost_nothing() -> None:
    true, painted = halves(), halves()
    painted[:, :, :12, :12] = -20.0
    assert patchiness(painted, true) > 0.2
    assert patchiness(torch.full_like(true, 20.0), true) < 0.01


def test_strength_alone_changes_nothing() -> None:
    true = halves()
    blotched = true + 10 * torch.randn(true.shape, generator=torch.Generator().manual_seed(0))
    once, twice = patchiness(blotched * 5, true * 5), patchiness(blotched * 10, true * 10)
    assert once.item() == pytest.approx(twice.item(), rel=0.1)


def test_its_slope_makes_blotches_smaller() -> None:
    true = halves()
    painted = (true + torch.randn(true.shape, generator=torch.Generator().manual_seed(0))).requires_grad_(
        True
    )
    before = patchiness(painted, true)
    (slope,) = torch.autograd.grad(before, painted)
    assert torch.isfinite(slope).all()
    assert patchiness(painted - 20 * slope / slope.norm(), true) < before


def test_small_pictures_are_compared_as_far_as_they_go() -> None:
    assert torch.isfinite(patchiness(torch.randn(2, 2, 4, 4), torch.zeros(2, 2, 4, 4)))
