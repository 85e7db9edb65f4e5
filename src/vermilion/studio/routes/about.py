"""What the server is and has, and what happens there."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from vermilion import __version__
from vermilion.guidance import look_names
from vermilion.network.library import known_models
from vermilion.studio.routes.common import PROBLEMS
from vermilion.studio.studio import Studio
from vermilion.studio.web.addresses import qr_svg


def about_routes(studio: Studio) -> APIRouter:
    """Return the calls about the server."""
    router = APIRouter(tags=["server"], responses=PROBLEMS)
    settings, colorizer = studio.settings, studio.desk.colorizer

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        """Whether the server answers."""
        return {"status": "ok"}

    @router.get("/v1/session")
    def session() -> dict[str, Any]:
        """Where results go, the archive of jobs, the limits, and the address for a phone."""
        limits = settings.limits
        url = settings.lan_url
        card = colorizer.model.card
        return {
            "out": settings.out.name or str(settings.out) if settings.out else None,
            "archive": settings.archive.resolve().name if settings.archive else None,
            "version": __version__,
            "model": f"{card.name} {card.version}",
            "lan_url": url,
            "lan_qr": qr_svg(url) if url else None,
            "limits": {
                "body": limits.body,
                "asset": limits.asset,
                "state": limits.state,
                "pixels": studio.desk.max_pixels,
                "pictures": limits.pictures,
            },
        }

    @router.get("/v1/models")
    def models() -> list[dict[str, Any]]:
        """The models that `vermilion --model` takes by name, and the one in use."""
        current = colorizer.model.hash
        return [
            {
                "name": model.name,
                "title": f"{model.card.name} {model.card.version}" if model.card else model.name,
                "licence": model.card.licence if model.card else None,
                "trouble": model.trouble or None,
            }
            for model in known_models()
        ] + [{"name": "", "title": colorizer.model.card.name, "sha256": current, "in_use": True}]

    @router.get("/v1/looks")
    def looks() -> list[dict[str, str]]:
        """The looks that controls take by name."""
        return [{"name": name, "title": name.replace("-", " ").capitalize()} for name in look_names()]

    return router


def event_routes(studio: Studio) -> APIRouter:
    """Return the call that listens."""
    router = APIRouter(tags=["server"])

    @router.get("/v1/events", response_class=EventSourceResponse)
    async def events() -> AsyncIterator[ServerSentEvent]:
        """Changes and closing of pictures and films, and progress."""
        yield ServerSentEvent(comment="listening", retry=2000)
        async for event in studio.events.listen():
            yield ServerSentEvent(data=event)

    return router
