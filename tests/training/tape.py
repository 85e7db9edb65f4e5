"""A CUDA graph's rehearsal on a processor: operations are recorded once and repeated without Python.

Like a graph, a tape always works on the same tensors. Like a card that records, it refuses what would wait
for the device or bring numbers from the host.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

aten = torch.ops.aten
# Operations whose result's value or shape the host has to know, or that copy from it.
WAITING = {
    aten._local_scalar_dense.default, aten.nonzero.default, aten.masked_select.default, aten.equal.default,
    aten.is_nonzero.default, aten.unique_dim.default, aten._unique2.default, aten.lift_fresh.default,
    aten.lift_fresh_copy.default, aten.bincount.default, aten.repeat_interleave.Tensor,
}  # fmt: skip
INDEXING = {aten.index.Tensor, aten.index_put_.default, aten.index_put.default}  # by masks they wait


class WaitedError(AssertionError):
    """A step would wait for the card."""


def refuse_waiting(function: Any, args: Any) -> None:
    """Raise if a card could not record an operation."""
    places = args[1] if function in INDEXING else ()
    masked = any(each is not None and each.dtype in {torch.bool, torch.uint8} for each in places)
    if masked or function in WAITING:
        raise WaitedError(str(function))


class NoWaiting(TorchDispatchMode):
    """Raises where a card would be waited for."""

    def __torch_dispatch__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        refuse_waiting(function, args)
        return function(*args, **(kwargs or {}))


class Tape(TorchDispatchMode):
    """Does operations, and keeps them to be done again."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, Any, Any, Any]] = []

    def __torch_dispatch__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        refuse_waiting(function, args)
        kwargs = kwargs or {}
        # Aliases, which stay at their memory when Python gives its tensors other ones or other versions.
        kept_args, kept_kwargs = tree_map(_alias, (args, kwargs))
        done = function(*args, **kwargs)
        self.operations.append((function, kept_args, kept_kwargs, tree_map(_alias, done)))
        return done

    def replay(self) -> None:
        """Do them again on the same tensors."""
        with torch.no_grad():
            for function, args, kwargs, before in self.operations:
                again = function(*args, **kwargs)
                for old, new in zip(_tensors(before), _tensors(again), strict=True):
                    if old.untyped_storage().data_ptr() != new.untyped_storage().data_ptr():
                        old.copy_(new)


def _alias(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def _tensors(values: Any) -> Iterator[Tensor]:
    return (value for value in tree_leaves(values) if isinstance(value, Tensor))


def on_tape(work: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
    """A recorder for `RecordedStep`."""
    with Tape() as tape:
        outputs = work()
    return tape.replay, outputs
