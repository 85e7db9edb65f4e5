from types import SimpleNamespace
from typing import Any

import pytest
import torch

from vermilion.errors import TrainingError
from vermilion.training.discriminator import AB_UNIT, Discriminator
from vermilion.training.game import _steepness, gradient_lengths, judge_step, painter_step, rightness
from vermilion.training.step import balance
from vermilion.training.watch import HOPELESS, PATIENCE, STEEP, Watch

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
    """A judge that has learned that truth is warm and the painter cool."""
    torch.manual_seed(0)
    judge = Discriminator(CHANNELS, 8)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=5e-3, betas=(0.0, 0.99))
    for step in range(30):
        luma, features = scene(step)
        verdict = judge_step(judge, luma, features, chroma(step, 15), chroma(step + 500, -15), 1.0)
        optimizer.zero_grad()
        verdict.loss.backward()
        optimizer.step()
    return judge


def test_a_judge_learns_to_tell_truth_from_paint(trained: Discriminator) -> None:
    luma, features = scene(900)
    verdict = judge_step(trained, luma, features, chroma(901, 15), chroma(902, -15), 0.1)
    assert verdict.accuracy == 1
    assert verdict.loss.item() < 0.6  # not knowing costs log 2 = 0.69


def test_a_pair_is_judged_by_the_whole_and_the_places_alike() -> None:
    margin = torch.tensor([[2.0, 1.0, -1.0], [0.1, 0.2, -3.0]])
    assert rightness(margin).item() == 0.5


def test_the_whole_and_the_places_agree(trained: Discriminator) -> None:
    luma, features = scene(910)
    margin = trained(luma, chroma(911, 15), features) - trained(luma, chroma(912, -15), features)
    assert margin[:, -1].mean() > 0.1
    assert margin[:, :-1].mean() > 0.1


def test_the_painter_is_pulled_towards_the_truth(trained: Discriminator) -> None:
    luma, features = scene(900)
    painted = chroma(903, -15).requires_grad_(True)
    before = painter_step(trained, luma, features, chroma(904, 15), painted)
    before.backward()
    assert painted.grad is not None
    assert painted.grad.mean() < 0  # less loss by becoming warmer
    warmer = (painted - 1e3 * painted.grad).detach()
    assert painter_step(trained, luma, features, chroma(904, 15), warmer) < before


def test_the_judge_teaches_itself_alone() -> None:
    judge = Discriminator(CHANNELS, 4)
    luma, features = scene(1)
    painted = chroma(2, 0).requires_grad_(True)
    judge_step(judge, luma, features, chroma(3, 0), painted, 1.0).loss.backward()
    assert painted.grad is None
    assert all(parameter.grad is not None for parameter in judge.parameters())


class Linear(torch.nn.Module):
    """A judge of known slopes: two places and the whole, each so many times the sum of the input's units."""

    def __init__(self, *slopes: float) -> None:
        super().__init__()
        self.slopes = torch.nn.Parameter(torch.tensor(slopes))

    def forward(self, luma: torch.Tensor, ab: torch.Tensor, features: list[torch.Tensor]) -> torch.Tensor:
        return (ab / AB_UNIT).sum(dim=(1, 2, 3))[:, None] * self.slopes


def test_penalties_are_squared_slopes_in_the_judges_units() -> None:
    size = 2 * 8 * 8
    ab = chroma(1, 0).requires_grad_(True)
    luma, features = scene(1)
    judge = Linear(0.5, 1.0, 2.0)
    torch.manual_seed(0)
    measured = [_steepness(judge(luma, ab, features), ab).item() for _ in range(500)]
    assert sum(measured) / 500 == pytest.approx(size * ((0.5**2 + 1.0**2) / 2 + 2.0**2), rel=0.1)


def test_opposite_opinions_do_not_escape_the_penalty() -> None:
    ab = chroma(1, 0).requires_grad_(True)
    luma, features = scene(1)
    torch.manual_seed(0)
    penalties = [_steepness(Linear(1.0, 1.0, -1.0)(luma, ab, features), ab).item() for _ in range(20)]
    assert sum(penalties) / 20 > 128


def test_the_penalty_wants_the_judge_less_steep() -> None:
    judge: Any = Linear(0.5, 0.5, 0.5)
    luma, features = scene(1)
    torch.manual_seed(0)
    verdict = judge_step(judge, luma, features, chroma(1, 0), chroma(1, 0), 2.0)
    (slope,) = torch.autograd.grad(verdict.loss, judge.slopes)
    assert slope.sum() > 0
    assert verdict.penalty > 0


def test_balance_reaches_the_wanted_share() -> None:
    players: Any = SimpleNamespace(balance=torch.zeros(()), share=torch.zeros(()))
    for _ in range(2):
        balance(players, 0.15, torch.tensor([2.0, 0.001]))
    assert players.share.item() == pytest.approx(0.15)
    for _ in range(100):
        balance(players, 0.15, torch.tensor([1.0, 0.01]))
    assert players.share.item() == pytest.approx(0.15, abs=1e-3)


def test_balance_falls_at_once_when_the_judge_finds_its_voice() -> None:
    players: Any = SimpleNamespace(balance=torch.zeros(()), share=torch.zeros(()))
    balance(players, 0.15, torch.tensor([1.0, 0.0]))
    assert players.balance < 1e4  # a silent judge is not made infinitely loud
    for played in (0.001, 0.1, 1.0):
        balance(players, 0.15, torch.tensor([1.0, played]))
        assert players.balance * played <= 2 * 0.15 / 0.85 + 1e-6


def test_gradient_lengths_are_measured_where_both_losses_enter() -> None:
    trunk = torch.ones(3, requires_grad=True)
    x = trunk * 1
    lengths = gradient_lengths((3 * x).sum(), (4 * x[0]).sum(), x)
    torch.testing.assert_close(lengths, torch.tensor([27**0.5, 4.0]))


def numbers(**changes: float) -> dict[str, float]:
    sound = {"bins": 3.0, "game/accuracy": 0.8, "game/painter": 0.9, "game/penalty": 0.1}
    return sound | {name.replace("_", "/"): value for name, value in changes.items()}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_stop_the_training(value: float) -> None:
    with pytest.raises(TrainingError, match=r"stage game: bins is not finite after 640 passes"):
        Watch().look(numbers(bins=value), "game", 640)


@pytest.mark.parametrize("lost", [{"game_accuracy": 1.0, "game_painter": HOPELESS}, {"game_penalty": STEEP}])
def test_a_game_lost_for_long_stops_the_training(lost: dict[str, float]) -> None:
    watch = Watch()
    for _ in range(PATIENCE - 1):
        watch.look(numbers(**lost), "game", 640)
    assert watch.worried
    with pytest.raises(TrainingError, match=r"the judge has overpowered the painter"):
        watch.look(numbers(**lost), "game", 640)


def test_a_judge_that_is_merely_good_is_let_be() -> None:
    watch = Watch()
    for _ in range(3 * PATIENCE):
        watch.look(numbers(game_accuracy=1.0), "game", 640)
    for _ in range(PATIENCE - 1):
        watch.look(numbers(game_penalty=STEEP), "game", 640)
    watch.look(numbers(), "game", 640)
    assert not watch.worried
