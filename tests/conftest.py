"""Fixtures every kind of test may use: settings in a folder of its own, a migrated registry, no network."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.database import forget_engines, migrate
from catalog.settings import Settings
from catalog.standards.own import in_force
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


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings whose home is the test's own folder."""
    yield Settings(home=tmp_path / "home")
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
