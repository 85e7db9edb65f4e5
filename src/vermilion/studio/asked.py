"""Jobs over an archive as JSON: what is asked, and their state."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from vermilion.archive import PlanOptions, RunOptions, make_plan
from vermilion.archive.batch import Batch, BatchOptions, Selection
from vermilion.assets import no_files
from vermilion.pictures import SaveOptions
from vermilion.studio.desk.said import controls_said
from vermilion.studio.shapes import EXAMPLE_ID, ControlsTable, ProblemTable, Strict
from vermilion.view import ViewOptions
from vermilion.work import available_cores

State = Literal["waiting", "running", "done", "cancelled", "failed"]
FINAL = frozenset({"done", "cancelled", "failed"})

_Pattern = Annotated[str, Field(min_length=1, max_length=200, pattern=r"[^/]")]
_Patterns = Annotated[list[_Pattern], Field(max_length=100)]


class BatchAsked(Strict):
    """Which pictures of the archive to colour, and how; patterns are only compared with names."""

    include: _Patterns = Field(default_factory=list, examples=[["*.tif", "1931/*"]])
    exclude: _Patterns = Field(default_factory=list, examples=[["*_back.jpg"]])
    limit: int | None = Field(None, ge=1, le=100_000_000, description="Start at most so many pictures.")
    format: Literal["same", "png", "jpg", "tif", "webp"] = "same"
    page: int | Literal["all"] = Field(1, examples=["all"])
    recolor: bool = False
    crop_print: bool = False
    size: int | None = Field(None, ge=32, le=2048)
    view: Literal["auto", "whole"] = "auto"
    depth: Literal["same", 8] = "same"
    transparency: Literal["same", "drop"] = "same"
    keep_dates: bool = False
    workers: int = Field(1, ge=1, le=1024, description="Processes; at most one a processor core.")
    controls: ControlsTable = Field(default_factory=dict)

    def options(self, folder: Path, model: str | None, device: str) -> BatchOptions:
        """Return the engine's options.

        Args:
            folder: of the results.
            model: as ``Colorizer`` takes it.
            device: that computes.

        Raises:
            SettingsError: the controls are impossible, or name a file.
        """
        page = None if self.page == "all" else max(1, self.page)
        save = SaveOptions(False, False, self.depth == 8, self.transparency == "drop")
        run = RunOptions(
            page, self.recolor, self.crop_print, self.size, ViewOptions(self.view), save=save,
            controls=controls_said(self.controls, no_files),
        )  # fmt: skip
        suffix = None if self.format == "same" else self.format
        plan = PlanOptions(folder, suffix, page is None, exclude=tuple(self.exclude), jpeg=save.jpeg_stays)
        workers = min(self.workers, available_cores())
        return BatchOptions(
            folder, run, plan, model, device, workers, limit=self.limit, keep_dates=self.keep_dates
        )

    def plan(self, archive: Path, options: BatchOptions) -> Batch:
        """Return what is to be done.

        Raises:
            OutputError: two results would have one name.
        """
        return Batch.of(Selection(tuple(self.include)).of(make_plan([archive], options.plan)), options.run)


class FailureTable(Strict):
    """A picture that could not be coloured; ``picture`` is its path in the archive."""

    picture: str
    page: int
    code: str
    reason: str


class BatchTable(Strict):
    """A job: what was asked, and its progress. Its results are in a folder named by its id."""

    id: str = Field(pattern="^[0-9a-f]{16}$", examples=[EXAMPLE_ID])
    state: State
    submitted: str = Field(examples=["2026-11-30T08:00:00+00:00"])
    asked: BatchAsked
    pictures: Annotated[int, Field(description="Of its plan; 0 until that is made.")] = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    rate: Annotated[float, Field(ge=0, description="Pictures a second of late; 0 if too few are done.")] = 0
    seconds_left: Annotated[float | None, Field(ge=0, description="At this rate.")] = None
    failures: list[FailureTable] = Field(default_factory=list, description="The first thousand.")
    error: Annotated[ProblemTable | None, Field(description="Why the job failed as a whole.")] = None

    def facts(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return self.model_dump(mode="json")
