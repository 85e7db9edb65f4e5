"""Shows a picture: previews, the colour of a pixel, and before and after."""

from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from vermilion.errors import SettingsError
from vermilion.guidance import confidence_overlay
from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.names import suffix_of
from vermilion.studio.desk.pixels import before_and_after, doubt_overlay, jpeg, png
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.answers import attachment, image
from vermilion.studio.routes.common import IMAGES, PROBLEMS, PictureId
from vermilion.studio.shapes import Strict
from vermilion.studio.studio import Studio
from vermilion.view import turn_upright
from vermilion.work import Work

Side = Annotated[int, Query(ge=16, le=4096, description="Pixels of the longer side.")]
Revision = Annotated[str | None, Query(max_length=64, description="Refused if it is not the current one.")]
What = Literal["color", "scan", "confidence", "trust"]

_SMALL = 320  # pixels up to which a preview is a thumbnail, which can wait


class Place(Strict):
    """A pixel of the picture as it is shown."""

    x: float = Field(ge=0, examples=[120])
    y: float = Field(ge=0, examples=[80])


class Picked(Strict):
    """The colour of a pixel."""

    color: str = Field(examples=["#283ca0"])


def show_routes(studio: Studio) -> APIRouter:
    """Return the calls that show a picture."""
    router = APIRouter(prefix="/v1/pictures/{id}", tags=["pictures"], responses=PROBLEMS)
    desk, jobs = studio.desk, studio.jobs

    @router.get("/preview", response_class=Response, responses=IMAGES)
    async def preview(
        request: Request,
        id: PictureId,  # noqa: A002
        side: Side = 1024,
        what: What = "color",
        revision: Revision = None,
    ) -> Response:
        """The whole picture, small, or an overlay: where the model is unsure, where versions do not count."""
        facts = desk.current(id, revision)
        urgency = Urgency.ASIDE if side <= _SMALL else Urgency.SHOWN
        content = await jobs.run(request, lambda work: _preview(studio, facts, side, what, work), urgency)
        return image(content, lasting=revision is not None)

    @router.post("/pick")
    async def pick(request: Request, id: PictureId, place: Place) -> Picked:  # noqa: A002
        """The current colour of a pixel."""
        facts = desk.get(id)

        def look(work: Work) -> str:
            picture = desk.paint(facts, work)
            height, width = desk.ready(facts).session.size
            if place.x >= width or place.y >= height:
                raise SettingsError(
                    f"The place at x = {place.x:g}, y = {place.y:g} is not in the picture of "
                    f"{width} × {height}; choose one that is."
                )
            red, green, blue = picture.region(int(place.x), int(place.y), 1, 1)[0, 0]
            return f"#{red:02x}{green:02x}{blue:02x}"

        return Picked(color=await jobs.run(request, look))

    @router.get("/share", response_class=Response, responses=IMAGES)
    async def share(request: Request, id: PictureId, side: Side = 1600) -> Response:  # noqa: A002
        """The scan and the coloured picture in one small JPEG."""
        facts = desk.get(id)

        def make(work: Work) -> bytes:
            after = desk.paint(facts, work)
            before = desk.ready(facts).scan(desk.revision(facts), facts, work)
            return jpeg(before_and_after(before.preview(side), after.preview(side)))

        stem = facts.name.removesuffix(suffix_of(facts.name))
        return attachment(await jobs.run(request, make), f"{stem}.before-after.jpg", "image/jpeg")

    return router


def _preview(studio: Studio, facts: Facts, side: int, what: What, work: Work) -> bytes:
    picture = studio.desk.paint(facts, work)
    if what == "scan":
        held = studio.desk.ready(facts)
        return jpeg(held.scan(studio.desk.revision(facts), facts, work).preview(side))
    work.check()
    if what == "color":
        return jpeg(picture.preview(side))
    height, width = studio.desk.ready(facts).session.size
    scale = min(1.0, side / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    if what == "trust":
        if picture.trust is None:
            raise SettingsError("This picture takes colours from no version; name one with colors_from.")
        trust = np.ascontiguousarray(turn_upright(picture.trust, picture.scan.orientation))
        return png(doubt_overlay(trust, size))
    confidence = np.ascontiguousarray(turn_upright(picture.confidence, picture.scan.orientation))
    return png(np.asarray(confidence_overlay(confidence, size), np.uint8))
