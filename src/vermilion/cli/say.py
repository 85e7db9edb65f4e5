"""Everything the command line says, to the right stream and printable on any terminal."""

import sys
from pathlib import Path

import typer


def say(text: str) -> None:
    """Print a line to stdout, above the progress bar where there is one."""
    # Not typer.echo: it writes past the stand-in for stdout by which the bar makes room for a line.
    sys.stdout.write(f"{_printable(text, sys.stdout.encoding)}\n")
    sys.stdout.flush()


def say_aside(text: str) -> None:
    """Print a line to stderr: news that must not mix with a picture on stdout."""
    typer.echo(_printable(text, sys.stderr.encoding), err=True)


def say_error(sentence: str) -> None:
    """Print one sentence to stderr behind a red "error:"."""
    mark = typer.style("error:", fg=typer.colors.RED, bold=True)
    typer.echo(f"{mark} {_printable(sentence.rstrip('.'), sys.stderr.encoding)}.", err=True)


def shown(path: Path) -> str:
    """A path as short as it can be told: relative to here when it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)


def _printable(text: str, encoding: str | None) -> str:
    """Names from old disks may hold bytes that the terminal cannot show; a question mark stands for them."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
