"""Bring the API and portal to life under granian: N worker processes, each with its own audit folder."""

import socket
from functools import partial
from typing import Any

from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces

from catalog.database import forget_engines, migrate
from catalog.errors import ConfigurationError
from catalog.settings import Settings
from exchange_api.app import create_app


def _application(given: dict[str, Any], _target: str) -> FastAPI:
    """The application of one worker process; settings travel with it, so that no environment is needed."""
    return create_app(Settings(**given))


def serve(settings: Settings, *, workers: int) -> None:
    """Serve until stopped (SIGINT, SIGTERM). Raises ConfigurationError when the port is taken, before anything starts.

    The registry is brought to this release first.
    """
    check_port(settings.api_host, settings.api_port)
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


def check_port(host: str, port: int) -> None:
    """Raise ConfigurationError when nobody can listen on `port` of `host`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise ConfigurationError(
                f"无法监听 {host}:{port}，端口可能已被占用。请用 SHUNIU_API_PORT 换一个端口。",
                f"Cannot listen on {host}:{port}; the port may be taken. Choose another with SHUNIU_API_PORT.",
                code="port_taken",
                port=port,
            ) from None
