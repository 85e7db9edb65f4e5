"""Means over the processes of a training; one process alone gets back what it gave."""

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn


def mean_of(fabric: Fabric, values: list[float]) -> list[float]:
    """The mean of each number."""
    reduced = fabric.all_reduce(torch.tensor(values), reduce_op="mean")
    if not isinstance(reduced, Tensor):
        raise TypeError(f"a tensor was reduced to a {type(reduced).__name__}")
    return [float(value) for value in reduced]


def share_gradients(fabric: Fabric, module: nn.Module) -> None:
    """Every gradient becomes its mean, so that all processes take the same step."""
    if fabric.world_size == 1:
        return
    for parameter in module.parameters():
        if parameter.grad is not None:
            reduced = fabric.all_reduce(parameter.grad, reduce_op="mean")
            parameter.grad = reduced if isinstance(reduced, Tensor) else None
