"""Distillation: learn what a frozen generator, the teacher, paints on other views of the same pictures.

Chroma averaged over sizes and mirrored views is truer than that of one pass, and nothing is nearer to views
that differ than their mean (Hinton et al. 2015, arXiv:1503.02531, on ensembles). The teacher sees clean luma,
so old pictures are painted as new ones would be. What it gave: docs/lab/training-log.md.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vermilion.training.config.settings import SIDE_MULTIPLE
from vermilion.training.networks.generator import UNetGenerator

SCALES = (0.8, 1.4)  # how large the teacher sees the two halves of a batch, all mirrored
AB_UNIT = 10.0  # ab units to one unit of the distance of chroma


class Taught(NamedTuple):
    """What the teacher says: odds over the bins [N,K,h,w], and ab [N,2,h,w]."""

    odds: Tensor
    chroma: Tensor


class Teacher(nn.Module):
    """A frozen generator that paints each picture mirrored and at another size."""

    def __init__(self, generator: UNetGenerator) -> None:
        super().__init__()
        self.generator = generator.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> "Teacher":  # noqa: ARG002, FBT001, FBT002 - torch's own signature
        """Stays as it is."""
        return self

    @torch.no_grad()
    def forward(self, luma: Tensor, temperature: float) -> Taught:
        """Paint luma [N,1,H,W], 0..1; what it says is at stride 4 of that size."""
        parts = luma.tensor_split(len(SCALES))
        taught = [
            self._view(part, scale, temperature)
            for part, scale in zip(parts, SCALES, strict=True)
            if len(part)
        ]
        return Taught(*(torch.cat(planes) for planes in zip(*taught, strict=True)))

    def _view(self, luma: Tensor, scale: float, temperature: float) -> Taught:
        height, width = (
            max(1, round(side * scale / SIDE_MULTIPLE)) * SIDE_MULTIPLE for side in luma.shape[2:]
        )
        view = _resized(luma, (height, width)).flip(3)
        painted = self.generator(view, view.new_zeros(len(view), 3, height // 4, width // 4), temperature)
        size = luma.shape[2] // 4, luma.shape[3] // 4
        odds = torch.softmax(painted.logits, dim=1)
        return Taught(*(_resized(planes, size).flip(3) for planes in (odds, painted.chroma)))


def distillation(logits: Tensor, chroma: Tensor, taught: Taught, hints: Tensor) -> Tensor:
    """How far odds and chroma are from the teacher's: a number.

    Pictures with hints do not count, as the teacher did not see those.

    Args:
        logits: of the bins [N,K,h,w].
        chroma: ab [N,2,h,w].
        taught: what the teacher says.
        hints: [N,3,h,w], whose last plane is their weight.
    """
    surprise = functional.kl_div(torch.log_softmax(logits, dim=1), taught.odds, reduction="none").sum(1)
    apart = functional.smooth_l1_loss(chroma / AB_UNIT, taught.chroma / AB_UNIT, reduction="none").sum(1)
    alone = (hints[:, 2].amax(dim=(1, 2)) == 0).float()
    return ((surprise + apart).mean(dim=(1, 2)) * alone).sum() / alone.sum().clamp_min(1)


def _resized(planes: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(planes, size, mode="bilinear", antialias=True)
