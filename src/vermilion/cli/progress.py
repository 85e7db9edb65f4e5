"""A progress bar over many pictures, where there is a terminal to see it."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def follow(items: Iterable[T], total: int, *, hidden: bool) -> Iterator[T]:
    """Yield the items; show how far they are if there are several and stderr is a terminal."""
    if hidden or total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("colourising"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Lines for a terminal appear above the bar; lines for a file or a pipe go there untouched.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()
    ) as bar:
        task = bar.add_task("colourising", total=total)
        for item in items:
            yield item
            bar.advance(task)
