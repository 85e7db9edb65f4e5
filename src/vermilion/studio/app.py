"""The application: middleware and routes around the open pictures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from vermilion import __version__
from vermilion.colorizer import Colorizer
from vermilion.studio.batches import Archive, Batches
from vermilion.studio.desk.desk import Desk
from vermilion.studio.desk.facts import Facts
from vermilion.studio.desk.shelf import Shelf
from vermilion.studio.events import Events
from vermilion.studio.films import Films
from vermilion.studio.jobs import Jobs
from vermilion.studio.routes.about import about_routes, event_routes
from vermilion.studio.routes.assets import asset_routes
from vermilion.studio.routes.batches import batch_routes
from vermilion.studio.routes.carry import carry_routes
from vermilion.studio.routes.colorize import colorize_routes
from vermilion.studio.routes.films import film_routes
from vermilion.studio.routes.guides import guide_routes
from vermilion.studio.routes.page import page_routes
from vermilion.studio.routes.pictures import picture_routes
from vermilion.studio.routes.saves import save_routes
from vermilion.studio.routes.shows import show_routes
from vermilion.studio.routes.tiles import tile_routes
from vermilion.studio.settings import Settings
from vermilion.studio.shapes import picture_table
from vermilion.studio.studio import Studio
from vermilion.studio.web.bodies import Bodies
from vermilion.studio.web.problems import tell_problems
from vermilion.studio.web.security import Security

_ROUTES = (
    picture_routes,
    show_routes,
    tile_routes,
    guide_routes,
    carry_routes,
    save_routes,
    batch_routes,
    film_routes,
    asset_routes,
    colorize_routes,
    about_routes,
    event_routes,
)


def create_studio(settings: Settings, colorizer: Colorizer) -> Studio:
    """Return a studio with the pictures that its folder holds."""
    events = Events()
    model_hash = colorizer.model.hash

    def changed(facts: Facts) -> None:
        told = picture_table(facts, facts.revision(model_hash))
        events.tell({"type": "picture", "picture": told.model_dump(mode="json")})

    desk = Desk(colorizer, Shelf(settings.work), settings.limits, changed)
    batches = Batches(_archive_of(settings), events.tell)
    films = Films(desk, settings.work / "films", settings.out, events.tell)
    return Studio(settings, desk, Jobs(settings.limits), batches, films, events)


def _archive_of(settings: Settings) -> Archive | None:
    if settings.archive is None or settings.out is None:
        return None
    return Archive(settings.archive, settings.out, settings.model, settings.device)


def create_app(studio: Studio) -> FastAPI:
    """Return the application of one studio."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        studio.events.start(asyncio.get_running_loop())
        studio.jobs.start()
        studio.batches.start()
        studio.films.start()
        yield
        studio.events.close()
        studio.jobs.stop()
        studio.batches.stop()
        studio.films.stop()

    app = FastAPI(title="vermilion", version=__version__, docs_url=None, redoc_url=None, lifespan=running)
    tell_problems(app)
    for make in _ROUTES:
        app.include_router(make(studio))
    if studio.settings.page:
        app.include_router(page_routes())
    app.add_middleware(Bodies, limits=studio.settings.limits)
    app.add_middleware(Security, settings=studio.settings)
    return app
