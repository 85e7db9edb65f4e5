"""Folders for results, and results that are there already."""

from collections.abc import Iterable
from pathlib import Path

from vermilion.errors import OutputError


def refuse_existing(paths: Iterable[Path], *, overwrite: bool) -> None:
    """Refuse files that are there already, before anything is written.

    Raises:
        OutputError: one is, and may not be overwritten.
    """
    for path in paths:
        if path.exists() and not overwrite:
            raise OutputError(f"{path} exists already; move it away, or allow --overwrite.")


def make_folder(folder: Path) -> None:
    """Make a folder for results, and those above it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made ({error.strerror}); choose a folder with -o that can be written to."
        ) from error
