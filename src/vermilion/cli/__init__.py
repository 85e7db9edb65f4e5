"""The command line: parses, calls, prints. Heavy packages are imported by the command that needs them."""

import sys

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, by custom 128 + the signal's number."""


def main() -> None:
    """Run the `vermilion` command with the arguments of this process."""
    try:
        from vermilion.cli.app import run

        code = run()
    except (KeyboardInterrupt, ImportError) as error:  # while the packages are loaded
        # Compiled modules tell Ctrl-C in the midst of their start as an ImportError that it caused.
        if not any(isinstance(each, KeyboardInterrupt) for each in (error, error.__cause__)):
            raise
        print("error: Stopped.", file=sys.stderr)  # noqa: T201 - there is nothing yet to say it with
        code = INTERRUPTED
    sys.exit(code)


__all__ = ["INTERRUPTED", "main"]
