"""Saves results into the folder of results, or sends them."""

import shutil
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field
from starlette.background import BackgroundTask

from vermilion.errors import CancelledError, VermilionError
from vermilion.outputs import Companions
from vermilion.pictures import SaveOptions
from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.saving import Saving, save_to_folder, save_to_send
from vermilion.studio.faults import NoFolderError
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.answers import KINDS, naming
from vermilion.studio.routes.common import PROBLEMS, PictureId
from vermilion.studio.shapes import EXAMPLE_ID, ProblemTable, Strict
from vermilion.studio.studio import Studio
from vermilion.studio.web.problems import facts_of_error
from vermilion.work import Work

Ids = Annotated[list[Annotated[str, Field(pattern="^[0-9a-f]{16}$")]], Field(min_length=1, max_length=2000)]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The names of the files, or the file itself",
        "content": {kind: {} for kind in ("application/json", "application/zip", *KINDS.values())},
    }
}


class SaveTable(Strict):
    """How a result is saved.

    ``depth`` 8 allows 16 bits to become 8 where the format holds no more; ``transparency`` "drop" allows it
    to be left out where the format has none.
    """

    format: Literal["same", "png", "jpeg", "jpg", "tiff", "tif", "webp"] = "same"
    depth: Literal["same", 8, 16] = "same"
    transparency: Literal["same", "drop"] = "same"
    mark: bool = True
    recipe: bool = False
    confidence: bool = False
    overwrite: bool = False
    target: Literal["out", "download"] = "download"

    def saving(self) -> Saving:
        """Return the library's options."""
        options = SaveOptions(self.overwrite, False, self.depth == 8, self.transparency == "drop", self.mark)
        return Saving(self.format, options, Companions(self.recipe, self.confidence, 0))


class SaveAll(SaveTable):
    """How the results of several pictures are saved."""

    ids: Ids = Field(examples=[[EXAMPLE_ID]])


class NotSaved(Strict):
    """A picture that could not be saved."""

    id: str
    name: str
    error: ProblemTable


class Saved(Strict):
    """What was saved, and which pictures could not be."""

    files: list[str]
    failed: list[NotSaved] = Field(default_factory=list)


def save_routes(studio: Studio) -> APIRouter:
    """Return the calls that save."""
    router = APIRouter(prefix="/v1", tags=["results"], responses=PROBLEMS)

    @router.post("/pictures/{id}/save", response_model=Saved, responses=_FILES)
    async def save(request: Request, id: PictureId, how: SaveTable) -> Saved | Response:  # noqa: A002
        """Save one picture in the folder of results, or send it."""
        facts = studio.desk.get(id)
        if how.target == "download":
            return await _send(studio, request, [facts], how.saving())
        folder = _folder(studio)
        do = partial(save_to_folder, studio.desk, facts, folder, how.saving())
        return Saved(files=await studio.jobs.run(request, do))

    @router.post("/save", response_model=Saved, responses=_FILES)
    async def save_all(request: Request, how: SaveAll) -> Saved | Response:
        """Save several pictures; failures are listed and do not stop the others."""
        pictures = [studio.desk.get(picture) for picture in dict.fromkeys(how.ids)]
        if how.target == "download":
            return await _send(studio, request, pictures, how.saving())
        return await _save_each(studio, request, pictures, how.saving())

    return router


def _folder(studio: Studio) -> Path:
    if studio.settings.out is None:
        raise NoFolderError(
            "No folder for results was named; download them, or start the studio with -o OUT."
        )
    return studio.settings.out


async def _save_each(studio: Studio, request: Request, pictures: list[Facts], how: Saving) -> Saved:
    saved, folder = Saved(files=[]), _folder(studio)
    for number, facts in enumerate(pictures):
        _tell_progress(studio, facts, number, len(pictures))
        try:
            do = partial(save_to_folder, studio.desk, facts, folder, how)
            saved.files += await studio.jobs.run(request, do, Urgency.ASIDE)
        except CancelledError:
            raise
        except VermilionError as error:
            told = ProblemTable.model_validate(facts_of_error(error))
            saved.failed.append(NotSaved(id=facts.id, name=facts.name, error=told))
    return saved


async def _send(studio: Studio, request: Request, pictures: list[Facts], how: Saving) -> Response:
    """Write results into a folder of their own, which is removed once they are sent."""
    folder = studio.desk.shelf.scratch()
    clean = partial(shutil.rmtree, folder, ignore_errors=True)
    numbers = {facts.id: number for number, facts in enumerate(pictures)}

    def write(work: Work) -> Path:
        def step(facts: Facts) -> Work:
            if len(pictures) > 1:
                _tell_progress(studio, facts, numbers[facts.id], len(pictures))
            return work

        return save_to_send(studio.desk, pictures, folder, how, step)

    try:
        file = await studio.jobs.run(request, write, Urgency.SHOWN if len(pictures) == 1 else Urgency.ASIDE)
    except BaseException:
        clean()
        raise
    kind = KINDS.get(file.suffix.lower().removeprefix("."), "application/zip")
    return FileResponse(file, media_type=kind, headers=naming(file.name), background=BackgroundTask(clean))


def _tell_progress(studio: Studio, facts: Facts, part: int, of: int) -> None:
    studio.events.tell({"type": "progress", "id": facts.id, "part": part, "of": of, "step": "save"})
