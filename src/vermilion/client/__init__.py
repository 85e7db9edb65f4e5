"""A client of `vermilion serve` and of a studio, for programs that have no model of their own.

    >>> from vermilion.client import Client
    >>> with Client("http://127.0.0.1:8000") as client:  # doctest: +SKIP
    ...     client.colorize("grandma.jpg").save("grandma.color.jpg")

It uses Python's standard library alone. What the server refuses is raised as the error that the library
itself would raise, with the same sentence and code.
"""

from vermilion.client.answers import FilmShot, Job, JobFailure, OpenFilm, OpenPicture, Result, ServerError
from vermilion.client.client import Client

__all__ = ["Client", "FilmShot", "Job", "JobFailure", "OpenFilm", "OpenPicture", "Result", "ServerError"]
