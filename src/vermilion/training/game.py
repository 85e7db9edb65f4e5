"""One round of the adversarial game: the judge learns first, then the painter is told.

A relativistic pairing loss with two zero-centred gradient penalties (R3GAN, Huang et al. 2025,
arXiv:2501.05441): the judge compares the true and the painted chroma of the same picture, and may be
steep neither around the truth (R1) nor around the painting (R2).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from vermilion.training.discriminator import AB_UNIT, Discriminator


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's loss with its penalties, and how often it was right about a pair."""

    loss: Tensor
    penalty: Tensor
    accuracy: Tensor


def judge_step(
    judge: Discriminator,
    luma: Tensor,
    features: list[Tensor],
    true_ab: Tensor,
    painted_ab: Tensor,
    weight: float,
) -> Verdict:
    """What the judge should minimise; `painted_ab` is taken as it is, the painter learns nothing here."""
    real = true_ab.detach().requires_grad_(True)
    fake = painted_ab.detach().requires_grad_(True)
    judged_real, judged_fake = judge(luma, real, features), judge(luma, fake, features)
    penalty = _steepness(judged_real, real) + _steepness(judged_fake, fake)
    margin = judged_real - judged_fake
    loss = _together(functional.softplus(-margin)) + weight / 2 * penalty
    return Verdict(loss, penalty.detach(), rightness(margin.detach()))


def rightness(margin: Tensor) -> Tensor:
    """Share of pairs whose margins [N, places + 1] say, on the whole, which picture is the true one."""
    return (margin[:, :-1].mean(dim=1) + margin[:, -1] > 0).float().mean()


def painter_step(
    judge: Discriminator, luma: Tensor, features: list[Tensor], true_ab: Tensor, painted_ab: Tensor
) -> Tensor:
    """What the painter should minimise: the judge should find its chroma the truer one."""
    margin = judge(luma, true_ab, features) - judge(luma, painted_ab, features)
    return _together(functional.softplus(margin))


def _together(losses: Tensor) -> Tensor:
    """The mean of losses [N, places + 1], in which the places together count as much as the whole."""
    return (losses[:, :-1].mean() + losses[:, -1].mean()) / 2


def _steepness(judged: Tensor, ab: Tensor) -> Tensor:
    """Squared lengths of the gradients on the input: the whole's, plus the mean of the places'.

    They are in the judge's own units, a mean over the pictures. Opinions are summed with random signs: then
    the square of the sum's gradient is, in expectation, the sum of the squares. Summed as they are, one
    opinion learns to be the other's opposite: the sum is flat, and each as steep as it likes.
    """
    places = judged.shape[1] - 1
    signs = torch.randint(0, 2, judged.shape, device=judged.device) * 2.0 - 1.0
    signs[:, :-1] /= places**0.5
    (slope,) = torch.autograd.grad((judged * signs).sum(), ab, create_graph=True)
    return (slope * AB_UNIT).square().sum(dim=(1, 2, 3)).mean()


def gradient_lengths(taught: Tensor, played: Tensor, trunk: Tensor) -> Tensor:
    """Lengths [2] of the gradients that lessons and game send into the painter's last shared features."""
    lengths = []
    for loss in (taught, played):
        (slope,) = torch.autograd.grad(loss, trunk, retain_graph=True)
        lengths.append(slope.float().norm())
    return torch.stack(lengths)
