"""Our task: a distribution over colours, refined by adversarial training."""

from collections.abc import Mapping

import torch
from torch import Tensor

from vermilion.errors import SettingsError
from vermilion.training.config.settings import Settings
from vermilion.training.data.batch import STRIDE, Batch
from vermilion.training.data.samples import Samples
from vermilion.training.devices.distributed import everywhere
from vermilion.training.loop.checkpoint import TrainingState
from vermilion.training.loop.state import make_networks
from vermilion.training.loop.task import Loss, Networks, Scalars, Step
from vermilion.training.loop.validation import MULTIPLE, SIDE
from vermilion.training.losses.adversarial import discriminator_step, generator_step, gradient_lengths
from vermilion.training.losses.distillation import distillation
from vermilion.training.losses.palette import palette_distance
from vermilion.training.losses.patch import patchiness
from vermilion.training.losses.supervised import hinted_error
from vermilion.training.networks.generator import GeneratorOutput

FAINTEST = 1e-4  # of the gradient of the supervised losses: a weaker adversarial gradient is not amplified


class ColorizationTask:
    """Vermilion's networks and losses.

    Args:
        losses: further losses by name, each a mean over a batch; a stage's `losses` name their weights.
    """

    side, multiple = SIDE, MULTIPLE

    def __init__(self, losses: Mapping[str, Loss] | None = None) -> None:
        self.losses = dict(losses or {})

    def check(self, settings: Settings) -> None:
        """Refuse losses that nobody gave, and chroma of another size.

        Raises:
            SettingsError: it names the key, what it may be and what it is.
        """
        if settings.data.chroma_stride != STRIDE:
            raise SettingsError(
                f"data.chroma_stride: must be {STRIDE} for vermilion's networks, not "
                f"{settings.data.chroma_stride}; leave it out, or train networks of your own."
            )
        for stage in settings.stages:
            for name in sorted(stage.losses.keys() - self.losses.keys()):
                given = ", ".join(sorted(self.losses)) or "none"
                raise SettingsError(
                    f"stages.{stage.name}.losses: {name!r} must be a loss that the task was given ({given}); "
                    "give it to `ColorizationTask`, or leave it out."
                )

    def make_networks(
        self, settings: Settings, samples: Samples, device: torch.device, centres: Tensor | None
    ) -> Networks:
        """Generator, discriminator and the supervised losses over the bins of the first samples."""
        return make_networks(settings, samples, device, centres)

    def loss(self, step: Step, batch: Batch, painted: GeneratorOutput) -> tuple[Tensor, Scalars]:
        """All losses of the stage, weighted; the adversarial one by its share of the gradient."""
        state, stage = step.state, step.stage
        losses = state.supervised(painted, batch.ab, stage.colorfulness)
        total, scalars = losses.total, losses.scalars()
        for name, weight, value in self._further(step, batch, painted):
            total = total + weight * value
            scalars[name] = value.detach()
        if stage.adversarial > 0:
            adversarial, numbers = _adversarial(step, batch, painted)
            scalars |= numbers
            if step.phase.measures:
                lengths = everywhere(gradient_lengths(total, adversarial, painted.trunk))
                balance(state, stage.adversarial, lengths)
            if step.phase.adversarial:
                total = total + state.balance * adversarial
        return total, scalars

    def _further(
        self, step: Step, batch: Batch, painted: GeneratorOutput
    ) -> "list[tuple[str, float, Tensor]]":
        """Name, weight and value of each loss that the stage asks for."""
        stage, found = step.stage, []
        if stage.perceptual > 0:
            found.append(
                ("perceptual", stage.perceptual, perceptual_loss(step.state, step.settings, batch, painted))
            )
        if stage.patch > 0:
            found.append(("patch", stage.patch, patchiness(painted.chroma, batch.ab)))
        if stage.palette > 0:
            palette = palette_distance(painted.chroma, batch.ab, batch.luma)
            found.append(("palette", stage.palette, palette))
        if stage.hinted_chroma > 0:
            value = hinted_error(painted.chroma, batch.ab, batch.hints)
            found.append(("hinted_chroma", stage.hinted_chroma, value))
        if stage.distillation > 0:
            value = _distillation(step, batch, painted)
            found.append(("distillation", stage.distillation, value))
        own = {name: weight for name, weight in stage.losses.items() if weight > 0}
        return found + [(name, weight, self.losses[name](painted, batch)) for name, weight in own.items()]


def perceptual_loss(
    state: TrainingState, settings: Settings, batch: Batch, painted: GeneratorOutput
) -> Tensor:
    """The perceptual loss of the batch's first part."""
    count = max(1, round(settings.loss.perceptual_share * len(batch.luma)))
    seen: Tensor = state.perceptual_network(batch.luma[:count], painted.chroma[:count], batch.ab[:count])
    return seen


def _distillation(step: Step, batch: Batch, painted: GeneratorOutput) -> Tensor:
    taught = step.state.teacher(batch.plain, step.settings.loss.temperature)
    return distillation(painted.logits, painted.chroma, taught, batch.hints)


def _adversarial(step: Step, batch: Batch, painted: GeneratorOutput) -> tuple[Tensor, Scalars]:
    """Let the discriminator take its step; returns the generator's adversarial loss."""
    state, luma = step.state, batch.luma
    features = [feature.detach() for feature in painted.features]
    verdict = discriminator_step(
        state.discriminator, luma, features, batch.ab, painted.chroma, step.stage.penalty
    )
    step.learn_discriminator(verdict.loss)
    with step.fixed_discriminator() as discriminator:
        adversarial = generator_step(discriminator, luma, features, batch.ab, painted.chroma)
    return adversarial, {
        "adversarial/discriminator": verdict.loss.detach(),
        "adversarial/penalty": verdict.penalty,
        "adversarial/accuracy": verdict.accuracy,
        "adversarial/generator": adversarial.detach(),
        "adversarial/balance": state.balance.clone(),
        "adversarial/share": state.share.clone(),
    }


@torch.no_grad()
def balance(state: TrainingState, wanted: float, lengths: Tensor) -> None:
    """Move the adversarial loss's weight towards its share of the gradient: up smoothly, down at once.

    Otherwise a discriminator that learns within a few steps would drown the supervised losses for hundreds.
    """
    supervised, adversarial = lengths
    before = state.balance
    state.share.copy_(before * adversarial / (before * adversarial + supervised).clamp_min(1e-12))
    ratio = wanted / (1 - wanted)
    target = ratio * supervised / torch.maximum(adversarial, FAINTEST * supervised).clamp_min(1e-12)
    smooth = torch.where(before > 0, 0.9 * before + 0.1 * target, target)
    state.balance.copy_(torch.minimum(smooth, 2 * target))
