"""Throughput: images a second, time spent waiting for data, share of the machine's peak."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from lightning_fabric.utilities import throughput as fabric
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import conv_flop_count, flop_registry

# Peaks of dense matrix products in bfloat16, in FLOP/s, from Nvidia's data sheets; the first name that
# the card's holds counts. Fabric's table does not know an "NVIDIA H200", and lists for some cards what they
# do without tensor cores.
CARDS = {
    "H200": 989e12,
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "A100": 312e12,
    "L40S": 362e12,
    "L4": 121e12,
    "A40": 150e12,
    "A10": 125e12,
    "RTX 4090": 165e12,
    "RTX 3090": 71e12,
}
SIDE_OF_CARD, SIDE_OF_PROCESSOR = 8192, 768  # of the matrices that are multiplied where no data sheet tells
ROUNDS = 4  # of which the quickest counts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Peak:
    """The peak of a machine, and where the figure comes from."""

    flops: float  # a second
    origin: str


def peak_of(device: torch.device, *, half: bool) -> Peak:
    """The best rate of a device in bfloat16 or float32: from the table of cards, or measured now."""
    kind = "bfloat16" if half else "float32"
    if device.type == "cuda" and half:
        name = torch.cuda.get_device_name(device)
        for card, flops in CARDS.items():
            if card in name:
                return Peak(flops, f"data sheet of {card}, {kind}")
    flops = measured_peak(device, torch.bfloat16 if half else torch.float32)
    return Peak(flops, f"measured on matrix products in {kind}")


def measured_peak(device: torch.device, dtype: torch.dtype) -> float:
    """FLOP/s of products of large square matrices."""
    side = SIDE_OF_PROCESSOR if device.type == "cpu" else SIDE_OF_CARD
    matrix = torch.ones((side, side), dtype=dtype, device=device)
    quickest = min(_seconds_of_product(matrix) for _ in range(ROUNDS))
    return 2 * side**3 / quickest


def _seconds_of_product(matrix: torch.Tensor) -> float:
    _wait_for(matrix.device)
    started = time.perf_counter()
    matrix @ matrix
    _wait_for(matrix.device)
    return time.perf_counter() - started


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def flops_of(work: Callable[[], T]) -> tuple[T, int]:
    """Do some work uncompiled; returns its result and its operations."""
    with torch.compiler.set_stance("force_eager"), Operations() as operations:
        done = work()
    return done, operations.total


class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts operations by torch's formulas.

    Torch's own counter, which Fabric's `measure_flops` uses, also follows modules, by hooks that gradient
    penalties do not allow.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self,
        function: OpOverload,
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - torch hands over anything
        """Do what is asked, and count it."""
        kwargs = kwargs or {}
        done = function(*args, **kwargs)
        kind = function.overloadpacket
        if kind == torch.ops.aten.convolution_backward:
            self.total += _flops_of_convolution_backward(args)
        elif kind in flop_registry:
            self.total += flop_registry[kind](*args, **kwargs, out_val=done)
        return done


def _flops_of_convolution_backward(args: tuple[Any, ...]) -> int:
    """As many as forwards for the slopes on the input, and as many again for those on the weights.

    Torch's own formula forgets the groups and counts a depthwise layer as if each channel saw all others.
    """
    grad, x, weight = (list(tensor.shape) for tensor in args[:3])
    transposed, (to_input, to_weight, _) = args[7], args[10]
    return int(to_input + to_weight) * int(conv_flop_count(x, weight, grad, transposed))


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures between two reports."""

    rate: float  # pictures a second
    waiting: float  # share of the time in which the loop waited for data
    utilisation: float  # floating-point operations over those that the machine could have done


@dataclass(slots=True)
class Throughput:
    """Fabric's throughput between two reports, with the time spent waiting and the counted operations."""

    peak: float  # FLOP/s of this process's device
    processes: int = 1
    pictures: int = 0  # of this process
    steps: int = 0
    flops: int = 0  # since the last reading
    waited: float = 0.0  # seconds since then
    counted: dict[tuple[object, ...], int] = field(default_factory=dict)  # operations of each kind of step
    monitor: fabric.Throughput = field(init=False)  # knows the last two readings

    def __post_init__(self) -> None:
        self.monitor = fabric.Throughput(self.peak, window_size=2)

    def fetch(self, batches: Iterable[T]) -> Iterator[T]:
        """The batches, and how long each was waited for."""
        fetched = iter(batches)
        while True:
            asked = time.perf_counter()
            batch = next(fetched, None)
            self.waited += time.perf_counter() - asked
            if batch is None:
                return
            yield batch

    def step(self, kind: tuple[object, ...], pictures: int, work: Callable[[], T]) -> T:
        """Do a step of so many pictures of this process; the first of each kind is counted."""
        if kind in self.counted:
            done = work()
        else:
            done, self.counted[kind] = flops_of(work)
        self.flops += self.counted[kind]
        self.pictures += pictures
        self.steps += 1
        return done

    def begin(self) -> None:
        """Read from now on."""
        self.monitor.reset()
        self._update()

    def read(self) -> Reading:
        """The figures since the last reading, or since the beginning; there must be a step."""
        waited, before = self.waited, self.monitor.compute()["time"]
        self._update()
        found = self.monitor.compute()
        rate = self.processes * found["device/samples_per_sec"]
        return Reading(rate, waited / (found["time"] - before), found["device/mfu"])

    def _update(self) -> None:
        now = time.perf_counter()
        self.monitor.update(time=now, batches=self.steps, samples=self.pictures, flops=self.flops)
        self.flops, self.waited = 0, 0.0
