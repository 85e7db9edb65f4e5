"""libvips, loaded when the first picture needs it and set up once."""

import logging
import os
from functools import cache
from types import ModuleType
from typing import Any

from vermilion.errors import SettingsError

VipsImage = Any  # pyvips ships no types

_with_threads: set[int] = set()  # numbers of the processes, this one or those it was forked from


@cache
def load_vips() -> ModuleType:
    """The pyvips module: silent on stderr, and without memory of files that may change."""
    # Its warnings arrive as Python log records, which Python prints where nobody listens.
    logging.getLogger("pyvips").addHandler(logging.NullHandler())
    import pyvips  # noqa: PLC0415 - a twentieth of a second that a JPEG need not wait for

    pyvips.cache_set_max(0)
    module: ModuleType = pyvips
    return module


def load_vips_with_threads() -> ModuleType:
    """The pyvips module for work that its threads do: whatever makes a whole picture at once.

    Reading regions needs none. A fork carries the threads over by name only: libvips in the child would wait
    for them for ever, so it is refused there.

    Raises:
        SettingsError: this process was forked from one in which libvips had started its threads.
    """
    pyvips = load_vips()
    _with_threads.add(os.getpid())
    if len(_with_threads) > 1:
        _with_threads.discard(os.getpid())
        raise SettingsError(
            "This process was forked after libvips had started its threads, which no fork carries over; fork "
            "before the first picture is made, or start processes by multiprocessing's spawn or forkserver."
        )
    return pyvips
