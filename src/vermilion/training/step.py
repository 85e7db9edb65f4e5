"""One step of a training: the judge learns, then the painter from its lessons and from the judge."""

import math
from typing import NamedTuple

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from vermilion.training.average import update_average
from vermilion.training.batch import Batch
from vermilion.training.checkpoint import Players
from vermilion.training.classic import classic_judge_loss, classic_painter_loss
from vermilion.training.game import gradient_lengths, judge_step, painter_step
from vermilion.training.generator import Painted
from vermilion.training.ranks import everywhere, share_gradients
from vermilion.training.settings import Settings, StageSettings

BALANCE_EVERY = 10  # steps between two comparisons of the gradients of lessons and game
FAINTEST = 1e-4  # of the gradient of the lessons: a fainter game is not made any louder
CLIP = 1.0  # largest norm of a gradient

Scalars = dict[str, Tensor]


class Phase(NamedTuple):
    """What Python decides in a step, so that a recorded one need not."""

    hears: bool  # whether the painter hears the judge already
    measures: bool  # whether the gradients of lessons and game are compared


def phase_of(players: Players, stage: StageSettings, done: int) -> Phase:
    """The phase after `done` passes of a stage."""
    hears = done >= stage.judge_alone
    due = players.steps % BALANCE_EVERY == 0 or not players.balanced
    return Phase(hears, hears and stage.adversarial > 0 and due)


def take_step(
    fabric: Fabric, players: Players, stage: StageSettings, settings: Settings, batch: Batch, *, phase: Phase
) -> Scalars:
    """One step, which never waits for the device and changes nothing but tensors; returns scalars, unread.

    Args:
        fabric: of the processes that share the batch.
        players: who learn.
        stage: what they learn.
        settings: those of the stage.
        batch: what they learn from.
        phase: what is done in this step.
    """
    painted = players.generator(*batch.inputs(settings.loss.temperature))
    if settings.model.kind == "classic":
        total, scalars = _classic(fabric, players, batch, painted)
    else:
        losses = players.lessons(painted, batch.ab, stage.colorfulness)
        total, scalars = losses.total, losses.scalars()
        if stage.perceptual > 0:
            seen = look(players, settings, batch, painted)
            total = total + stage.perceptual * seen
            scalars["seen"] = seen.detach()
        if stage.adversarial > 0:
            played, said = _game(fabric, players, stage, batch, painted)
            scalars |= said
            if phase.hears:
                if phase.measures:
                    lengths = everywhere(gradient_lengths(total, played, painted.trunk))
                    balance(players, stage.adversarial, lengths)
                total = total + players.balance * played
    _learn(fabric, players.generator, players.optimizer, total, clip=CLIP)
    update_average(players.average, players.generator, settings.ema)
    return scalars


def look(players: Players, settings: Settings, batch: Batch, painted: Painted) -> Tensor:
    """How differently the eye sees the painted and the true colours of the first part of the batch."""
    count = max(1, round(settings.loss.eye_share * len(batch.luma)))
    seen: Tensor = players.eye(batch.luma[:count], painted.chroma[:count], batch.ab[:count])
    return seen


def _game(
    fabric: Fabric, players: Players, stage: StageSettings, batch: Batch, painted: Painted
) -> tuple[Tensor, Scalars]:
    """The judge takes its step; returns what it then makes of the painting."""
    features = [feature.detach() for feature in painted.features]
    verdict = judge_step(players.judge, batch.luma, features, batch.ab, painted.chroma, stage.penalty)
    _learn(fabric, players.judge, players.judge_optimizer, verdict.loss)
    players.judge.requires_grad_(False)
    played = painter_step(players.judge, batch.luma, features, batch.ab, painted.chroma)
    players.judge.requires_grad_(True)
    return played, {
        "game/judge": verdict.loss.detach(),
        "game/penalty": verdict.penalty,
        "game/accuracy": verdict.accuracy,
        "game/painter": played.detach(),
        "game/balance": players.balance.clone(),
        "game/share": players.share.clone(),
    }


def _classic(fabric: Fabric, players: Players, batch: Batch, painted: Painted) -> tuple[Tensor, Scalars]:
    """The textbook's game: binary cross-entropy, 100 L1."""
    loss, accuracy = classic_judge_loss(players.judge, batch.luma, batch.ab, painted.chroma)
    _learn(fabric, players.judge, players.judge_optimizer, loss)
    players.judge.requires_grad_(False)
    played, taught = classic_painter_loss(players.judge, batch.luma, batch.ab, painted.chroma)
    players.judge.requires_grad_(True)
    numbers: Scalars = {
        "game/judge": loss.detach(),
        "game/accuracy": accuracy,
        "game/painter": played.detach(),
    }
    return played + taught, {"l1": taught.detach(), **numbers}


def _learn(
    fabric: Fabric, module: nn.Module, optimizer: Optimizer, loss: Tensor, clip: float = math.inf
) -> None:
    """A step of one player; with several processes, by the mean of their gradients."""
    optimizer.zero_grad()
    fabric.backward(loss)
    share_gradients(fabric, module)
    if clip < math.inf:
        fabric.clip_gradients(module, optimizer, max_norm=clip, error_if_nonfinite=False)
    optimizer.step()


@torch.no_grad()
def balance(players: Players, wanted: float, lengths: Tensor) -> None:
    """Move the game's weight towards the wanted share of the gradient: upwards smoothly, downwards at once.

    A judge that finds its voice within a few steps would else drown the lessons for hundreds.
    """
    taught, played = lengths
    before = players.balance
    players.share.copy_(before * played / (before * played + taught).clamp_min(1e-12))
    target = wanted / (1 - wanted) * taught / torch.maximum(played, FAINTEST * taught).clamp_min(1e-12)
    smooth = torch.where(before > 0, 0.9 * before + 0.1 * target, target)
    players.balance.copy_(torch.minimum(smooth, 2 * target))
