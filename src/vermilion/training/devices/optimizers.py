"""AdamW whose rates are tensors: a recorded step reads them each time it is repeated."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import AdamW

OWN = ("lr", "fused", "foreach", "capturable")  # of each group, whatever a checkpoint says


def make_optimizer(
    groups: Iterable[Any], device: torch.device, betas: tuple[float, float], weight_decay: float = 0.0
) -> AdamW:
    """Fused AdamW over parameters or groups of them, with a rate for each group on the device.

    Checkpoints of optimisers that were made in another way, or on another device, load into it.
    """
    optimizer = AdamW(
        groups,
        lr=torch.tensor(1e-3, device=device),
        betas=betas,
        weight_decay=weight_decay,
        fused=True,
        capturable=device.type == "cuda",
    )
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(1e-3, device=device)  # not one for all
    optimizer.register_load_state_dict_pre_hook(_with_own_options)
    return optimizer


def set_rate(group: dict[str, Any], rate: float) -> None:
    """Give a group another learning rate, in place and without waiting for the device."""
    held: Tensor = group["lr"]
    held.fill_(rate)


def _with_own_options(optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> dict[str, Any]:
    groups = [
        saved | {name: group[name] for name in OWN}
        for saved, group in zip(state["param_groups"], optimizer.param_groups, strict=True)
    ]
    return state | {"param_groups": groups}
