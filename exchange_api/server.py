"""Bring the API and portal to life under granian: N worker processes, each with its own audit folder."""

from functools import partial
from typing import Any

from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces

from catalog.database import forget_engines, migrate
from catalog.ports import check_port
from catalog.settings import Settings
from exchange_api.app import create_app


def _application(given: dict[str, Any], _target: str) -> FastAPI:
    """The application of one worker process; settings travel with it, so that no environment is needed."""
    return create_app(Settings(**given))


def serve(settings: Settings, *, workers: int) -> None:
    """Serve until stopped (SIGINT, SIGTERM). Raises ConfigurationError when the port is taken, before anything starts.

    The registry is brought to this release first.
    """
    check_port("SHUNIU_API_PORT", settings.api_host, settings.api_port)
    migrate(settings)
    forget_engines()  # no open connection may travel into a worker
    server = Granian(
        "exchange_api.app",
        address=settings.api_host,
        port=settings.api_port,
        interface=Interfaces.ASGI,
        workers=workers,
        log_access=False,  # an address may hold what somebody searched for
        respawn_failed_workers=True,
        backpressure=256,
    )
    server.serve(target_loader=partial(_application, settings.model_dump()))
