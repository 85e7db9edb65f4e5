"""Several processes as one: their number, and means over them. For a single process nothing changes."""

import os
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from torch import Tensor, distributed, nn
from torch.distributed.nn.functional import all_reduce

from vermilion.errors import SettingsError
from vermilion.training.config.settings import Settings, batches_of


def make_fabric(settings: Settings) -> Fabric:
    """Fabric with the processes that the config asks for, or those that `torchrun` has started already.

    Raises:
        SettingsError: torchrun's processes cannot share the config's batch.
    """
    devices, nodes = settings.devices, settings.nodes
    if TorchElasticEnvironment.detect():
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        nodes = int(os.environ["WORLD_SIZE"]) // devices
    for where, batch in batches_of(settings):
        if batch % (devices * nodes):
            raise SettingsError(
                f"{where}batch: {batch} cannot be shared by the {devices * nodes} processes that torchrun "
                "started; make it a multiple."
            )
    return Fabric(accelerator=settings.accelerator, devices=devices, num_nodes=nodes)


def is_first_process() -> bool:
    """Whether this is the process that reports; the others of a training are silent."""
    return not _are_several() or distributed.get_rank() == 0


def _are_several() -> bool:
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


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


@torch.compiler.disable  # type: ignore[untyped-decorator]
def everywhere(value: Tensor) -> Tensor:
    """The mean of a tensor over the processes; its slopes reach all of them."""
    if not _are_several():
        return value
    summed: Tensor = all_reduce(value)  # type: ignore[no-untyped-call]
    return summed / distributed.get_world_size()


class SharedBatchNorm(nn.BatchNorm2d):
    """A batch norm whose statistics are those of the whole batch, wherever its parts are.

    Torch's own works on cards only; this one also where processors train together.
    """

    def forward(self, x: Tensor) -> Tensor:
        """[N,C,h,w] to the same shape."""
        if not self.training:
            return super().forward(x)
        exact = x.float()
        moments: Tensor = everywhere(torch.stack([exact.mean((0, 2, 3)), exact.square().mean((0, 2, 3))]))
        mean, spread = moments[0], (moments[1] - moments[0] ** 2).clamp_min(0)
        self._remember(mean.detach(), spread.detach(), x.numel() // x.shape[1])
        scale = self.weight * torch.rsqrt(spread + self.eps)
        shift = self.bias - mean * scale
        normal: Tensor = exact * scale[:, None, None] + shift[:, None, None]
        return normal.to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, spread: Tensor, count: int) -> None:
        """Move the running statistics as torch does: they keep the unbiased variance."""
        whole: Any = count * distributed.get_world_size()
        self.num_batches_tracked.add_(1)  # type: ignore[union-attr] # they are tracked
        self.running_mean.lerp_(mean, self.momentum)  # type: ignore[union-attr, arg-type]
        self.running_var.lerp_(spread * whole / (whole - 1), self.momentum)  # type: ignore[union-attr, arg-type]


def share_statistics(module: nn.Module) -> None:
    """Let the batch norms of a module see the whole batch, where several processes share it."""
    if not _are_several():
        return
    for name, child in module.named_children():
        if type(child) is nn.BatchNorm2d:
            shared = SharedBatchNorm(child.num_features, child.eps, child.momentum)
            shared.load_state_dict(child.state_dict())
            setattr(module, name, shared.to(child.weight.device))
        else:
            share_statistics(child)
