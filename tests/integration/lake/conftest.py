"""Real servers, one of each kind for all tests of this folder, each test in a database or session of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex

import psycopg
import pymysql
import pytest
from psycopg import sql

from catalog.systems import SystemSpec
from demo.services import s3 as s3_service
from demo.services.service import Service
from demo.services.testing import lent


@pytest.fixture(scope="session")
def servers() -> Iterator[Path]:
    """A folder for the servers of this session."""
    with tempfile.TemporaryDirectory(prefix="shuniu-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgresql(servers: Path) -> Iterator[Service]:
    """A PostgreSQL server."""
    yield from lent("postgresql", servers / "postgresql")


@pytest.fixture(scope="session")
def mysql(servers: Path) -> Iterator[Service]:
    """A MariaDB or MySQL server."""
    yield from lent("mysql", servers / "mysql")


@pytest.fixture
def mqtt(tmp_path: Path) -> Iterator[Service]:
    """A broker of the test's own: its queues are what is tested."""
    yield from lent("mqtt", tmp_path / "mqtt")


def _connect_pg(service: Service, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=service.host,
        port=service.port,
        user=service.user,
        password=service.password,
        dbname=database,
        autocommit=True,
    )


@pytest.fixture
def police(postgresql: Service) -> Iterator[tuple[SystemSpec, psycopg.Connection]]:
    """An empty database in PostgreSQL, as a system the hub knows, and a connection for the department's own work."""
    name = f"{postgresql.prefix}{token_hex(4)}"
    with _connect_pg(postgresql, postgresql.database or "postgres") as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        spec = SystemSpec(
            "police_db",
            "civil",
            "postgresql",
            f"{postgresql.location}/{name}",
            {"schema": "public"},
            {"user": postgresql.user, "password": postgresql.password},
        )
        with _connect_pg(postgresql, name) as department:
            yield spec, department
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def health(mysql: Service) -> Iterator[tuple[SystemSpec, "pymysql.connections.Connection"]]:
    """An empty database in MariaDB, as a system the hub knows, and a connection for the department's own work."""
    name = f"{mysql.prefix}{token_hex(4)}"
    login = {"host": mysql.host, "port": mysql.port, "user": mysql.user, "password": mysql.password}
    with closing(pymysql.connect(**login, charset="utf8mb4", autocommit=True)) as server:
        server.cursor().execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        server.select_db(name)
        secret = {"user": mysql.user, "password": mysql.password}
        yield SystemSpec("health_db", "civil", "mysql", f"{mysql.location}/{name}", {}, secret), server
        if not mysql.throwaway:
            server.cursor().execute(f"DROP DATABASE `{name}`")


@pytest.fixture
def wrong_password() -> dict[str, str]:
    """A login nobody has."""
    return {"user": "nobody_known", "password": "not_the_password"}


@pytest.fixture(scope="session")
def s3(servers: Path) -> Iterator[Service]:
    """An S3-compatible store."""
    yield from lent("s3", servers / "s3")


@pytest.fixture
def bucket(s3: Service) -> Iterator[str]:
    """A bucket of the test's own."""
    store, name = s3_service.store(s3), f"shuniu-test-{token_hex(4)}"
    store.create_dir(name)
    yield name
    if not s3.throwaway:
        store.delete_dir(name)


@pytest.fixture(params=["sftp", "sshd"], ids=["our library's server", "OpenSSH"])
def sftp(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """An SFTP server: the small one, and Debian's where the machine has it."""
    yield from lent(request.param, tmp_path / "sftp")
