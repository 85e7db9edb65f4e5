from types import SimpleNamespace
from typing import Any

import pytest
import torch

from vermilion.errors import TrainingError
from vermilion.training.loop.colorization import balance
from vermilion.training.loop.watch import HOPELESS, PATIENCE, STEEP, Watch
from vermilion.training.losses.adversarial import (
    _steepness,
    discriminator_step,
    generator_step,
    gradient_lengths,
    rightness,
)
from vermilion.training.networks.discriminator import DISCRIMINATOR_AB_UNIT, Discriminator

CHANNELS = [4, 4, 4, 4]


def scene(seed: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Luma and features of four pictures."""
    random = torch.Generator().manual_seed(seed)
    features = [torch.rand((4, 4, 8 >> level, 8 >> level), generator=random) for level in range(4)]
    return torch.rand((4, 1, 32, 32), generator=random), features


def chroma(seed: int, level: float) -> torch.Tensor:
    return level + torch.randn((4, 2, 8, 8), generator=torch.Generator().manual_seed(seed)) * 5


@pytest.fixture(scope="module")
def trained() -> Discriminator:
    """A discriminator that has learned that truth is warm and the generator cool."""
    torch.manual_seed(0)
    discriminator = Discriminator(CHANNELS, 8)
    optimizer = torch.optim.AdamW(discriminator.parameters(), lr=5e-3, betas=(0.0, 0.99))
    for step in range(30):
        luma, features = scene(step)
        verdict = discriminator_step(
            discriminator, luma, features, chroma(step, 15), chroma(step + 500, -15), 1.0
        )
        optimizer.zero_grad()
        verdict.loss.backward()
        optimizer.step()
    return discriminator


def test_a_discriminator_learns_to_tell_truth_from_paint(trained: Discriminator) -> None:
    luma, features = scene(900)
    verdict = discriminator_step(trained, luma, features, chroma(901, 15), chroma(902, -15), 0.1)
    assert verdict.accuracy == 1
    assert verdict.loss.item() < 0.6  # not knowing costs log 2 = 0.69


def test_a_pair_is_discriminatord_by_the_whole_and_the_places_alike() -> None:
    margin = torch.tensor([[2.0, 1.0, -1.0], [0.1, 0.2, -3.0]])
    assert rightness(margin).item() == 0.5


def test_the_whole_and_the_places_agree(trained: Discriminator) -> None:
    luma, features = scene(910)
    margin = trained(luma, chroma(911, 15), features) - trained(luma, chroma(912, -15), features)
    assert margin[:, -1].mean() > 0.1
    assert margin[:, :-1].mean() > 0.1


def test_the_generator_is_pulled_towards_the_truth(trained: Discriminator) -> None:
    luma, features = scene(900)
    painted = chroma(903, -15).requires_grad_(True)
    before = generator_step(trained, luma, features, chroma(904, 15), painted)
    before.backward()
    assert painted.grad is not None
    assert painted.grad.mean() < 0  # less loss by becoming warmer
    warmer = (painted - 1e3 * painted.grad).detach()
    assert generator_step(trained, luma, features, chroma(904, 15), warmer) < before


def test_the_discriminator_teaches_itself_alone() -> None:
    discriminator = Discriminator(CHANNELS, 4)
    luma, features = scene(1)
    painted = chroma(2, 0).requires_grad_(True)
    discriminator_step(discriminator, luma, features, chroma(3, 0), painted, 1.0).loss.backward()
    assert painted.grad is None
    assert all(parameter.grad is not None for parameter in discriminator.parameters())


class Linear(torch.nn.Module):
    """A discriminator of known slopes: two places and the whole, each a multiple of the input's sum."""

    def __init__(self, *slopes: float) -> None:
        super().__init__()
        self.slopes = torch.nn.Parameter(torch.tensor(slopes))

    def forward(self, luma: torch.Tensor, ab: torch.Tensor, features: list[torch.Tensor]) -> torch.Tensor:
        return (ab / DISCRIMINATOR_AB_UNIT).sum(dim=(1, 2, 3))[:, None] * self.slopes


def test_penalties_are_squared_slopes_in_the_discriminators_units() -> None:
    size = 2 * 8 * 8
    ab = chroma(1, 0).requires_grad_(True)
    luma, features = scene(1)
    discriminator = Linear(0.5, 1.0, 2.0)
    torch.manual_seed(0)
    measured = [_steepness(discriminator(luma, ab, features), ab).item() for _ in range(500)]
    assert sum(measured) / 500 == pytest.approx(size * ((0.5**2 + 1.0**2) / 2 + 2.0**2), rel=0.1)


def test_opposite_opinions_do_not_escape_the_penalty() -> None:
    ab = chroma(1, 0).requires_grad_(True)
    luma, features = scene(1)
    torch.manual_seed(0)
    penalties = [_steepness(Linear(1.0, 1.0, -1.0)(luma, ab, features), ab).item() for _ in range(20)]
    assert sum(penalties) / 20 > 128


def test_the_penalty_wants_the_discriminator_less_steep() -> None:
    discriminator: Any = Linear(0.5, 0.5, 0.5)
    luma, features = scene(1)
    torch.manual_seed(0)
    verdict = discriminator_step(discriminator, luma, features, chroma(1, 0), chroma(1, 0), 2.0)
    (slope,) = torch.autograd.grad(verdict.loss, discriminator.slopes)
    assert slope.sum() > 0
    assert verdict.penalty > 0


def test_balance_reaches_the_wanted_share() -> None:
    state: Any = SimpleNamespace(balance=torch.zeros(()), share=torch.zeros(()))
    for _ in range(2):
        balance(state, 0.15, torch.tensor([2.0, 0.001]))
    assert state.share.item() == pytest.approx(0.15)
    for _ in range(100):
        balance(state, 0.15, torch.tensor([1.0, 0.01]))
    assert state.share.item() == pytest.approx(0.15, abs=1e-3)


def test_balance_falls_at_once_when_the_discriminator_finds_its_voice() -> None:
    state: Any = SimpleNamespace(balance=torch.zeros(()), share=torch.zeros(()))
    balance(state, 0.15, torch.tensor([1.0, 0.0]))
    assert state.balance < 1e4  # a silent discriminator is not made infinitely loud
    for played in (0.001, 0.1, 1.0):
        balance(state, 0.15, torch.tensor([1.0, played]))
        assert state.balance * played <= 2 * 0.15 / 0.85 + 1e-6


def test_gradient_lengths_are_measured_where_both_losses_enter() -> None:
    trunk = torch.ones(3, requires_grad=True)
    x = trunk * 1
    lengths = gradient_lengths((3 * x).sum(), (4 * x[0]).sum(), x)
    torch.testing.assert_close(lengths, torch.tensor([27**0.5, 4.0]))


def numbers(**changes: float) -> dict[str, float]:
    sound = {
        "bins": 3.0,
        "adversarial/accuracy": 0.8,
        "adversarial/generator": 0.9,
        "adversarial/penalty": 0.1,
    }
    return sound | {name.replace("_", "/"): value for name, value in changes.items()}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_stop_the_training(value: float) -> None:
    with pytest.raises(TrainingError, match=r"stage adversarial: bins is not finite after 640 images"):
        Watch().look(numbers(bins=value), "adversarial", 640)


@pytest.mark.parametrize(
    "lost", [{"adversarial_accuracy": 1.0, "adversarial_generator": HOPELESS}, {"adversarial_penalty": STEEP}]
)
def test_an_adversarial_training_lost_for_long_stops_the_training(lost: dict[str, float]) -> None:
    watch = Watch()
    for _ in range(PATIENCE - 1):
        watch.look(numbers(**lost), "adversarial", 640)
    assert watch.worried
    with pytest.raises(TrainingError, match=r"the discriminator has overpowered the generator"):
        watch.look(numbers(**lost), "adversarial", 640)


def test_a_discriminator_that_is_merely_good_is_let_be() -> None:
    watch = Watch()
    for _ in range(3 * PATIENCE):
        watch.look(numbers(adversarial_accuracy=1.0), "adversarial", 640)
    for _ in range(PATIENCE - 1):
        watch.look(numbers(adversarial_penalty=STEEP), "adversarial", 640)
    watch.look(numbers(), "adversarial", 640)
    assert not watch.worried
