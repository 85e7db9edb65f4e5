"""The command line: parses, calls, prints. Heavy packages are imported by the command that needs them."""

import os
import signal
import sys

from vermilion.cli.loading import loading
from vermilion.cli.streams import INTERRUPTED


def main() -> None:
    """Run the `vermilion` command with the arguments of this process."""
    _end_like_ctrl_c(signal.SIGTERM)
    try:
        with loading():
            from vermilion.cli.app import run

        code = run()
    except (KeyboardInterrupt, ImportError) as error:  # while the packages are loaded
        # If Ctrl-C interrupts the start of a compiled module, Python raises an ImportError that it caused.
        if not any(isinstance(each, KeyboardInterrupt) for each in (error, error.__cause__)):
            raise
        print("error: Stopped.", file=sys.stderr)  # noqa: T201 - there is nothing yet to say it with
        code = INTERRUPTED
    sys.exit(code)


def _end_like_ctrl_c(number: signal.Signals) -> None:
    """Let a signal stop the work as Ctrl-C does, unless it is ignored. It ends forked processes as usual."""
    if signal.getsignal(number) is not signal.SIG_DFL:
        return
    signal.signal(number, signal.default_int_handler)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: signal.signal(number, signal.SIG_DFL))


__all__ = ["INTERRUPTED", "main"]
