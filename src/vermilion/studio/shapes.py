"""Bodies and answers of calls, as JSON; ``/openapi.json`` describes them."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vermilion.studio.desk.facts import Facts, Reading
from vermilion.studio.desk.said import controls_told
from vermilion.studio.web.problems import STATUS_OF_OPENING, facts_of
from vermilion.view import Frame, View, ViewOptions

T = TypeVar("T", bound=BaseModel)

EXAMPLE_CONTROLS: dict[str, Any] = {
    "hints": [{"kind": "point", "x": 120, "y": 80, "color": "navy"}],
    "vividness": 1.1,
}
EXAMPLE_ID = "3f9c0a61d2b84e57"

ControlsTable = Annotated[
    dict[str, Any],
    Field(
        description="The controls, as in a recipe; files by {sha256, name}.",
        examples=[EXAMPLE_CONTROLS],
    ),
]


class Strict(BaseModel):
    """A body; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def read_kept(path: Path, kind: type[T], most: int) -> T | None:
    """Return what an earlier server kept in a file; None if that is not ours, or damaged.

    Args:
        path: of the file, JSON.
        kind: of what it holds.
        most: bytes that it may have.
    """
    try:
        return kind.model_validate_json(path.read_bytes()) if path.stat().st_size <= most else None
    except (OSError, ValidationError):
        return None


class ProblemTable(BaseModel):
    """An error as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class FrameTable(Strict):
    """Where a picture lies on the scan, in pixels as it is shown; the angle in degrees, clockwise."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0


class SeenTable(BaseModel):
    """One picture that was seen on the scan."""

    frame: FrameTable
    way_up: Literal[0, 90, 180, 270]
    contrast: bool


class ViewTable(Strict):
    """How the scan is to be seen."""

    view: Literal["auto", "whole"] = "auto"
    frames: list[FrameTable] = Field(default_factory=list, max_length=64)
    way_up: Literal["auto", 0, 90, 180, 270] = "auto"

    def options(self) -> ViewOptions:
        """Return the library's options.

        Raises:
            SettingsError: frames are given for the whole scan.
        """
        frames = tuple(Frame(each.x, each.y, each.width, each.height, each.angle) for each in self.frames)
        return ViewOptions(self.view, frames, None if self.way_up == "auto" else self.way_up)


class NoteTable(BaseModel):
    """Something the user should know; ``hint`` is the number of the hint that it is about."""

    text: str
    hint: int | None = None


class ReadingTable(Strict):
    """How the file is read."""

    page: int = Field(1, ge=1, le=100_000)
    recolor: bool = False
    crop_print: bool = False
    size: int | None = Field(None, ge=32, le=2048)

    def reading(self) -> Reading:
        """Return the desk's options."""
        return Reading(self.page, self.recolor, self.crop_print, self.size)


class PictureTable(BaseModel):
    """An open picture."""

    id: str = Field(examples=[EXAMPLE_ID])
    name: str = Field(examples=["grandma.jpg"])
    width: int = Field(description="In pixels as it is shown; 0 until it is painted.")
    height: int
    state: Literal["new", "coloured", "changed", "saved"]
    revision: str
    serial: int = Field(description="Grows with every change: the larger one of two answers is newer.")
    controls: ControlsTable
    view: list[SeenTable]
    view_options: ViewTable
    reading: ReadingTable
    notes: list[NoteTable]
    negative: float | None
    error: ProblemTable | None


def picture_table(facts: Facts, revision: str) -> PictureTable:
    """Return the facts of a picture, as answers give them."""
    shown = facts.shown
    return PictureTable(
        id=facts.id,
        name=facts.name,
        width=shown.width if shown else 0,
        height=shown.height if shown else 0,
        state=_state(facts, revision),
        revision=revision,
        serial=facts.serial,
        controls=controls_told(facts.controls),
        view=[_seen(view) for view in shown.views] if shown else [],
        view_options=_view_table(facts.view),
        reading=ReadingTable(
            page=facts.reading.page,
            recolor=facts.reading.recolor,
            crop_print=facts.reading.crop_print,
            size=facts.reading.size,
        ),
        notes=_notes(facts),
        negative=None if shown is None or shown.negative is None else float(shown.negative),
        error=_error(facts),
    )


def _state(facts: Facts, revision: str) -> Literal["new", "coloured", "changed", "saved"]:
    if facts.shown is None or facts.failure:
        return "new"
    if facts.saved == revision:
        return "saved"
    return "changed" if facts.is_changed else "coloured"


def _seen(view: View) -> SeenTable:
    quarters: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
    return SeenTable(
        frame=_frame(view.frame),
        way_up=quarters[view.turns],
        contrast=view.tone.gain != 1 or view.tone.offset != 0,
    )


def _frame(frame: Frame) -> FrameTable:
    return FrameTable(x=frame.x, y=frame.y, width=frame.width, height=frame.height, angle=frame.angle)


def _view_table(view: ViewOptions) -> ViewTable:
    return ViewTable.model_validate(
        {
            "view": view.mode,
            "frames": [_frame(frame).model_dump() for frame in view.frames],
            "way_up": "auto" if view.way_up is None else view.way_up,
        }
    )


def _notes(facts: Facts) -> list[NoteTable]:
    """The notes, each with the hint whose place it names; of several at one place, the last, on top."""
    places = {hint.place: number for number, hint in enumerate(facts.controls.hints)}
    notes = facts.shown.notes if facts.shown else ()
    return [
        NoteTable(text=note, hint=next((places[place] for place in places if place in note), None))
        for note in notes
    ]


def _error(facts: Facts) -> ProblemTable | None:
    failure = facts.failure
    if failure is None:
        return None
    return ProblemTable.model_validate(facts_of(STATUS_OF_OPENING, failure.code, failure.detail))
