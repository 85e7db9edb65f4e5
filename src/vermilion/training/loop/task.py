"""A task: networks and their losses. A caller may bring its own.

`loop.colorization.ColorizationTask` is ours; `benchmarks/classic.py` is another, on the same loop.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from vermilion.training.config.settings import Settings, StageSettings
from vermilion.training.data.batch import Batch
from vermilion.training.data.samples import Samples
from vermilion.training.devices.distributed import share_gradients
from vermilion.training.loop.checkpoint import TrainingState
from vermilion.training.losses.supervised import SupervisedLosses
from vermilion.training.networks.generator import GeneratorOutput

Scalars = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks of a task, and how Adam averages their gradients.

    Attributes:
        generator: called with (luma [N,1,H,W], hints [N,3,h,w], temperature), returns a `GeneratorOutput`;
            its `config`, a dict of plain data, goes into its file of weights.
        discriminator: called by the task alone.
        supervised: losses whose weights follow each stage; None if the task has others.
        perceptual_network: frozen; None if no stage asks it.
        teacher: frozen, likewise.
        betas: of the generator's optimiser.
        discriminator_betas: of the discriminator's.
    """

    generator: Any
    discriminator: nn.Module
    supervised: SupervisedLosses | None = None
    perceptual_network: nn.Module | None = None
    teacher: nn.Module | None = None
    betas: tuple[float, float] = (0.9, 0.999)
    discriminator_betas: tuple[float, float] = (0.0, 0.99)


class Phase(NamedTuple):
    """What Python decides in a step, because a recorded step cannot."""

    adversarial: bool  # whether the generator learns from the discriminator already
    measures: bool  # whether the gradients of supervised and adversarial losses are compared


@dataclass(frozen=True, slots=True)
class Step:
    """Everything that a step works on, besides its batch."""

    fabric: Fabric
    task: "Task"
    state: TrainingState
    stage: StageSettings
    settings: Settings  # of the stage
    phase: Phase

    def learn_discriminator(self, loss: Tensor) -> None:
        """A step of the discriminator."""
        learn(self.fabric, self.state.discriminator, self.state.discriminator_optimizer, loss)

    @contextmanager
    def fixed_discriminator(self) -> Iterator[Any]:
        """The discriminator, through which gradients reach the generator alone."""
        self.state.discriminator.requires_grad_(False)
        yield self.state.discriminator
        self.state.discriminator.requires_grad_(True)


class Task(Protocol):
    """Networks and their losses; the loop does all else: samples, steps, checkpoints, figures."""

    side: int  # pixels of the short side at which held-out pictures are scored
    multiple: int  # of both sides of what the generator takes

    def check(self, settings: Settings) -> None:
        """Refuse settings that do not fit, such as `cached_versions` where the generator has no `encoder`.

        Raises:
            SettingsError: it names the key, what it may be and what it is.
        """

    def make_networks(
        self, settings: Settings, samples: Samples, device: torch.device, centres: Tensor | None
    ) -> Networks:
        """The networks, not yet on `device`; `centres` [K,2] are the bins of a resumed run."""

    def loss(self, step: Step, batch: Batch, painted: GeneratorOutput) -> tuple[Tensor, Scalars]:
        """The generator's loss, and scalars to report; a discriminator takes its step in here.

        Nothing may wait for the device: a step may be recorded as a CUDA graph.
        """


def learn(
    fabric: Fabric, module: nn.Module, optimizer: Optimizer, loss: Tensor, clip: float = math.inf
) -> None:
    """A step of one network; with several processes, by the mean of their gradients."""
    optimizer.zero_grad()
    fabric.backward(loss)
    share_gradients(fabric, module)
    if clip < math.inf:
        fabric.clip_gradients(module, optimizer, max_norm=clip, error_if_nonfinite=False)
    optimizer.step()


Loss = Callable[[GeneratorOutput, Batch], Tensor]
