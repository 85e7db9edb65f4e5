"""Events of the server, as server-sent events."""

from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from vermilion.studio.studio import Studio


def event_routes(studio: Studio) -> APIRouter:
    """Return the call that listens."""
    router = APIRouter(tags=["server"])

    @router.get("/v1/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterator[ServerSentEvent]:
        """Changes and closing of pictures, and progress."""
        yield ServerSentEvent(comment="listening", retry=2000)
        async for event in studio.events.listen():
            yield ServerSentEvent(data=event)

    return router
