"""Real servers for the departments' systems: one of each kind for all tests of this folder."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demo.services.service import Service, Services
from demo.services.testing import lent
from demo.systems import mariadb, relational
from demo.systems.place import Deliveries, Place

Deliver = Callable[[str, pa.Table], Deliveries]


@pytest.fixture(scope="session")
def servers() -> Iterator[Path]:
    """A folder for the servers of this session."""
    with tempfile.TemporaryDirectory(prefix="shuniu-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgresql(servers: Path) -> Iterator[Service]:
    """PostgreSQL; what the tests make in it is removed, for it may be a named server."""
    with contextmanager(lent)("postgresql", servers / "postgresql") as service:
        yield service
        names = [f"{service.prefix}{agency}" for agency in ("police", "market")]
        roles = [*(f"{name}_read" for name in names), f"{service.prefix}police_feedback"]
        relational.drop(service, names, roles)


@pytest.fixture(scope="session")
def mysql(servers: Path) -> Iterator[Service]:
    """MariaDB or MySQL."""
    with contextmanager(lent)("mysql", servers / "mysql") as service:
        yield service
        mariadb.drop(service, f"{service.prefix}health", f"{service.prefix}health_read")


@pytest.fixture
def mqtt(tmp_path: Path) -> Iterator[Service]:
    """A broker of the test's own: its queues are what is tested."""
    yield from lent("mqtt", tmp_path / "mqtt")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of the test's own."""
    return tmp_path / "home"


@pytest.fixture
def place(home: Path, request: pytest.FixtureRequest) -> Place:
    """A home of its own, with the servers the test names by parametrising `place` indirectly."""
    kinds: tuple[str, ...] = getattr(request, "param", ())
    return Place(home, Services(**{kind: request.getfixturevalue(kind) for kind in kinds}))


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """Lay a table ready as the delivery of a dataset."""

    def lay(dataset: str, table: pa.Table) -> Deliveries:
        folder = tmp_path / "city" / "deliveries"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / f"{dataset}.parquet")
        return Deliveries(tmp_path / "city")

    return lay
