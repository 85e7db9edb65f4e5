"""The loss on colours that a batch does not use."""

import pytest
import torch

from vermilion.training.losses.palette import palette_distance


@pytest.fixture
def true() -> torch.Tensor:
    """A batch of many colours: ab [4,2,12,12]."""
    return 25 * torch.randn((4, 2, 12, 12), generator=torch.Generator().manual_seed(0))


LUMA = torch.full((4, 1, 48, 48), 0.5)


def test_the_same_colors_cost_nothing_wherever_they_lie(true: torch.Tensor) -> None:
    assert palette_distance(true, true, LUMA) == 0
    assert palette_distance(true.flip(0).flip(3), true, LUMA).item() == pytest.approx(0, abs=1e-5)


def test_paler_stronger_and_fewer_colors_cost_the_more_the_further_they_are_off(true: torch.Tensor) -> None:
    paler, palest, stronger = (palette_distance(true * gain, true, LUMA) for gain in (0.8, 0.5, 1.3))
    assert 0.1 < paler < palest
    assert stronger > 0.1
    brown = torch.tensor([0.5, 1.5]).view(1, 2, 1, 1) * true.norm(dim=1, keepdim=True) / 1.6
    assert palette_distance(brown, true, LUMA) > palest


def test_colors_of_light_places_on_dark_ones_cost_something(true: torch.Tensor) -> None:
    true[:2], true[2:] = 20.0, -20.0
    luma = torch.full_like(LUMA, 0.1)
    luma[2:] = 0.9
    assert palette_distance(-true, true, LUMA).item() == pytest.approx(0, abs=1e-5)
    assert palette_distance(-true, true, luma) > 0.5


def test_its_slope_leads_to_the_true_palette(true: torch.Tensor) -> None:
    painted = (true * 0.5).requires_grad_(True)
    before = palette_distance(painted, true, LUMA)
    (slope,) = torch.autograd.grad(before, painted)
    assert palette_distance(painted - 50 * slope / slope.norm(), true, LUMA) < before
