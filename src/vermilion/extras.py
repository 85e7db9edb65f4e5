"""Packages that not everyone needs, and what to do where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from vermilion.errors import FilmError

FILM_SUFFIXES = frozenset(
    {
        ".3gp", ".avi", ".dv", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts",
        ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv",
    }
)  # fmt: skip
"""Endings of films, in small letters."""


@contextmanager
def film_packages_needed() -> Iterator[None]:
    """Turn a missing PyAV into a sentence that says how to get it.

    Raises:
        FilmError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "av":
            raise
        raise FilmError('Films need PyAV, which is not installed; run: pip install ".[film]".') from error
