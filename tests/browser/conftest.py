"""A real browser (the system's Chromium) on the portal of a small registry, served by the real server.

The portal loads nothing from anywhere else: every request beyond its own address, and every breach of the content
policy, is noted on the page and fails the test that caused it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from catalog.database import forget_engines
from catalog.settings import Settings
from demo.services import testing
from tests.factories import reviewed, small_registry, ticketed

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
WIDTHS = {"phone": (375, 740), "tablet": (768, 1024), "desktop": (1440, 900)}
NOTE_BREACHES = "window.breaches = []; addEventListener('securitypolicyviolation', e => breaches.push(e.blockedURI))"
SERVE = "from exchange_api.cli.main import main; import os, sys; sys.exit(main(['serve'], os.environ))"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests belong to make test-all: a fresh machine need not have Chromium."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests."""
    if CHROMIUM is None:
        tell = pytest.fail if os.environ.get(testing.REQUIRED) == "1" else pytest.skip
        tell("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the portal over a filled small registry."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(home=Path(tmp_path_factory.mktemp("browser")) / "home", api_port=port)
    now = datetime.now(UTC)
    small_registry.fill(settings, now=now)
    ticketed.add(settings, now=now)
    reviewed.add(settings, now=now)
    forget_engines()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE], env={**os.environ, **settings.as_environ()}, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(settings.public_url)
        yield settings.public_url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def steward_state(chromium: Browser, portal: str) -> StorageState:
    """The cookies of a browser in which the data steward has signed in."""
    context = chromium.new_context(base_url=portal, locale="zh-CN")
    sign_in(context.new_page(), "steward")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(chromium: Browser, portal: str) -> Iterator[Page]:
    """A page in a fresh browser nobody has signed in with."""
    with _watched(chromium, portal, None) as page:
        yield page


@pytest.fixture
def steward(chromium: Browser, portal: str, steward_state: StorageState) -> Iterator[Page]:
    """A page with the data steward signed in."""
    with _watched(chromium, portal, steward_state) as page:
        yield page


@contextmanager
def _watched(chromium: Browser, portal: str, state: StorageState | None) -> Iterator[Page]:
    """A page that may only ask the portal itself, and notes what the content policy refused."""
    wide, high = WIDTHS["desktop"]
    context = chromium.new_context(
        base_url=portal,
        viewport={"width": wide, "height": high},
        locale="zh-CN",
        service_workers="block",
        storage_state=state,
    )
    context.add_init_script(NOTE_BREACHES)
    elsewhere: list[str] = []
    page = context.new_page()
    page.on("request", lambda asked: None if asked.url.startswith(portal) else elsewhere.append(asked.url))
    yield page
    context.close()
    assert elsewhere == [], "the portal asked another address"


def sign_in(page: Page, login: str) -> None:
    """Sign in as a person does: type and press Enter."""
    page.goto("/login")
    page.fill("#login", login)
    page.fill("#password", small_registry.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/")


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/login", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise TimeoutError("the portal did not come up")
