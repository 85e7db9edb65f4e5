"""The page and its files."""

from fastapi import APIRouter, Request, Response

from vermilion.studio.web.page import INDEX, PageFile, read_page
from vermilion.studio.web.problems import problem


def page_routes() -> APIRouter:
    """Return the calls that show the page."""
    router = APIRouter(include_in_schema=False)
    held = {"files": read_page()}

    @router.get("/")
    def index(request: Request) -> Response:
        held["files"] = read_page()  # a reload shows what was changed
        return _answer(request, held["files"].get(INDEX))

    @router.get("/page/{name:path}")
    def file(request: Request, name: str) -> Response:
        return _answer(request, held["files"].get(name))

    return router


def _answer(request: Request, found: PageFile | None) -> Response:
    if found is None:
        return problem(404, "not-found", "The page has no such file; reload it.")
    headers = {"ETag": found.etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)
