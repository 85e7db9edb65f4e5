"""Help with choosing: likely colours, the reach of a hint, variants, and where to add hints."""

import base64
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from vermilion.guidance import Controls
from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.pixels import jpeg, png, reach_overlay
from vermilion.studio.desk.said import controls_said, controls_told, hint_said
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.answers import image
from vermilion.studio.routes.common import PROBLEMS, PictureId
from vermilion.studio.shapes import ControlsTable, Strict
from vermilion.studio.studio import Studio
from vermilion.work import Work

Count = Annotated[int, Field(ge=1, le=24)]
_THUMBNAIL = 320
_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "The overlay"}}


class Suggest(Strict):
    """A place whose likely colours are wanted."""

    x: float = Field(examples=[120])
    y: float = Field(examples=[80])
    count: Count = 5
    controls: ControlsTable | None = None


class Suggested(Strict):
    """A likely colour."""

    color: str = Field(examples=["#7a5a3c"])
    probability: float


class Reach(Strict):
    """A hint that may be laid."""

    hint: dict[str, object] = Field(examples=[{"kind": "point", "x": 120, "y": 80, "color": "navy"}])
    controls: ControlsTable | None = None


class Several(Strict):
    """How many are wanted; controls other than the picture's own may be given."""

    count: Count = 6
    controls: ControlsTable | None = None


class Variant(Strict):
    """Another plausible colouring."""

    rank: int
    controls: ControlsTable
    thumbnail: str


class Spot(Strict):
    """A place where one hint would change much; ``gain`` is its share of all that is unknown, 0..1."""

    x: float
    y: float
    gain: float


def guide_routes(studio: Studio) -> APIRouter:
    """Return the calls that help to choose."""
    router = APIRouter(prefix="/v1/pictures/{id}", tags=["guides"], responses=PROBLEMS)
    _add_places(router, studio)
    _add_choices(router, studio)
    return router


def _add_places(router: APIRouter, studio: Studio) -> None:
    desk, jobs = studio.desk, studio.jobs

    @router.post("/suggest")
    async def suggest(request: Request, id: PictureId, asked: Suggest) -> list[Suggested]:  # noqa: A002
        """The likeliest distinct colours of a place."""
        facts = desk.get(id)
        controls = _said(studio, facts, asked.controls)

        def look(_: Work) -> list[Suggested]:
            found = desk.ready(facts).session.suggest(asked.x, asked.y, asked.count, controls)
            return [
                Suggested(color=each.color, probability=round(float(each.probability), 4)) for each in found
            ]

        return await jobs.run(request, look, Urgency.GESTURE)

    @router.post("/reach", response_class=Response, responses=_PNG)
    async def reach(request: Request, id: PictureId, asked: Reach) -> Response:  # noqa: A002
        """How far a hint would reach, as an overlay: opaque where it counts fully."""
        facts = desk.get(id)
        hint, controls = hint_said(dict(asked.hint), desk.shelf.asset), _said(studio, facts, asked.controls)

        def look(_: Work) -> bytes:
            session = desk.ready(facts).session
            return png(reach_overlay(session.reach(hint, controls), session.size))

        return image(await jobs.run(request, look, Urgency.GESTURE), lasting=False)


def _add_choices(router: APIRouter, studio: Studio) -> None:
    desk, jobs = studio.desk, studio.jobs

    @router.post("/variants")
    async def variants(request: Request, id: PictureId, asked: Several) -> list[Variant]:  # noqa: A002
        """Other plausible colourings, the likeliest first; fewer where the model knows no others."""
        facts = desk.get(id)
        controls = replace(_said(studio, facts, asked.controls), variant=None, variants=asked.count)

        def tell(what: str, share: float) -> None:
            part = round(share * asked.count) if what == "paint variants" else 0
            told = {"type": "progress", "id": id, "part": part, "of": asked.count, "step": "variants"}
            studio.events.tell(told)

        def look(work: Work) -> list[Variant]:
            painted = desk.ready(facts).session.variants(controls, replace(work, progress=tell))
            return [
                Variant(
                    rank=rank,
                    controls=controls_told(replace(controls, variant=rank)),
                    thumbnail=_data(jpeg(picture.preview(_THUMBNAIL), 85)),
                )
                for rank, picture in enumerate(painted, 1)
            ]

        return await jobs.run(request, look)

    @router.post("/ask")
    async def ask(request: Request, id: PictureId, asked: Several) -> list[Spot]:  # noqa: A002
        """The spots where one hint would change most, the best first."""
        facts = desk.get(id)
        controls = _said(studio, facts, asked.controls)

        def look(_: Work) -> list[Spot]:
            spots = desk.ready(facts).session.ask_me_here(asked.count, controls)
            return [Spot(x=spot.x, y=spot.y, gain=round(float(spot.share), 4)) for spot in spots]

        return await jobs.run(request, look)


def _said(studio: Studio, facts: Facts, table: ControlsTable | None) -> Controls:
    return facts.controls if table is None else controls_said(table, studio.desk.shelf.asset)


def _data(content: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(content).decode("ascii")
