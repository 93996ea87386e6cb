"""The API and portal as a process of its own, for as long as a block lasts."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from catalog.settings import Settings
from launch.processes import Child, start, wait_for


def start_api(settings: Settings) -> Child:
    """Start `shuniu serve` and wait until it is ready."""
    import os

    child = start(
        "api",
        [str(Path(sys.executable).parent / "shuniu"), "serve"],
        env={**os.environ, **settings.as_environ()},
        run_dir=settings.home / "run",
        log_dir=settings.home / "logs",
    )
    wait_for("shuniu serve", lambda: _ready(settings), child=child, timeout=60)
    return child


@contextmanager
def serve(settings: Settings) -> Iterator[str]:
    """The API's address while the block runs."""
    child = start_api(settings)
    try:
        yield settings.public_url
    finally:
        child.stop()


def _ready(settings: Settings) -> bool:
    try:
        return httpx.get(f"http://{settings.api_host}:{settings.api_port}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
