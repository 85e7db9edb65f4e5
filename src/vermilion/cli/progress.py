"""Progress bars, where there is a terminal to see them."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from vermilion.cli.say import escaped, say_aside
from vermilion.cli.streams import is_terminal

if TYPE_CHECKING:
    from vermilion.training import Progress as TrainingProgress

T = TypeVar("T")

_LINE_EVERY = 30.0  # seconds


def follow(
    items: Iterable[T], total: int, *, hidden: bool, failed: Callable[[], int] | None = None
) -> Iterator[T]:
    """Yield the items, with a progress bar if there are several and stderr is a terminal.

    Args:
        items: what is followed.
        total: how many there are.
        hidden: whether no bar is wanted.
        failed: tells how many have failed so far; then the bar tells that, and how many are done a second.
    """
    if hidden or total < 2 or not is_terminal(sys.stderr):
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = [TextColumn("colourising"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    if failed is not None:
        columns.append(TextColumn("{task.fields[rate]:.1f} a second, {task.fields[failed]} failed"))
    # Lines for a terminal appear above the bar; lines for a file or a pipe go there untouched.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=is_terminal(sys.stdout)
    ) as bar:
        task, begun = bar.add_task("colourising", total=total, rate=0.0, failed=0), monotonic()
        for number, item in enumerate(items, 1):
            yield item
            rate = number / max(monotonic() - begun, 0.001)
            bar.update(task, advance=1, rate=rate, failed=failed() if failed else 0)


@contextmanager
def training_bar() -> Iterator[Callable[["TrainingProgress"], None]]:
    """Give a function that shows how far a training is: a bar on a terminal, else a line each time."""
    if not is_terminal(sys.stderr):
        yield lambda progress: say_aside(_training_line(progress))
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=None)

        def show(progress: "TrainingProgress") -> None:
            line = escaped(_training_line(progress))
            if not progress.rate:
                bar.console.print(line, markup=False)
            else:
                bar.update(task, description=line, completed=progress.done, total=progress.wanted)

        yield show


def _training_line(progress: "TrainingProgress") -> str:
    """One line; the first reports count pictures and describe the machine, and have no rate."""
    if not progress.rate:
        return f"{progress.stage}: {progress.counts}"
    left = timedelta(seconds=round((progress.wanted - progress.done) / progress.rate))
    numbers = "  ".join(f"{name} {value:.3g}" for name, value in progress.numbers.items())
    done = f"{progress.done}/{progress.wanted}"
    used = f"{progress.waiting:.0%} waiting  {progress.utilisation:.0%} used"
    return f"{progress.stage}  {done}  {progress.rate:.0f} images/s  {used}  {left} left  {numbers}"


@contextmanager
def film_bar(*, hidden: bool) -> Iterator[Callable[[str, float], None]]:
    """Give a function that shows how far a film is: a bar on a terminal, else a line every half a minute."""
    if hidden:
        yield lambda _text, _share: None
        return
    if not is_terminal(sys.stderr):
        yield _line_now_and_then()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)

        def show(text: str, share: float) -> None:
            if share == 0:  # what is to be expected stays
                bar.console.print(escaped(text), markup=False)
            else:
                bar.update(task, description=escaped(text), completed=share)

        yield show


def _line_now_and_then() -> Callable[[str, float], None]:
    last = monotonic()

    def show(text: str, share: float) -> None:
        nonlocal last
        if share == 0 or monotonic() - last >= _LINE_EVERY:
            last = monotonic()
            say_aside(text)

    return show
