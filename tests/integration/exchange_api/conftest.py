"""The city of these tests, behind a client in the same process or behind a real server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from catalog.database import forget_engines
from catalog.settings import Settings
from exchange_api.app import create_app
from exchange_api.hub import Hub
from tests.integration.exchange_api.city import City, TestClient, build

SERVE = (
    "from catalog.settings import Settings; from exchange_api.server import serve; "
    "s = Settings.from_environ(); serve(s, workers=s.api_workers)"
)


@contextlib.contextmanager
def opened(tmp_path, **given):
    """The city behind a client in this process, with settings besides the usual ones."""
    settings = Settings(home=tmp_path, public_url="http://testserver", **given)
    tokens = build(settings)
    hub = Hub(settings)
    with TestClient(create_app(settings, hub), raise_server_exceptions=False) as client:
        yield City(settings, hub, client, tokens)
    hub.close()
    forget_engines()


@pytest.fixture
def city(tmp_path, registry_url):
    with opened(tmp_path, registry_url=registry_url) as found:
        yield found


@pytest.fixture
def near_city(tmp_path, registry_url):
    """The city whose operator lets systems of its own machine be reached over HTTP."""
    networks = "127.0.0.0/8, 192.0.2.0/24"
    with opened(tmp_path, registry_url=registry_url, source_networks=networks) as found:
        yield found


@pytest.fixture
def live(tmp_path, registry_url):
    """The city behind granian with two workers; what the server prints lies in server.log of its home."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    public = f"http://127.0.0.1:{port}"
    settings = Settings(home=tmp_path, registry_url=registry_url, api_port=port, api_workers=2, public_url=public)
    tokens = build(settings)
    with (tmp_path / "server.log").open("wb") as printed:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            env={**os.environ, **settings.as_environ()},
            cwd=Path(__file__).parents[3],
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        with httpx.Client(base_url=settings.public_url, timeout=30) as client:
            wait_for(client)
            yield City(settings, Hub(settings), client, tokens, server.pid)
    finally:
        stop(server)
        forget_engines()


def stop(server):
    """End the server and its workers; by force when a test has killed workers under it."""
    workers = psutil.Process(server.pid).children(recursive=True)
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        for worker in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()


def wait_for(client):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the server did not come up")
