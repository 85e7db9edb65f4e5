"""One step of adversarial training: the discriminator learns first, then the generator from it.

A relativistic pairing loss with two zero-centred gradient penalties (R3GAN, Huang et al. 2025,
arXiv:2501.05441): the discriminator compares the true and the painted chroma of the same picture, and may be
steep neither around the truth (R1) nor around the painting (R2).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from vermilion.training.networks.discriminator import DISCRIMINATOR_AB_UNIT, Discriminator


@dataclass(frozen=True, slots=True)
class Verdict:
    """The discriminator's loss with its penalties, and how often it was right about a pair."""

    loss: Tensor
    penalty: Tensor
    accuracy: Tensor


def discriminator_step(
    discriminator: Discriminator,
    luma: Tensor,
    features: list[Tensor],
    true_ab: Tensor,
    painted_ab: Tensor,
    weight: float,
) -> Verdict:
    """The discriminator's loss; the generator gets no gradient from `painted_ab` here."""
    real = true_ab.detach().requires_grad_(True)
    fake = painted_ab.detach().requires_grad_(True)
    real_logits, fake_logits = discriminator(luma, real, features), discriminator(luma, fake, features)
    penalty = _steepness(real_logits, real) + _steepness(fake_logits, fake)
    margin = real_logits - fake_logits
    loss = _together(functional.softplus(-margin)) + weight / 2 * penalty
    return Verdict(loss, penalty.detach(), rightness(margin.detach()))


def rightness(margin: Tensor) -> Tensor:
    """Share of pairs whose margins [N, places + 1] say, on the whole, which picture is the true one."""
    return (margin[:, :-1].mean(dim=1) + margin[:, -1] > 0).float().mean()


def generator_step(
    discriminator: Discriminator, luma: Tensor, features: list[Tensor], true_ab: Tensor, painted_ab: Tensor
) -> Tensor:
    """The generator's loss: the discriminator should prefer its chroma to the true one."""
    margin = discriminator(luma, true_ab, features) - discriminator(luma, painted_ab, features)
    return _together(functional.softplus(margin))


def _together(losses: Tensor) -> Tensor:
    """The mean of losses [N, places + 1], in which the places together count as much as the whole."""
    return (losses[:, :-1].mean() + losses[:, -1].mean()) / 2


def _steepness(logits: Tensor, ab: Tensor) -> Tensor:
    """Squared lengths of the gradients on the input: the whole's, plus the mean of the places'.

    They are in the discriminator's own units, a mean over the pictures. Opinions are summed with random
    signs: then the square of the sum's gradient is, in expectation, the sum of the squares. Summed as they
    are, one opinion learns to be the other's opposite: the sum is flat, and each as steep as it likes.
    """
    places = logits.shape[1] - 1
    signs = torch.randint(0, 2, logits.shape, device=logits.device) * 2.0 - 1.0
    signs[:, :-1] /= places**0.5
    (slope,) = torch.autograd.grad((logits * signs).sum(), ab, create_graph=True)
    return (slope * DISCRIMINATOR_AB_UNIT).square().sum(dim=(1, 2, 3)).mean()


def gradient_lengths(supervised: Tensor, adversarial: Tensor, trunk: Tensor) -> Tensor:
    """Lengths [2] of the gradients that both kinds of loss send into the generator's last shared features."""
    lengths = []
    for loss in (supervised, adversarial):
        (slope,) = torch.autograd.grad(loss, trunk, retain_graph=True)
        lengths.append(slope.float().norm())
    return torch.stack(lengths)
