"""Small tables of numbers on a device, copied there once."""

from functools import cache
from typing import Any

import torch
from torch import Tensor


@cache
def constant(values: tuple[Any, ...], device: torch.device) -> Tensor:
    """Nested tuples of numbers as a tensor on a device. It is always the same tensor and must not be changed.

    A copy for each use would wait for the card, and a step that is recorded there may not copy at all.
    """
    return torch.tensor(values, device=device)
