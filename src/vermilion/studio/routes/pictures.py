"""Pictures: opened, listed, changed and closed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.datastructures import UploadFile

from vermilion.errors import CancelledError, VermilionError
from vermilion.studio.desk.desk import Gesture
from vermilion.studio.desk.facts import Facts, Reading
from vermilion.studio.desk.said import controls_said
from vermilion.studio.jobs import Urgency
from vermilion.studio.routes.common import PROBLEMS, PictureId, file_body, sent_files
from vermilion.studio.shapes import ControlsTable, PictureTable, ReadingTable, ViewTable
from vermilion.studio.studio import Studio
from vermilion.work import Work

Number = Annotated[
    int | None,
    Query(ge=0, le=2**53, description="Grows with each change; a newer one replaces an older one."),
]
NumberHeader = Annotated[int | None, Header(alias="gesture", ge=0, le=2**53)]
Page = Annotated[
    str,
    Query(
        pattern="^[0-9a-z]{0,32}$", description="Whose gestures these are: only those of one are compared."
    ),
]


def _gesture(
    page: Page = "",
    gesture: Number = None,
    gesture_header: NumberHeader = None,
) -> Gesture | None:
    """Return the gesture that a call is about; None if it says none."""
    number = gesture if gesture is not None else gesture_header
    return None if number is None else Gesture(number, page)


Gestured = Annotated[Gesture | None, Depends(_gesture)]


def picture_routes(studio: Studio) -> APIRouter:
    """Return the calls about open pictures."""
    router = APIRouter(prefix="/v1/pictures", tags=["pictures"], responses=PROBLEMS)
    _add_opening(router, studio)
    _add_changes(router, studio)
    return router


def _add_opening(router: APIRouter, studio: Studio) -> None:
    desk, jobs = studio.desk, studio.jobs

    @router.get("")
    def list_pictures() -> list[PictureTable]:
        """All open pictures, in the order in which they were opened."""
        return [studio.table_of(facts) for facts in desk.all()]

    @router.post("", status_code=201, openapi_extra=file_body(several=True))
    async def open_pictures(
        request: Request, reading: Annotated[ReadingTable, Query()]
    ) -> list[PictureTable]:
        """Open and paint uploaded files; one that cannot be opened has an ``error``."""
        opened: list[Facts] = []
        how = reading.reading()
        async with sent_files(request) as (files, _):
            for file in files:
                keep = partial(_keep, studio, file, how)
                opened.append(await jobs.run(request, keep))
        for facts in opened:
            await jobs.run(request, partial(_try_to_paint, studio, facts), Urgency.SHOWN)
        return [studio.table_of(desk.get(facts.id)) for facts in opened]

    @router.get("/{id}")
    async def get_picture(request: Request, id: PictureId) -> PictureTable:  # noqa: A002 - the contract's word
        """One picture, painted if it was not yet."""
        facts = desk.get(id)
        if facts.shown is None and facts.failure is None:
            await jobs.run(request, partial(_try_to_paint, studio, facts))
        return studio.table_of(desk.get(id))

    @router.delete("/{id}", status_code=204)
    def close_picture(id: PictureId) -> Response:  # noqa: A002
        """Close a picture; what was kept of it is removed."""
        desk.close(id)
        studio.events.tell({"type": "closed", "id": id})
        return Response(status_code=204)


def _add_changes(router: APIRouter, studio: Studio) -> None:
    async def changed(
        request: Request, picture: str, edit: Callable[[Facts], Facts], gesture: Gesture | None = None
    ) -> PictureTable:
        def change(work: Work) -> Facts:
            return studio.desk.change(picture, edit, gesture, work)

        return studio.table_of(await studio.jobs.run(request, change, Urgency.GESTURE))

    @router.put("/{id}/controls")
    async def put_controls(
        request: Request,
        id: PictureId,  # noqa: A002
        controls: ControlsTable,
        gesture: Gestured,
    ) -> PictureTable:
        """Set the controls of a picture, and paint it."""
        said = controls_said(controls, studio.desk.shelf.asset)
        return await changed(request, id, lambda facts: replace(facts, controls=said), gesture)

    @router.put("/{id}/view")
    async def put_view(
        request: Request,
        id: PictureId,  # noqa: A002
        view: ViewTable,
        gesture: Gestured,
    ) -> PictureTable:
        """Set how the network sees the scan: where its pictures lie, and which way is up."""
        options = view.options()
        return await changed(request, id, lambda facts: replace(facts, view=options, seen=()), gesture)

    @router.put("/{id}/reading")
    async def put_reading(request: Request, id: PictureId, reading: ReadingTable) -> PictureTable:  # noqa: A002
        """Set how the file is read: its page, and whether a picture in colour is accepted."""
        how = reading.reading()
        return await changed(request, id, lambda facts: replace(facts, reading=how, seen=()))


def _keep(studio: Studio, file: UploadFile, how: Reading, _: Work) -> Facts:
    return studio.desk.open_sent(file.file, file.filename or "", how)


def _try_to_paint(studio: Studio, facts: Facts, work: Work) -> None:
    """Paint a picture; an error is noted in its facts."""
    try:
        studio.desk.paint(facts, work)
    except CancelledError:
        raise
    except VermilionError:
        pass
