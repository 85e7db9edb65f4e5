"""Standard input, output and error where they are closed, full or no longer read."""

import io
import os
import sys
from typing import IO, Any

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, by custom 128 + the signal's number."""

_unsaid: list[OSError] = []


def hold_closed_streams() -> None:
    """Keep the numbers of streams that are closed.

    Otherwise the next file that is opened gets such a number, and a library's output goes into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def is_terminal(stream: IO[Any] | None) -> bool:
    """Whether somebody may be looking at a stream; Python has None for a closed one."""
    return stream is not None and stream.isatty()


def give_up(stream: IO[Any], error: OSError) -> bool:
    """Discard everything that is still written to a stream, so that the work can continue.

    Returns:
        Whether to report it: a reader of a pipe who has gone away knows, a full disk does not.
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, io.UnsupportedOperation):
        pass  # a stand-in without a file behind it
    if isinstance(error, BrokenPipeError):
        return False
    if stream is sys.stdout:
        _unsaid.append(error)
    return True


def exit_code(code: int) -> int:
    """The exit code, which is a failure if something on standard output was lost."""
    return code or int(bool(_unsaid))
