from typing import Any

import pytest
import torch

from vermilion.training.config.settings import LossSettings
from vermilion.training.losses.supervised import SupervisedLosses, confidence_loss, hinted_error, spread
from vermilion.training.networks.generator import GeneratorOutput, UNetGenerator

LUMA = torch.rand((2, 1, 64, 64), generator=torch.Generator().manual_seed(0))
AB = torch.randn((2, 2, 16, 16), generator=torch.Generator().manual_seed(1)) * 20
HINTS = torch.zeros(2, 3, 16, 16)


def supervised(generator: UNetGenerator, **settings: Any) -> SupervisedLosses:
    centres = generator.decoder.centres
    return SupervisedLosses(centres, torch.full((len(centres),), 1 / len(centres)), LossSettings(**settings))


def has_gradient(parameter: torch.Tensor) -> bool:
    return parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)


def test_losses_are_finite_and_reach_all_that_should_learn(generator: UNetGenerator) -> None:
    losses = supervised(generator)(generator(LUMA, HINTS, 0.4), AB, colorfulness=0.1)
    assert all(torch.isfinite(torch.as_tensor(value)) for value in losses.scalars().values())
    losses.total.backward()
    learned = {name for name, parameter in generator.decoder.named_parameters() if has_gradient(parameter)}
    assert {
        "odds.weight",
        "residual.weight",
        "sure.weight",
        "start.0.weight",
        "steps.0.0.0.weight",
    } <= learned
    assert has_gradient(next(generator.encoder.blocks()[0].parameters()))


def test_the_adversarial_training_reaches_the_residual_through_the_chroma(generator: UNetGenerator) -> None:
    generator(LUMA, HINTS, 0.4).chroma.sum().backward()
    assert has_gradient(generator.decoder.residual.weight)


def test_confidence_does_not_move_the_trunk(generator: UNetGenerator) -> None:
    confidence_loss(generator(LUMA, HINTS, 0.4), AB).backward()
    moved = {name for name, parameter in generator.named_parameters() if has_gradient(parameter)}
    assert moved == {"decoder.sure.weight", "decoder.sure.bias"}


def test_the_truth_costs_less_than_anything_else(generator: UNetGenerator) -> None:
    taught = supervised(generator, bins=0.0, chroma=1.0, confidence=0.0)
    painted = generator(LUMA, HINTS, 0.4)
    assert taught(painted._replace(chroma=AB), AB).total.item() == 0
    assert taught(painted, AB).total.item() > 0


def test_cross_entropy_is_least_for_the_soft_targets(generator: UNetGenerator) -> None:
    taught = supervised(generator)
    distances = ((AB.permute(0, 2, 3, 1)[..., None, :] - generator.decoder.centres) ** 2).sum(-1)
    best = (-distances / 50).permute(0, 3, 1, 2)
    least = taught.cross_entropy(best, AB)
    for seed in range(5):
        noise = torch.randn(best.shape, generator=torch.Generator().manual_seed(seed))
        assert taught.cross_entropy(best + noise, AB) > least


def test_rare_colors_count_more_when_rebalanced() -> None:
    centres = torch.tensor([[0.0, 0.0], [60.0, 40.0]])
    shares = torch.tensor([0.9, 0.1])
    logits = torch.zeros(1, 2, 1, 1)
    rare, common = torch.tensor([60.0, 40.0]).view(1, 2, 1, 1), torch.zeros(1, 2, 1, 1)
    fair = SupervisedLosses(centres, shares, LossSettings(rebalance=0.5))
    plain = SupervisedLosses(centres, shares, LossSettings(rebalance=1.0))
    assert fair.cross_entropy(logits, rare) > 2 * fair.cross_entropy(logits, common)
    assert plain.cross_entropy(logits, rare).item() == pytest.approx(
        plain.cross_entropy(logits, common).item()
    )


def test_spread_is_the_distance_from_grey() -> None:
    ab = torch.tensor([30.0, 40.0]).view(1, 2, 1, 1).expand(1, 2, 4, 4)
    assert spread(ab).item() == pytest.approx(50, abs=1e-3)


def test_confidence_is_right_where_the_paint_is_near() -> None:
    near = torch.zeros(1, 2, 2, 2)
    sure, unsure = torch.full((1, 1, 2, 2), 4.0), torch.full((1, 1, 2, 2), -4.0)
    truth = torch.full((1, 2, 2, 2), 3.0)
    said = [confidence_loss(GeneratorOutput(near, near, s, near, []), truth).item() for s in (sure, unsure)]
    assert said[0] < 0.1 < said[1]


def test_without_a_knee_chroma_is_taught_by_plain_l1(generator: UNetGenerator) -> None:
    painted = generator(LUMA, HINTS, 0.4)
    plain = supervised(generator, bins=0.0, chroma=1.0, knee=0.0, confidence=0.0)(painted, AB)
    wanted = (painted.chroma - AB).abs().mean() / 10
    torch.testing.assert_close(plain.total, wanted)
    assert supervised(generator)(painted, AB).chroma < wanted


def test_only_hinted_places_must_keep_the_color_that_they_were_given() -> None:
    true, hints = torch.full((2, 2, 4, 4), 20.0), torch.zeros(2, 3, 4, 4)
    assert hinted_error(0 * true, true, hints) == 0  # nobody gave a colour
    hints[0, 2, 1, 1] = 1.0
    painted = true * 1.5
    painted[0, :, 1, 1] = 20.0
    assert hinted_error(painted, true, hints) == 0
    painted[0, :, 1, 1] = 30.0
    assert hinted_error(painted, true, hints).item() == pytest.approx(1.0)  # .5 for each of a and b
    hints[0, 2, 1, 1] = 0.5
    assert hinted_error(painted, true, hints).item() == pytest.approx(0.5)
