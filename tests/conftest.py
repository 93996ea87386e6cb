"""Fixtures every kind of test may use: settings in a folder of its own, a migrated registry, no network."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.database import forget_engines, migrate
from catalog.settings import Settings
from catalog.standards.own import in_force
from demo.services.service import Service
from demo.services.testing import lent
from tests.factories.registries import a_registry, make_template
from tests.network_guard import no_network


@pytest.fixture(autouse=True, scope="session")
def _without_network() -> Iterator[None]:
    """No test reaches beyond this machine, but for services named in SHUNIU_TEST_*_URL."""
    with no_network():
        yield


@pytest.fixture(autouse=True)
def _packaged_standards() -> Iterator[None]:
    """Own standards that one test put in force are not those of the next."""
    yield
    in_force.use(None)


@pytest.fixture(scope="session")
def registry_server() -> Iterator[Service | None]:
    """PostgreSQL for the registries of the tests, where SHUNIU_TEST_REGISTRY=postgresql asks for it; else none."""
    if os.environ.get("SHUNIU_TEST_REGISTRY") != "postgresql":
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="shuniu-registry-") as folder:
        for server in lent("postgresql", Path(folder) / "postgresql"):
            make_template(server, Path(folder))
            yield server


@pytest.fixture
def registry_url(registry_server: Service | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of a migrated registry of the test's own in PostgreSQL; empty where the registry is embedded in the home."""
    if registry_server is None:
        yield ""
        return
    with a_registry(registry_server) as url:
        monkeypatch.setenv("SHUNIU_REGISTRY_URL", url)  # for commands the test runs
        yield url


@pytest.fixture
def settings(tmp_path: Path, registry_url: str) -> Iterator[Settings]:
    """Settings whose home is the test's own folder."""
    yield Settings(home=tmp_path / "home", registry_url=registry_url)
    forget_engines()


@pytest.fixture
def registry(settings: Settings) -> Settings:
    """The same settings, with the registry migrated."""
    migrate(settings)
    return settings


@pytest.fixture
def now() -> datetime:
    """A fixed moment: a Friday morning in Laizhou."""
    return datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
