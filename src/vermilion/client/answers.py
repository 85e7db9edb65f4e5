"""What a server answers: files, pictures that are open, jobs, and errors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vermilion import errors
from vermilion.errors import OutputError, VermilionError

Table = Mapping[str, Any]
"""An object of JSON."""

_KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, VermilionError) and kind is not VermilionError
]


class ServerError(VermilionError):
    """What only a server refuses: it is busy, does not know the token, or is not there.

    Attributes:
        code: the server's own, such as "busy"; "unreachable" if there is none.
        status: of HTTP; 0 if there was no answer.
    """

    def __init__(self, message: str, code: str = "error", status: int = 0) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc] # of a class for all errors of the library, here of each
        self.status = status


@dataclass(frozen=True, slots=True)
class Result:
    """A file that the server sent.

    Attributes:
        content: all bytes.
        name: that the server gives it.
        media_type: as HTTP has it.
    """

    content: bytes
    name: str
    media_type: str

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write it to a file.

        Raises:
            OutputError: the file is there, or cannot be written.
        """
        try:
            with Path(path).open("wb" if overwrite else "xb") as file:
                file.write(self.content)
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written ({error.strerror or error}); choose another name."
            ) from error


@dataclass(frozen=True, slots=True)
class OpenPicture:
    """A picture that is open on the server.

    Attributes:
        id: names it.
        name: of its file.
        size: height and width in pixels as it is shown.
        state: "new", "coloured", "changed" or "saved".
        revision: names its present colours.
        controls: what was said about them.
        notes: what a person should know.
    """

    id: str
    name: str
    size: tuple[int, int]
    state: str
    revision: str
    controls: Table
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A picture of a job that could not be coloured.

    Attributes:
        picture: its path in the archive.
        page: counted from 1.
        code: of the error, for programs.
        reason: the same in a sentence.
    """

    picture: str
    page: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job over the server's archive; its results lie in a folder that is named by its id.

    Attributes:
        id: names it.
        state: "waiting", "running", "done", "cancelled" or "failed".
        submitted: when, as ISO 8601 has it.
        pictures: of its plan; 0 until that is made.
        done: how many are coloured; ``skipped`` and ``failed`` are the others that are dealt with.
        rate: pictures a second of late; 0 if too few are done.
        seconds_left: at this rate; None if nobody knows.
        failures: the first thousand; while a job is followed, only its end has them.
        error: why the job failed as a whole; empty if it did not.
    """

    id: str
    state: str
    submitted: str
    pictures: int
    done: int
    skipped: int
    failed: int
    rate: float
    seconds_left: float | None
    failures: tuple[JobFailure, ...]
    error: str

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will be done."""
        return self.state in ("done", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class FilmShot:
    """A shot of a film that is open on the server.

    Attributes:
        begins: seconds.
        ends: seconds.
        picture: id of an open picture, one of its frames, whose controls hold for the shot; None if closed.
    """

    begins: float
    ends: float
    picture: str | None


@dataclass(frozen=True, slots=True)
class OpenFilm:
    """A film that is open on the server.

    Attributes:
        id: names it.
        name: of its file.
        state: "looking" for its shots, "ready", "coloring" or "failed".
        share: of the look for shots, or of the colouring, that is done.
        shots: in their order; none before they are found.
        result: name of the coloured film; None if there is none.
        notes: what a person should know.
        error: why it failed; empty if it did not.
    """

    id: str
    name: str
    state: str
    share: float
    shots: tuple[FilmShot, ...]
    result: str | None
    notes: tuple[str, ...]
    error: str

    @property
    def is_busy(self) -> bool:
        """Whether the server works on it."""
        return self.state in ("looking", "coloring")


def film_of(told: Table) -> OpenFilm:
    """Return the film that the server tells of."""
    facts: dict[str, Any] = {field.name: told[field.name] for field in fields(OpenFilm)}
    shots = tuple(FilmShot(shot["begins"], shot["ends"], shot["picture"]) for shot in told["shots"])
    error = (told["error"] or {}).get("detail", "")
    return OpenFilm(**facts | {"shots": shots, "notes": tuple(told["notes"]), "error": error})


def picture_of(told: Table) -> OpenPicture:
    """Return the picture that the server tells of."""
    notes: Sequence[Table] = told["notes"]
    return OpenPicture(
        told["id"],
        told["name"],
        (told["height"], told["width"]),
        told["state"],
        told["revision"],
        told["controls"],
        tuple(note["text"] for note in notes),
    )


def job_of(told: Table) -> Job:
    """Return the job that the server tells of; in events it has no failures."""
    facts: dict[str, Any] = {field.name: told.get(field.name) for field in fields(Job)}
    failures = tuple(JobFailure(**each) for each in told.get("failures", ()))
    return Job(**facts | {"failures": failures, "error": (told.get("error") or {}).get("detail", "")})


def problem_of(content: bytes, status: int) -> Table:
    """Return the problem that an answer of such a status holds."""
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if isinstance(told, dict) and "code" in told:
        return told
    return {"status": status, "code": "error", "detail": f"The server answered with {status}, and no reason."}


def error_of(problem: Table) -> VermilionError:
    """Return the error of the library that has the code of a problem, or one of the server alone."""
    for kind in _KINDS:
        if kind.code == problem["code"]:
            return kind(problem["detail"])
    return ServerError(problem["detail"], problem["code"], problem.get("status", 0))
