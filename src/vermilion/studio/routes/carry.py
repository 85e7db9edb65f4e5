"""Carries controls from one picture to others, and from recipes."""

import json
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from vermilion.guidance import Album, Controls
from vermilion.studio.desk import carry
from vermilion.studio.desk.names import clean_name
from vermilion.studio.desk.said import controls_told
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.common import PROBLEMS, PictureId, check_bytes, file_body, sent_files
from vermilion.studio.routes.saves import Ids
from vermilion.studio.shapes import EXAMPLE_ID, PictureTable, Strict
from vermilion.studio.studio import Studio

Id = Annotated[str, Field(pattern="^[0-9a-f]{16}$", examples=[EXAMPLE_ID])]
Name = Annotated[str, Field(min_length=1, max_length=80, examples=["coat"])]


class Apply(Strict):
    """Whose controls others get; "grading" means only looks and adjustments."""

    from_: Id = Field(alias="from")
    to: Ids
    what: Literal["controls", "grading"] = "controls"


class Agree(Strict):
    """A hint whose colour is agreed on, by its number from 0, and its name."""

    from_: Id = Field(alias="from")
    hint: int = Field(ge=0, examples=[0])
    name: Name


class Agreed(Strict):
    """All agreed colours."""

    sha256: str
    entries: list[dict[str, Any]]


def carry_routes(studio: Studio) -> APIRouter:
    """Return the calls that carry things on."""
    router = APIRouter(prefix="/v1", tags=["carry on"], responses=PROBLEMS)
    desk, jobs, limits = studio.desk, studio.jobs, studio.settings.limits

    @router.post("/apply")
    def apply(asked: Apply) -> list[PictureTable]:
        """Give pictures the controls of another, except its hints and variants."""
        only = asked.what == "grading"
        return [
            studio.table_of(facts) for facts in carry.apply(desk, asked.from_, asked.to, grading_only=only)
        ]

    @router.get("/album")
    def get_album() -> Agreed:
        """The agreed colours of the open pictures."""
        return _told(studio, desk.agreed)

    @router.post("/album")
    async def agree(request: Request, asked: Agree) -> Agreed:
        """Agree on the colour of a hint: the same thing gets it in all other pictures."""
        do = partial(carry.agree, desk, asked.from_, asked.hint, asked.name)
        return _told(studio, await jobs.run(request, lambda _: do(), Urgency.GESTURE))

    @router.delete("/album/{name}", status_code=204)
    def disagree(name: Annotated[str, Path(min_length=1, max_length=80, examples=["coat"])]) -> Response:
        """Withdraw an agreement by its name."""
        carry.disagree(desk, name)
        return Response(status_code=204)

    @router.post("/pictures/{id}/recipe", openapi_extra=file_body())
    async def take_recipe(request: Request, id: PictureId) -> PictureTable:  # noqa: A002
        """Colour a picture by a recipe; files that it names must have been sent."""
        desk.get(id)
        async with sent_files(request) as (files, _):
            content = await files[0].read()
            check_bytes(content, limits.json, "The recipe")
            name = clean_name(files[0].filename or "", "the recipe")
        do = partial(carry.take_recipe, desk, id, content, name)
        return studio.table_of(await jobs.run(request, do, Urgency.GESTURE))

    return router


def _told(studio: Studio, album: Album | None) -> Agreed:
    table = controls_told(Controls(album=album))["album"] or {"entries": []}
    content = json.dumps(table).encode()
    return Agreed(sha256=studio.desk.shelf.keep_bytes(content, "album.json").sha256, entries=table["entries"])
