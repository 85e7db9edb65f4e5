"""Files that controls name by hash, and what the page keeps for a picture."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Request, Response

from vermilion.studio.desk.names import clean_name
from vermilion.studio.faults import TooLargeError
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.common import PROBLEMS, PictureId, check_bytes, file_body, sent_files
from vermilion.studio.studio import Studio

Kind = Literal["reference", "version", "trust", "palette", "cube", "look", "mask", "album"]
_SUFFIXES = {"cube": ".cube", "look": ".toml", "album": ".json"}


def asset_routes(studio: Studio) -> APIRouter:
    """Return the calls that bring files for controls."""
    router = APIRouter(prefix="/v1", tags=["assets"], responses=PROBLEMS)
    desk, limits = studio.desk, studio.settings.limits

    @router.post("/assets", openapi_extra=file_body())
    async def send_asset(request: Request, kind: Annotated[Kind, Query()]) -> dict[str, str]:
        """Send a file that controls can name as {sha256, name}."""
        async with sent_files(request) as (files, _):
            file = files[0]
            if (file.size or 0) > limits.asset:
                raise TooLargeError(
                    f"The file has {file.size:,} bytes, more than the allowed {limits.asset:,}; "
                    "make it smaller."
                )
            name = clean_name(file.filename or "", kind)
            wanted = _SUFFIXES.get(kind, "")
            name = name if name.lower().endswith(wanted) else name + wanted
            asset = await studio.jobs.run(
                request, lambda _: desk.shelf.keep_asset(file.file, name), Urgency.GESTURE
            )
        return {"sha256": asset.sha256, "name": asset.name, "kind": kind}

    @router.get("/pictures/{id}/state")
    def get_state(id: PictureId) -> Response:  # noqa: A002
        """The page's own state of a picture."""
        desk.get(id)
        return Response(desk.shelf.read_state(id), media_type="application/json")

    @router.put("/pictures/{id}/state", status_code=204)
    def put_state(id: PictureId, state: Annotated[dict[str, Any] | list[Any], Body()]) -> Response:  # noqa: A002
        """Keep the page's own state of a picture, such as what can be undone."""
        desk.get(id)
        content = json.dumps(state, separators=(",", ":")).encode()
        check_bytes(content, limits.state, "The state")
        desk.shelf.write_state(id, content)
        return Response(status_code=204)

    return router
