r"""Everything the command line says, to the right stream and printable on any terminal.

Names and contents of files are untrusted. None of their characters may move the cursor, change
colours, begin a line or turn the direction of reading: such characters are shown escaped, as \x1b.
"""

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import typer

from vermilion.cli.streams import give_up

# Controls of both sets (ECMA-48), separators of lines, and marks that turn the direction (UTS 55).
_ACTING = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def say(text: str) -> None:
    """Print a line to stdout, above the progress bar where there is one.

    A message that cannot be printed does not stop the work. Nothing is said if the reader of a pipe went
    away; any other loss is reported once on stderr.
    """
    if sys.stdout is None:
        return
    # Not typer.echo: it writes past the stand-in for stdout by which the bar makes room for a line.
    try:
        sys.stdout.write(f"{_printable(text, sys.stdout)}\n")
        sys.stdout.flush()
    except OSError as error:
        say_loss(error)


def say_aside(text: str) -> None:
    """Print a line to stderr: news that must not mix with a picture on stdout."""
    _tell_stderr(_printable(text, sys.stderr))


def say_traceback(trace: Iterable[str]) -> None:
    """Print the parts of a formatted exception to stderr; the error's own text is one line."""
    for part in trace:
        for line in part.splitlines() if part.startswith("  File ") else [part.strip("\n")]:
            say_aside(line)


def say_loss(error: OSError) -> None:
    """Say that stdout cannot be written, and continue without it."""
    if sys.stdout is not None and give_up(sys.stdout, error):
        reason = os.strerror(error.errno) if error.errno else str(error)
        say_error(f"Standard output cannot be written ({reason}), so it is incomplete.")


def say_error(sentence: str) -> None:
    """Print one sentence to stderr after a red "error:"."""
    mark = typer.style("error:", fg=typer.colors.RED, bold=True)
    _tell_stderr(f"{mark} {_printable(sentence.rstrip('.'), sys.stderr)}.")


def escaped(text: str) -> str:
    """A text in one line, with characters that act on a terminal replaced by Python's escapes."""
    return _ACTING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def shown(path: Path) -> str:
    """A path as short as possible: relative to here when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def _tell_stderr(text: str) -> None:
    try:
        typer.echo(text, err=True)
    except OSError as error:
        if sys.stderr is not None:
            give_up(sys.stderr, error)


def _printable(text: str, stream: IO[Any] | None) -> str:
    """The text with a question mark for each byte that the terminal cannot show (in names from old disks)."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return escaped(text).encode(encoding, "replace").decode(encoding)
