"""One step of a training: the discriminator learns, then the generator from all its losses."""

import math
from typing import NamedTuple

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from vermilion.training.config.settings import Settings, StageSettings
from vermilion.training.data.batch import Batch
from vermilion.training.distributed import everywhere, share_gradients
from vermilion.training.loop.average import update_average
from vermilion.training.loop.checkpoint import TrainingState
from vermilion.training.losses.adversarial import discriminator_step, generator_step, gradient_lengths
from vermilion.training.losses.patch import patchiness
from vermilion.training.networks.classic import classic_discriminator_loss, classic_generator_loss
from vermilion.training.networks.generator import GeneratorOutput

BALANCE_EVERY = 10  # steps between two comparisons of the gradients of supervised and adversarial losses
FAINTEST = 1e-4  # of the gradient of the supervised losses: a fainter adversarial is not made any louder
CLIP = 1.0  # largest norm of a gradient

Scalars = dict[str, Tensor]


class Phase(NamedTuple):
    """What Python decides in a step, so that a recorded one need not."""

    hears: bool  # whether the generator hears the discriminator already
    measures: bool  # whether the gradients of supervised and adversarial losses are compared


def phase_of(state: TrainingState, stage: StageSettings, done: int) -> Phase:
    """The phase after `done` images of a stage."""
    hears = done >= stage.discriminator_alone
    due = state.steps % BALANCE_EVERY == 0 or not state.balanced
    return Phase(hears, hears and stage.adversarial > 0 and due)


def take_step(
    fabric: Fabric,
    state: TrainingState,
    stage: StageSettings,
    settings: Settings,
    batch: Batch,
    *,
    phase: Phase,
) -> Scalars:
    """One step, which never waits for the device and changes nothing but tensors; returns scalars, unread.

    Args:
        fabric: of the processes that share the batch.
        state: who learn.
        stage: what they learn.
        settings: those of the stage.
        batch: what they learn from.
        phase: what is done in this step.
    """
    painted = state.generator(*batch.inputs(settings.loss.temperature))
    if settings.model.kind == "classic":
        total, scalars = _classic(fabric, state, batch, painted)
    else:
        losses = state.supervised(painted, batch.ab, stage.colorfulness)
        total, scalars = losses.total, losses.scalars()
        if stage.perceptual > 0:
            seen = look(state, settings, batch, painted)
            total = total + stage.perceptual * seen
            scalars["seen"] = seen.detach()
        if stage.patch > 0:
            patch = patchiness(painted.chroma, batch.ab)
            total = total + stage.patch * patch
            scalars["patch"] = patch.detach()
        if stage.adversarial > 0:
            played, said = _adversarial(fabric, state, stage, batch, painted)
            scalars |= said
            if phase.hears:
                if phase.measures:
                    lengths = everywhere(gradient_lengths(total, played, painted.trunk))
                    balance(state, stage.adversarial, lengths)
                total = total + state.balance * played
    _learn(fabric, state.generator, state.optimizer, total, clip=CLIP)
    update_average(state.average, state.generator, settings.ema)
    return scalars


def look(state: TrainingState, settings: Settings, batch: Batch, painted: GeneratorOutput) -> Tensor:
    """How differently the perceptual network sees painted and true colours of the batch's first part."""
    count = max(1, round(settings.loss.perceptual_share * len(batch.luma)))
    seen: Tensor = state.perceptual_network(batch.luma[:count], painted.chroma[:count], batch.ab[:count])
    return seen


def _adversarial(
    fabric: Fabric, state: TrainingState, stage: StageSettings, batch: Batch, painted: GeneratorOutput
) -> tuple[Tensor, Scalars]:
    """The discriminator takes its step; returns what it then makes of the painting."""
    features = [feature.detach() for feature in painted.features]
    verdict = discriminator_step(
        state.discriminator, batch.luma, features, batch.ab, painted.chroma, stage.penalty
    )
    _learn(fabric, state.discriminator, state.discriminator_optimizer, verdict.loss)
    state.discriminator.requires_grad_(False)
    played = generator_step(state.discriminator, batch.luma, features, batch.ab, painted.chroma)
    state.discriminator.requires_grad_(True)
    return played, {
        "adversarial/discriminator": verdict.loss.detach(),
        "adversarial/penalty": verdict.penalty,
        "adversarial/accuracy": verdict.accuracy,
        "adversarial/generator": played.detach(),
        "adversarial/balance": state.balance.clone(),
        "adversarial/share": state.share.clone(),
    }


def _classic(
    fabric: Fabric, state: TrainingState, batch: Batch, painted: GeneratorOutput
) -> tuple[Tensor, Scalars]:
    """The textbook's adversarial training: binary cross-entropy, 100 L1."""
    loss, accuracy = classic_discriminator_loss(state.discriminator, batch.luma, batch.ab, painted.chroma)
    _learn(fabric, state.discriminator, state.discriminator_optimizer, loss)
    state.discriminator.requires_grad_(False)
    played, taught = classic_generator_loss(state.discriminator, batch.luma, batch.ab, painted.chroma)
    state.discriminator.requires_grad_(True)
    numbers: Scalars = {
        "adversarial/discriminator": loss.detach(),
        "adversarial/accuracy": accuracy,
        "adversarial/generator": played.detach(),
    }
    return played + taught, {"l1": taught.detach(), **numbers}


def _learn(
    fabric: Fabric, module: nn.Module, optimizer: Optimizer, loss: Tensor, clip: float = math.inf
) -> None:
    """A step of one of the two networks; with several processes, by the mean of their gradients."""
    optimizer.zero_grad()
    fabric.backward(loss)
    share_gradients(fabric, module)
    if clip < math.inf:
        fabric.clip_gradients(module, optimizer, max_norm=clip, error_if_nonfinite=False)
    optimizer.step()


@torch.no_grad()
def balance(state: TrainingState, wanted: float, lengths: Tensor) -> None:
    """Move the adversarial loss's weight towards its share of the gradient: up smoothly, down at once.

    A discriminator that learns within a few steps would else drown the supervised losses for hundreds.
    """
    taught, played = lengths
    before = state.balance
    state.share.copy_(before * played / (before * played + taught).clamp_min(1e-12))
    target = wanted / (1 - wanted) * taught / torch.maximum(played, FAINTEST * taught).clamp_min(1e-12)
    smooth = torch.where(before > 0, 0.9 * before + 0.1 * target, target)
    state.balance.copy_(torch.minimum(smooth, 2 * target))
