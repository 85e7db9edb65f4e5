"""Tiles, in the URL form of the IIIF Image API 3; the identifier names the colours: none are stale."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.pixels import jpeg, png, resized
from vermilion.studio.routes.answers import image
from vermilion.studio.routes.common import IMAGES, PROBLEMS
from vermilion.studio.shapes import EXAMPLE_ID
from vermilion.studio.studio import Studio
from vermilion.studio.web.iiif import CONTEXT, info, wanted
from vermilion.work import Work

Identifier = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{16}~[0-9a-f]{1,64}$",
        description="Of the picture and its revision, as id~revision.",
        examples=[f"{EXAMPLE_ID}~0123456789abcdef0123"],
    ),
]
Quality = Literal["default", "color", "gray"]
Format = Literal["jpg", "png"]
Part = Annotated[str, Path(max_length=48)]

_KIND = f'application/ld+json;profile="{CONTEXT}"'
_INFO: dict[int | str, dict[str, Any]] = {
    200: {"description": "As IIIF has it", "content": {"application/ld+json": {}}}
}


def tile_routes(studio: Studio) -> APIRouter:
    """Return the calls of the IIIF Image API."""
    router = APIRouter(prefix="/v1/iiif/{identifier}", tags=["tiles"], responses=PROBLEMS)
    desk, jobs = studio.desk, studio.jobs

    def current(identifier: str) -> Facts:
        picture, _, revision = identifier.partition("~")
        return desk.current(picture, revision)

    async def size_of(request: Request, facts: Facts) -> tuple[int, int]:
        if facts.shown is not None:
            return facts.shown.height, facts.shown.width
        return await jobs.run(request, lambda _: desk.ready(facts).session.size)

    @router.get("", include_in_schema=False)
    def base(identifier: Identifier) -> Response:
        """Redirect from the image to its info.json."""
        return RedirectResponse(f"/v1/iiif/{identifier}/info.json", 303)

    @router.get("/info.json", responses=_INFO)
    async def tell(request: Request, identifier: Identifier) -> JSONResponse:
        """Return a picture's info.json."""
        facts = current(identifier)
        address = f"{str(request.base_url).rstrip('/')}/v1/iiif/{identifier}"
        told = info(address, await size_of(request, facts))
        return JSONResponse(told, headers={"Content-Type": _KIND})

    @router.get("/{region}/{size}/{rotation}/{quality}.{format}", response_class=Response, responses=IMAGES)
    async def tile(  # noqa: PLR0913, PLR0917 - as the URL has them
        request: Request,
        identifier: Identifier,
        region: Part,
        size: Part,
        rotation: Literal["0"],  # noqa: ARG001 - level 1 turns nothing
        quality: Quality,
        format: Format,  # noqa: A002 - IIIF's word
    ) -> Response:
        """A part of the picture at a size: in colour (default, color), or as the scan is (gray)."""
        facts = current(identifier)
        asked = wanted(region, size, await size_of(request, facts))

        def make(work: Work) -> bytes:
            picture = desk.paint(facts, work)
            if quality == "gray":
                picture = desk.ready(facts).scan(desk.revision(facts), facts, work)
            work.check()
            scale = max(asked.size[0] / asked.height, asked.size[1] / asked.width)
            part = picture.region(asked.x, asked.y, asked.width, asked.height, scale)
            pixels = resized(part, asked.size)
            return png(pixels) if format == "png" else jpeg(pixels)

        return image(await jobs.run(request, make), lasting=True)

    return router
