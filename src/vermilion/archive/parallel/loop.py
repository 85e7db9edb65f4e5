"""The loop over a plan in several processes: the workers of a batch, without its manifest."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial

from vermilion.archive.batch.record import KILLED, killed_reason
from vermilion.archive.batch.workers import Trade, Workers
from vermilion.archive.plan import Plan
from vermilion.archive.run import (
    PlanRun,
    RunOptions,
    Task,
    colorizer_of_worker,
    refuse_without_model,
    settled_of,
)
from vermilion.colorizer import Colorizer
from vermilion.errors import DeviceError, ModelError
from vermilion.outputs import Failed, Outcome
from vermilion.work import available_cores


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works on a plan.

    Attributes:
        workers: processes.
        model: as ``Colorizer`` takes it.
        device: that computes.
        threads: of one worker; None for its share of the cores.
    """

    workers: int
    model: str | None = None
    device: str = "auto"
    threads: int | None = None


def run_plan_in_parallel(
    plan: Plan, options: RunOptions, crew: Crew, model_hash: Callable[[], str | None] | None = None
) -> Generator[Outcome, None, None]:
    """Colour all pictures of a plan; yield what became of each as soon as it is known, in any order.

    Results are those of ``run_plan`` with as many threads as one worker has. On Ctrl-C, pictures that were
    begun are finished.

    Args:
        plan: what becomes what.
        options: the same for all pictures.
        crew: who works.
        model_hash: as ``run_plan`` takes it.

    Raises:
        ModelError: the model cannot be loaded, or runs nowhere.
        SettingsError: a scan could have several versions, or a version several scans.
    """
    yield from settled_of(plan, options)
    settled: deque[Outcome] = deque()
    tasks = _tasks(plan, PlanRun(options, model_hash), settled)
    first = next(tasks, None)
    yield from _taken(settled)
    if first is None:  # nothing is left to do, and no worker is needed
        return
    trade = Trade(_learn, (options, crew), _bury)
    with Workers(trade, crew.workers) as workers:
        try:
            for found in workers.results(_with(first, tasks)):
                yield from _taken(settled)
                if found is not None:
                    yield _checked(found[1])
        except KeyboardInterrupt:
            yield from (_checked(outcome) for _, outcome in workers.drain())
            raise
    yield from _taken(settled)


def _tasks(plan: Plan, run: PlanRun, settled: "deque[Outcome]") -> Iterator[Task]:
    """Yield what is to be done; what is not is put aside."""
    for job in plan.jobs:
        for found in run.look_at(job):
            if isinstance(found, Task):
                yield found
            else:
                settled.append(found)


def _with(first: Task, others: Iterator[Task]) -> Iterator[Task]:
    yield first
    yield from others


def _taken(settled: "deque[Outcome]") -> Iterator[Outcome]:
    while settled:
        yield settled.popleft()


def _checked(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Failed):
        refuse_without_model(outcome.code, outcome.reason)
    return outcome


def _learn(order: tuple[RunOptions, Crew]) -> Callable[[Task], Outcome]:
    options, crew = order
    return partial(_do, PlanRun(options), _Loading(crew, options.max_pixels))


@dataclass(slots=True)
class _Loading:
    """Loads the model of a worker when a picture needs it."""

    crew: Crew
    max_pixels: int
    _loaded: Colorizer | None = None

    def colorizer(self) -> Colorizer:
        """Return the colorizer of this process."""
        if self._loaded is None:
            crew = self.crew
            threads = crew.threads or max(1, available_cores() // crew.workers)
            self._loaded = colorizer_of_worker(
                crew.model, device=crew.device, max_pixels=self.max_pixels, threads=threads
            )
        return self._loaded


def _do(run: PlanRun, loading: _Loading, task: Task) -> Outcome:
    try:
        colorizer = loading.colorizer()
    except (ModelError, DeviceError) as error:
        return Failed(task.source, str(error), error.code, root=task.root)
    return run.do(task, colorizer)


def _bury(task: Task, how: str) -> Outcome:
    return Failed(task.source, killed_reason(task.source, how), KILLED, root=task.root)
