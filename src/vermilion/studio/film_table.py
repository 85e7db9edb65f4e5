"""Open films as JSON: their shots, and how far they are."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vermilion.studio.shapes import EXAMPLE_ID, ProblemTable, Strict

FilmState = Literal["looking", "ready", "coloring", "failed"]
Seconds = Annotated[float, Field(ge=0, examples=[4.5])]


class ShotTable(Strict):
    """A shot; what is said of the open ``picture`` of its frame ``at`` holds for all of it."""

    begins: Seconds
    ends: Seconds
    at: Seconds
    picture: str | None = Field(description="Null once it was closed.", examples=[EXAMPLE_ID])


class FilmTable(Strict):
    """An open film."""

    id: str = Field(pattern="^[0-9a-f]{16}$", examples=[EXAMPLE_ID])
    name: str = Field(examples=["wedding.mp4"])
    state: FilmState
    share: Annotated[float, Field(ge=0, le=1, description="Of the look for shots, or of the colouring.")] = (
        0.0
    )
    shots: list[ShotTable] = Field(default_factory=list)
    result: Annotated[str | None, Field(description="The name of the coloured film.")] = None
    notes: list[str] = Field(default_factory=list)
    error: ProblemTable | None = None


class KeptFilm(Strict):
    """A film as it is kept on disk.

    Attributes:
        film: what answers give.
        place: where its file lies.
        target: where the coloured film goes.
        recolor: whether it may be in colour already.
    """

    film: FilmTable
    place: Path
    target: Path
    recolor: bool = False
