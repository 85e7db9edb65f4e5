"""The generator's exponential average, which is validated, kept and shipped."""

from collections.abc import Iterable
from itertools import chain

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from vermilion.training.data.batch import Batch


@torch.no_grad()
def update_average(average: AveragedModel, module: nn.Module, decay: float) -> None:
    """Move an exponential average, parameters and buffers, towards a module; counters are copied.

    It is quick at first: after n updates min(decay, (1 + n) / (10 + n)) is kept, nothing at n = 0. The count
    stays on the device, so nobody waits for it (`AveragedModel.update_parameters` does).
    """
    count = average.n_averaged
    keep = torch.clamp((1 + count) / (10 + count), max=decay) * (count > 0)
    pairs = list(zip(_tensors(average.module), _tensors(module), strict=True))
    numbers = [(ours, theirs) for ours, theirs in pairs if ours.is_floating_point()]
    averages, values = [ours for ours, _ in numbers], [theirs for _, theirs in numbers]
    moves = torch._foreach_sub(values, averages)  # noqa: SLF001 - as torch.optim does
    torch._foreach_mul_(moves, 1 - keep)
    torch._foreach_add_(averages, moves)
    for ours, theirs in pairs:
        if not ours.is_floating_point():
            ours.copy_(theirs)
    count.add_(1)


def _tensors(module: nn.Module) -> list[Tensor]:
    return [tensor.detach() for tensor in chain(module.parameters(), module.buffers())]


@torch.no_grad()
def refresh_statistics(generator: nn.Module, batches: Iterable[Batch]) -> None:
    """Measure the batch norms' running statistics again, on batches of augmented training samples.

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
        generator(*here.inputs(0.4))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    generator.train(was_training)
