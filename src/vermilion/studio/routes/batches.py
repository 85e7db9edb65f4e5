"""Jobs over the archive that was named when the server was started."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.sse import EventSourceResponse, ServerSentEvent

from vermilion.studio.asked import FINAL, BatchAsked, BatchTable
from vermilion.studio.batches import event_of
from vermilion.studio.routes.common import PROBLEMS
from vermilion.studio.shapes import EXAMPLE_ID
from vermilion.studio.studio import Studio

JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="Of a job.", examples=[EXAMPLE_ID])]


def batch_routes(studio: Studio) -> APIRouter:
    """Return the calls about jobs."""
    router = APIRouter(prefix="/v1/jobs", tags=["archive"], responses=PROBLEMS)
    batches = studio.batches

    @router.post("", status_code=201)
    def submit(asked: BatchAsked) -> BatchTable:
        """Colour the archive by a job, which is queued and survives a restart."""
        return batches.submit(asked)

    @router.get("")
    def jobs() -> list[BatchTable]:
        """All jobs."""
        return batches.all()

    @router.get("/{id}")
    def job(id: JobId) -> BatchTable:  # noqa: A002
        """One job, and its progress."""
        return batches.get(id)

    @router.delete("/{id}")
    def cancel(id: JobId) -> BatchTable:  # noqa: A002
        """End a job after its started pictures; finished results stay."""
        return batches.cancel(id)

    @router.get("/{id}/events", response_class=EventSourceResponse)
    async def progress(id: JobId) -> AsyncIterator[ServerSentEvent]:  # noqa: A002
        """The progress of a job, until it has ended."""
        listening = studio.events.listen()
        waiting = asyncio.ensure_future(anext(listening))  # before the first look, to miss none
        try:
            event = event_of(batches.get(id))
            yield ServerSentEvent(data=event, retry=2000)
            while event["job"]["state"] not in FINAL:
                told = await waiting
                waiting = asyncio.ensure_future(anext(listening))
                if told["type"] == "job" and told["job"]["id"] == id:
                    event = told
                    yield ServerSentEvent(data=event)
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
            await asyncio.wait([waiting])
            await listening.aclose()

    return router
