"""The application: middleware and routes around the open pictures."""

from fastapi import FastAPI

from vermilion import __version__
from vermilion.colorizer import Colorizer
from vermilion.studio.routes.page import page_routes
from vermilion.studio.settings import Settings
from vermilion.studio.web.security import Security


def create_app(settings: Settings, colorizer: Colorizer) -> FastAPI:
    """Return the application of one server."""
    app = FastAPI(title="vermilion", version=__version__, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "model": colorizer.model.card.name}

    if settings.page:
        app.include_router(page_routes())
    app.add_middleware(Security, settings=settings)
    return app
