"""The painter's exponential average: what is validated, kept and shipped."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from vermilion.training.samples import Batch, Samples, stack

SURVEYED_BATCHES = 12  # from which an averaged painter learns its batch norms' statistics

Tensors = list[Tensor] | tuple[Tensor, ...]


def warm_average(decay: float) -> Callable[[Tensors, Tensors, Tensor | int], None]:
    """An exponential average that is quick at first: min(decay, (1 + n) / (10 + n))."""

    @torch.no_grad()
    def update(averages: Tensors, values: Tensors, count: Tensor | int) -> None:
        keep = min(decay, (1 + int(count)) / (10 + int(count)))
        if averages and averages[0].is_floating_point():
            torch._foreach_lerp_(averages, values, 1 - keep)
        else:
            for average, value in zip(averages, values, strict=True):
                average.copy_(value)

    return update


def first_batches(samples: Samples) -> Iterable[Batch]:
    """What statistics are measured on: always the first batches, so that figures can be made again."""
    for first in range(0, SURVEYED_BATCHES * samples.batch, samples.batch):
        yield stack([samples[number] for number in range(first, first + samples.batch)])


@torch.no_grad()
def refresh_statistics(generator: nn.Module, batches: Iterable[Batch]) -> None:
    """Measure the batch norms' running statistics afresh, on batches of augmented training samples.

    Averaged weights do not have the averaged statistics: with a moving encoder the difference cost more than
    all that training had gained.
    """
    was_training = generator.training
    generator.train()
    norms = [module for module in generator.modules() if isinstance(module, nn.BatchNorm2d)]
    norms = [norm for norm in norms if norm.training]  # the others keep the statistics that they have
    if not norms:
        generator.train(was_training)
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the batches
    device = next(generator.parameters()).device
    for batch in batches:
        here = batch.to(device)
        generator(here.luma, here.hints, 0.4)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    generator.train(was_training)
