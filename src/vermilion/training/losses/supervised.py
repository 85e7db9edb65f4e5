"""What the generator learns from true colours, besides adversarial training."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from vermilion.training.config.settings import LossSettings
from vermilion.training.devices.distributed import everywhere
from vermilion.training.networks.bins import rebalancing, rows, soft_targets
from vermilion.training.networks.generator import NEAR, GeneratorOutput

LOSS_AB_UNIT = 10.0  # ab units to one unit of the smooth L1


@dataclass(frozen=True, slots=True)
class Losses:
    """Each part, unweighted, and the weighted sum."""

    total: Tensor
    bins: Tensor
    chroma: Tensor
    colorfulness: Tensor
    confidence: Tensor

    def scalars(self) -> dict[str, Tensor]:
        """The parts, cut off from the graph."""
        return {
            name: getattr(self, name).detach() for name in ("bins", "chroma", "colorfulness", "confidence")
        }


class SupervisedLosses:
    """The generator's losses for given bins and their shares in the training pictures."""

    def __init__(self, centres: Tensor, shares: Tensor, settings: LossSettings) -> None:
        self.centres, self.settings = centres, settings
        self.shares = shares
        self.weights = rebalancing(shares, settings.rebalance)

    def with_settings(self, settings: LossSettings) -> Self:
        """The same bins and shares with other weights."""
        return type(self)(self.centres, self.shares, settings)

    def __call__(self, painted: GeneratorOutput, ab: Tensor, colorfulness: float = 0.0) -> Losses:
        """Compare with the true ab [N,2,h,w]; `colorfulness` is the stage's weight of that part."""
        bins = self.cross_entropy(painted.logits, ab)
        knee = self.settings.knee / LOSS_AB_UNIT
        chroma = functional.smooth_l1_loss(painted.chroma / LOSS_AB_UNIT, ab / LOSS_AB_UNIT, beta=knee)
        dull = everywhere(spread(painted.chroma).mean() - spread(ab).mean()).abs() / LOSS_AB_UNIT
        confidence = confidence_loss(painted, ab)
        weights = self.settings
        total = weights.bins * bins + weights.chroma * chroma + weights.confidence * confidence
        return Losses(total + colorfulness * dull, bins, chroma, dull, confidence)

    def cross_entropy(self, logits: Tensor, ab: Tensor) -> Tensor:
        """Rebalanced cross-entropy with soft targets; a pixel weighs as its own colour does."""
        targets = soft_targets(rows(ab).flatten(0, 2), self.centres)
        each = -(targets * torch.log_softmax(rows(logits).flatten(0, 2), dim=1)).sum(1)
        return (each * (targets @ self.weights)).mean()


def hinted_error(chroma: Tensor, ab: Tensor, hints: Tensor) -> Tensor:
    """Smooth L1 between painted and true ab [N,2,h,w], in units of 10, where hints [N,3,h,w] name the colour.

    Without it the losses on vividness also enlarge colours that a person gave.
    """
    weight = hints[:, 2:]
    apart = functional.smooth_l1_loss(chroma / LOSS_AB_UNIT, ab / LOSS_AB_UNIT, reduction="none")
    return (apart.sum(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1)


def spread(ab: Tensor) -> Tensor:
    """How colourful each picture is: root mean square distance of ab [N,2,h,w] from grey, [N]."""
    return (ab.square().sum(1).mean(dim=(1, 2)) + 1e-3).sqrt()


def confidence_loss(painted: GeneratorOutput, ab: Tensor) -> Tensor:
    """Cross-entropy of the confidence logit against whether the painted chroma is near the truth."""
    right = ((painted.chroma.detach() - ab).square().sum(1, keepdim=True) < NEAR**2).float()
    return functional.binary_cross_entropy_with_logits(painted.confidence_logit, right)
