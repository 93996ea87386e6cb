"""A browser without a browser: the application over a small registry, and somebody signed in."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from catalog.database import forget_engines
from catalog.settings import Settings
from exchange_api.app import create_app
from tests.factories import small_registry
from tests.factories.client import TestClient


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a filled small registry, made once for the tests of a file: none of them writes to it."""
    settings = Settings(home=Path(tmp_path_factory.mktemp("portal")) / "home", public_url="http://testserver")
    small_registry.fill(settings, now=datetime.now(UTC))
    yield settings
    forget_engines()


@pytest.fixture(scope="module")
def app(city: Settings) -> FastAPI:
    """The application over the city, shared by the tests of a file."""
    return create_app(city)


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    """A browser nobody is signed in with yet."""
    return TestClient(app)


@pytest.fixture
def signed_in(browser: TestClient) -> Callable[[str], TestClient]:
    """The browser, signed in as the login given."""

    def enter(login: str) -> TestClient:
        form = {"csrf": form_token(browser), "login": login, "password": small_registry.PASSWORD}
        assert browser.post("/login", data=form).status_code == 200
        return browser

    return enter


def form_token(client: TestClient, path: str = "/login") -> str:
    """The token of the first form on a page."""
    found = re.search(r'name="csrf" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]
