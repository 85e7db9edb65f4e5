"""Films: opened, watched shot by shot, and coloured."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from vermilion.studio.film_table import FilmTable
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.answers import naming
from vermilion.studio.routes.common import PROBLEMS, file_body, sent_files
from vermilion.studio.shapes import EXAMPLE_ID
from vermilion.studio.studio import Studio
from vermilion.work import Work

FilmId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="Of a film.", examples=[EXAMPLE_ID])]
ShotNumber = Annotated[int, Path(ge=0, description="Of a shot, from 0.", examples=[0])]
_MP4: dict[int | str, dict[str, Any]] = {200: {"content": {"video/mp4": {}}, "description": "The shot"}}
_FILM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The film"}
}


def film_routes(studio: Studio) -> APIRouter:
    """Return the calls about films."""
    router = APIRouter(prefix="/v1/films", tags=["films"], responses=PROBLEMS)
    _add_opening(router, studio)
    _add_work(router, studio)
    return router


def _add_opening(router: APIRouter, studio: Studio) -> None:
    films = studio.films

    @router.get("")
    def list_films() -> list[FilmTable]:
        """All open films."""
        return films.all()

    @router.post("", status_code=201, openapi_extra=file_body())
    async def open_film(request: Request) -> FilmTable:
        """Open an uploaded film. Its shots are found, and a frame of each becomes an open picture."""
        async with sent_files(request) as (files, _):
            file = files[0]

            def keep(_: Work) -> FilmTable:
                return films.open_sent(file.file, file.filename or "")

            return await studio.jobs.run(request, keep)

    @router.get("/{id}")
    def get_film(id: FilmId) -> FilmTable:  # noqa: A002
        """One film, and how far the work on it is."""
        return films.get(id)

    @router.delete("/{id}", status_code=204)
    def close_film(id: FilmId) -> Response:  # noqa: A002
        """Close a film and the pictures of its shots; the coloured film stays in the folder of results."""
        for picture in films.close(id):
            studio.events.tell({"type": "closed", "id": picture})
        studio.events.tell({"type": "film-closed", "id": id})
        return Response(status_code=204)


def _add_work(router: APIRouter, studio: Studio) -> None:
    films = studio.films

    @router.post("/{id}/look", status_code=202)
    def look(id: FilmId, *, recolor: Annotated[bool, Query()] = False) -> FilmTable:  # noqa: A002
        """Look for the shots again after a failure; ``recolor`` accepts a film in colour."""
        return films.look(id, recolor=recolor)

    @router.get("/{id}/shots/{number}/watch", response_class=Response, responses=_MP4)
    async def watch(request: Request, id: FilmId, number: ShotNumber) -> Response:  # noqa: A002
        """A few seconds of a shot in its present colours, small and without sound, as MP4."""
        content = await studio.jobs.run(request, partial(films.watch, id, number), Urgency.ASIDE)
        return Response(content, media_type="video/mp4", headers={"Cache-Control": "no-store"})

    @router.post("/{id}/color", status_code=202)
    def color(id: FilmId) -> FilmTable:  # noqa: A002
        """Colour the whole film; a second time only the shots of which something else was said."""
        return films.color(id)

    @router.delete("/{id}/color")
    def cancel(id: FilmId) -> FilmTable:  # noqa: A002
        """Stop the work on a film; the next colouring continues from there."""
        return films.cancel(id)

    @router.get("/{id}/result", response_class=FileResponse, responses=_FILM)
    def result(id: FilmId) -> FileResponse:  # noqa: A002
        """The coloured film."""
        path = films.result(id)
        return FileResponse(path, media_type="application/octet-stream", headers=naming(path.name))
