"""The application: one hub, one guard, the routers of the API and the portal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from catalog.settings import Settings
from exchange_api import errors
from exchange_api.hub import Hub
from exchange_api.middleware import Guard
from exchange_api.portal.doorkeeper import Doorkeeper
from exchange_api.portal.routes import router as portal_router
from exchange_api.routes import ROUTERS


def create_app(settings: Settings, hub: Hub | None = None) -> FastAPI:
    """API and portal for `settings`. The framework's interactive pages are off: they load scripts from elsewhere."""
    shared = hub or Hub(settings)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        yield
        shared.close()

    app = FastAPI(
        title="Shuniu 数纽",
        version="1",
        description="The data exchange and governance hub of a county-level city.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the redirect would lead to whatever host the request named
        lifespan=life,
    )
    app.state.hub = shared
    app.state.settings = settings
    app.state.doorkeeper = Doorkeeper(settings)
    app.add_middleware(Guard, hub=shared)
    errors.install(app)
    for router in (*ROUTERS, portal_router):
        app.include_router(router)
    return app


def from_environ() -> FastAPI:
    """The application as a server's worker process makes it, from SHUNIU_* variables."""
    return create_app(Settings.from_environ())
