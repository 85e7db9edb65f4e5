"""Events of the server, sent to every page that listens."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

_MOST = 256  # events that a page may be behind; one that sleeps longer asks for everything again

Event = dict[str, Any]


class Events:
    """Hands events to listeners. ``tell`` is safe from any thread; listening belongs to the loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening: set[asyncio.Queue[Event | None]] = set()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listening)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to pass on events, in the loop of those that listen."""
        self._loop = loop

    def tell(self, event: Event) -> None:
        """Tell an event to all that listen."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hand_on, event)

    def close(self) -> None:
        """End all listening once everything was told, so that the server can stop; safe from a signal."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hand_on, None)

    async def listen(self) -> AsyncGenerator[Event]:
        """Yield events until the server stops, or the listener is too far behind."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(_MOST)
        self._listening.add(queue)
        try:
            while not (self._closed and queue.empty()) and (event := await queue.get()) is not None:
                yield event
        finally:
            self._listening.discard(queue)

    def _hand_on(self, event: Event | None) -> None:
        for queue in list(self._listening):
            if queue.full():  # the page connects again, and asks for all pictures
                self._listening.discard(queue)
                while not queue.empty():
                    queue.get_nowait()
                event = None
            queue.put_nowait(event)
