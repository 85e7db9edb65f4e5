"""Random numbers for a batch of pictures, and changes of some of them only."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Generator, Tensor

Planes = tuple[Tensor, ...]  # each [N,...]


class Dice(Protocol):
    """Random numbers, one or a few for each picture, shaped to be laid over [N,1,H,W]."""

    count: int
    device: torch.device

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Evenly from low to high, float32 [N,1,1,1] or [N, *shape]."""

    def normal(self, *shape: int) -> Tensor:
        """Of deviation 1, float32 [N,1,1,1] or [N, *shape]."""

    def change(
        self, chance: float | Tensor, planes: Planes, how: "Callable[[Planes, Dice], Planes]", keep: int = 0
    ) -> Planes:
        """Planes with some pictures changed.

        Args:
            chance: share of the pictures that are, 0..1; one for all, or [N].
            planes: of the pictures.
            how: changes planes, by random numbers for their pictures; given them all, or the chosen alone.
            keep: so many of the planes, the last ones, are asked only and come back from `how` no more.
        """


def whole(dice: Dice, below: int, *shape: int) -> Tensor:
    """Whole numbers from 0, all below a bound: int64 [N, *shape]."""
    return dice.uniform(0, below, *shape).floor().clamp_max(below - 1).long()


class BatchDice:
    """All numbers from one generator, on its device, without waiting for it.

    Changes are computed for all pictures, and used where they are wanted.
    """

    def __init__(self, count: int, random: Generator) -> None:
        self.count, self.random, self.device = count, random, random.device

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """As `Dice` says."""
        size = (self.count, *(shape or (1, 1, 1)))
        return low + (high - low) * torch.rand(size, generator=self.random, device=self.device)

    def normal(self, *shape: int) -> Tensor:
        """As `Dice` says."""
        size = (self.count, *(shape or (1, 1, 1)))
        return torch.randn(size, generator=self.random, device=self.device)

    def change(
        self, chance: float | Tensor, planes: Planes, how: Callable[[Planes, Dice], Planes], keep: int = 0
    ) -> Planes:
        """As `Dice` says."""
        chosen = self.uniform(0, 1, 1)[:, 0] < chance
        changed = how(planes, self)
        return tuple(
            torch.where(chosen.reshape(-1, *[1] * (new.ndim - 1)), new, old)
            for new, old in zip(changed, planes[: len(planes) - keep], strict=True)
        )


class SampleDice:
    """A generator for each picture, on the processor: pictures do not depend on each other.

    Changes are made to the chosen pictures alone, since here all work takes time.
    """

    device = torch.device("cpu")

    def __init__(self, randoms: Sequence[np.random.Generator]) -> None:
        self.randoms, self.count = randoms, len(randoms)

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """As `Dice` says."""
        size = shape or (1, 1, 1)
        drawn = np.stack([random.random(size, np.float32) for random in self.randoms])
        return torch.from_numpy(drawn).mul_(high - low).add_(low)

    def normal(self, *shape: int) -> Tensor:
        """As `Dice` says."""
        size = shape or (1, 1, 1)
        return torch.from_numpy(
            np.stack([random.standard_normal(size, np.float32) for random in self.randoms])
        )

    def change(
        self, chance: float | Tensor, planes: Planes, how: Callable[[Planes, Dice], Planes], keep: int = 0
    ) -> Planes:
        """As `Dice` says."""
        rows = (self.uniform(0, 1, 1)[:, 0] < chance).nonzero()[:, 0]
        changed = planes[: len(planes) - keep]
        if not len(rows):
            return changed
        chosen = SampleDice([self.randoms[row] for row in rows.tolist()])
        news = how(tuple(plane[rows] for plane in planes), chosen)
        return tuple(old.index_copy(0, rows, new) for old, new in zip(changed, news, strict=True))
