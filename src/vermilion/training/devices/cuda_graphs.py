"""Steps recorded once as a CUDA graph and repeated by a single launch.

A step is some three thousand small kernels. Launched one by one from Python they keep a fast card waiting; a
graph (torch.cuda.CUDAGraph) launches them all at once. A graph always works on the same memory, so a
step's inputs are copied into tensors of the graph's own, and Python is not asked again: whatever changes from
step to step has to be a tensor, and nothing in a step may wait for the card.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from vermilion.errors import SettingsError
from vermilion.training.config.settings import Settings

WARM_UP = 3  # steps of each kind that are done as they are written, before one is recorded

Outputs = dict[str, Tensor]
Replay = Callable[[], object]
# Records some work and does it once; returns a function that repeats it, and its outputs (overwritten).
Recorder = Callable[[Callable[[], Outputs]], tuple[Replay, Outputs]]


@dataclass(slots=True)
class _Recording:
    inputs: tuple[Tensor, ...]  # where the step looks for them
    done: int = 0
    replay: Replay | None = None
    outputs: Outputs | None = None


class RecordedStep:
    """A step that is recorded once for each kind and shape of its inputs.

    Args:
        recorder: how; None = never, each step is done as it is written.
    """

    def __init__(self, recorder: Recorder | None = None) -> None:
        self.recorder = recorder
        self._recordings: dict[Hashable, _Recording] = {}

    def __call__(self, kind: Hashable, step: Callable[..., Outputs], inputs: tuple[Tensor, ...]) -> Outputs:
        """Do a step.

        Args:
            kind: all that Python decides in it; steps of one kind differ in tensors alone.
            step: takes the inputs.
            inputs: copied, so that they may be overwritten as soon as this returns.

        Returns:
            What the step returned; the next one may overwrite it.
        """
        if self.recorder is None:
            return step(*inputs)
        key = (kind, tuple((tuple(tensor.shape), tensor.dtype) for tensor in inputs))
        recording = self._recordings.get(key)
        if recording is None:
            recording = self._recordings[key] = _Recording(tuple(torch.empty_like(each) for each in inputs))
        for held, given in zip(recording.inputs, inputs, strict=True):
            held.copy_(given, non_blocking=True)
        recording.done += 1
        if recording.done <= WARM_UP:
            return step(*recording.inputs)
        if recording.replay is None or recording.outputs is None:
            recording.replay, recording.outputs = self.recorder(lambda: step(*recording.inputs))
        else:
            recording.replay()
        return recording.outputs


def on_card(generators: Sequence[torch.Generator]) -> Recorder:
    """A recorder of CUDA graphs, which share their memory as they never run at once.

    Args:
        generators: sources of random numbers that a step draws from besides torch's own; seeded between
            steps, they are followed by what was recorded.
    """
    pool = torch.cuda.graph_pool_handle()

    def record(work: Callable[[], Outputs]) -> tuple[Replay, Outputs]:
        graph = torch.cuda.CUDAGraph()
        for generator in generators:
            graph.register_generator_state(generator)
        with torch.cuda.graph(graph, pool=pool, stream=torch.cuda.current_stream()):
            outputs = work()
        graph.replay()  # recording does nothing yet
        return graph.replay, outputs

    return record


def wants_graphs(settings: Settings, device: torch.device, processes: int) -> bool:
    """Whether steps are recorded: where asked, or by itself on a card that one process trains on.

    Raises:
        SettingsError: it is asked for where it cannot be done.
    """
    possible = device.type == "cuda" and processes == 1
    if settings.cuda_graphs == "on" and not possible:
        found = f"{processes} processes" if device.type == "cuda" else f"a {device.type}"
        raise SettingsError(
            f'cuda_graphs: needs one process on a CUDA device, not {found}; set it to "auto" or "off".'
        )
    return possible and settings.cuda_graphs != "off"


@contextmanager
def own_stream(device: torch.device, *, wanted: bool) -> Iterator[None]:
    """Let everything inside run on a stream of its own, as steps cannot be recorded on the default one.

    cuDNN then also tries all of its algorithms for each shape: few shapes are met, and each for long.
    """
    if not wanted:
        yield
        return
    stream, before = torch.cuda.Stream(device), torch.backends.cudnn.benchmark  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream(device))
    torch.backends.cudnn.benchmark = True
    try:
        with torch.cuda.stream(stream):
            yield
    finally:
        torch.backends.cudnn.benchmark = before
        torch.cuda.current_stream(device).wait_stream(stream)
