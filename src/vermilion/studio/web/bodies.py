"""Bodies of requests: not too large, and not too slow."""

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vermilion.studio.faults import SlowBodyError, TooLargeError
from vermilion.studio.settings import Limits
from vermilion.studio.web.problems import problem

_FILES = frozenset({"/v1/pictures", "/v1/assets", "/v1/colorize", "/v1/films"})
PATIENCE = 30.0
"""Seconds that any body may take."""


class Bodies:
    """ASGI middleware that stops bodies which are too large or too slow, before they are kept anywhere."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body under watch."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.body if scope["path"] in _FILES else self._limits.json
        claimed = dict(scope["headers"]).get(b"content-length", b"0")
        if claimed.isdigit() and int(claimed) > limit:
            answer = problem(413, TooLargeError.code, _too_large(limit), {"Connection": "close"})
            await answer(scope, receive, send)
            return
        await self._app(scope, _Watched(receive, limit, self._limits.body_rate), send)


class _Watched:
    """A ``receive`` that counts bytes and time until the body is complete."""

    def __init__(self, receive: Receive, limit: int, rate: int) -> None:
        self._receive = receive
        self._limit = limit
        self._rate = rate
        self._started = time.monotonic()
        self._bytes = 0
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        left = self._started + PATIENCE + self._bytes / self._rate - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError as error:
            raise SlowBodyError("The body of this request came too slowly; send it again.") from error
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._limit:
            raise TooLargeError(_too_large(self._limit))
        self._complete = not message.get("more_body", False)
        return message


def _too_large(limit: int) -> str:
    return f"The body of this request is larger than the allowed {limit:,} bytes; send less at once."
