"""Colours one picture in one call; nothing is kept."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from vermilion.errors import SettingsError
from vermilion.guidance import Controls
from vermilion.outputs import Companions, name_beside
from vermilion.pictures import NamedBytes, SaveOptions
from vermilion.studio.desk.names import clean_name
from vermilion.studio.desk.said import controls_said
from vermilion.studio.desk.saving import Saving, encoded
from vermilion.studio.routes.answers import KINDS, attachment
from vermilion.studio.routes.common import FORM, PROBLEMS, file_body, sent_files
from vermilion.studio.shapes import EXAMPLE_CONTROLS, ReadingTable
from vermilion.studio.studio import Studio
from vermilion.work import Work

_CONTROLS = {
    "controls": {
        "type": "string",
        "contentMediaType": "application/json",
        "examples": [json.dumps(EXAMPLE_CONTROLS)],
    }
}
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The coloured picture", "content": {kind: {} for kind in KINDS.values()}}
}
_IN_MEMORY = 1 << 20


class Options(ReadingTable):
    """How the picture is read, seen and written."""

    format: Literal["same", "png", "jpeg", "tiff", "webp"] = "same"
    depth: Literal["same", 8, 16] = "same"
    transparency: Literal["same", "drop"] = "same"
    mark: bool = True
    view: Literal["auto", "whole"] = "auto"

    def saving(self) -> Saving:
        """Return how it is written."""
        options = SaveOptions(False, False, self.depth == 8, self.transparency == "drop", self.mark)
        return Saving(self.format, options, Companions())


def colorize_routes(studio: Studio) -> APIRouter:
    """Return the call that colours one picture."""
    router = APIRouter(tags=["results"], responses=PROBLEMS)

    @router.post(
        "/v1/colorize",
        response_class=Response,
        responses=_ANSWER,
        openapi_extra=file_body(extra=_CONTROLS, raw=True),
    )
    async def colorize(request: Request, options: Annotated[Options, Query()]) -> Response:
        """Colour one picture: a form with ``file`` and ``controls``, or the bytes of the file as the body."""
        async with _sent_picture(request) as (file, name, said):
            controls = _controls(studio, said)

            def paint(work: Work) -> tuple[bytes, str]:
                file.seek(0)
                scan = studio.desk.read(NamedBytes(file.read(), name), options.reading())
                session = studio.desk.colorizer.open(
                    scan, recolor=options.recolor, size=options.size, view=options.view
                )
                work.check()
                return encoded(session.paint(controls, work), options.saving())

            content, kind = await studio.jobs.run(request, paint)
        return attachment(content, name_beside(Path(name), f".{kind}").name, KINDS[kind])

    return router


@asynccontextmanager
async def _sent_picture(request: Request) -> AsyncIterator[tuple[IO[bytes], str, str]]:
    """Yield the file, its cleaned name, and the text of the controls."""
    if request.headers.get("content-type", "").lower().startswith(FORM):
        async with sent_files(request) as (files, texts):
            yield files[0].file, clean_name(files[0].filename or ""), texts.get("controls", "")
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spooled:
        async for piece in request.stream():
            spooled.write(piece)
        yield spooled, "picture", ""


def _controls(studio: Studio, said: str) -> Controls:
    if not said.strip():
        return Controls()
    try:
        table = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The controls are not valid JSON ({error}); correct that place.") from error
    if not isinstance(table, dict):
        raise SettingsError('The controls are not a table; write them as {"hints": [...]}.')
    return controls_said(table, studio.desk.shelf.asset)
