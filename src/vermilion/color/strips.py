"""Work on a large picture in strips of rows: little memory, warm caches, every core."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from vermilion.work import thread_count

STRIP_PIXELS = 1 << 15
"""Pixels worked on at once by one thread.

A handful of float32 planes of that size fit a core's cache, and a product of them with a small matrix stays
below the size at which OpenBLAS calls in threads of its own, which then fight with ours (measured on a busy
machine: a 16-bit join took 3.6 s in strips of 65,536 pixels and 0.6 s in these).
"""


def strip_rows(width: int) -> int:
    """Return how many rows of a picture that is ``width`` pixels wide make one strip."""
    return max(1, STRIP_PIXELS // max(1, width))


def whole_strips(rows: slice, size: tuple[int, int]) -> slice:
    """Return the rows of all strips that overlap ``rows`` of a picture of ``size`` (height, width).

    Strips lie at multiples of ``strip_rows``. Computing whole strips gives the same values to the last bit,
    whichever rows are asked for: a matrix product of another length may round differently.
    """
    step = strip_rows(size[1])
    return slice(rows.start - rows.start % step, min(rows.stop + -rows.stop % step, size[0]))


def for_each_strip(rows: slice, width: int, work: Callable[[slice], None]) -> None:
    """Call ``work(strip)`` once for every strip of ``rows`` of a picture ``width`` pixels wide, on all cores.

    The calls may run at the same time and in any order; the first error is raised.
    """
    step = strip_rows(width)
    strips = [slice(top, min(top + step, rows.stop)) for top in range(rows.start, rows.stop, step)]
    workers = thread_count()
    if len(strips) < 2 or workers < 2:
        for strip in strips:
            work(strip)
        return
    with ThreadPoolExecutor(workers, "vermilion-strips") as pool:
        list(pool.map(work, strips))
