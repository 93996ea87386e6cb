"""Registries in PostgreSQL, a database each: what is tested on the embedded registry is tested on the grown-up one."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from secrets import token_hex

import psycopg
from psycopg import sql
from sqlalchemy import URL

from catalog.database import forget_engines, migrate
from catalog.settings import Settings
from demo.services.service import Service

TEMPLATE = "registry"


def make_template(server: Service, folder: Path) -> None:
    """A migrated registry that those of the tests are copied from: migrating takes longer than most tests."""
    with _administrator(server) as connection:
        connection.execute(_sql("CREATE DATABASE {}", server.prefix + TEMPLATE))
    migrate(Settings(home=folder, registry_url=_url(server, server.prefix + TEMPLATE)))
    forget_engines()


@contextmanager
def a_registry(server: Service, like: str = "") -> Iterator[str]:
    """SQLAlchemy URL of a registry of the caller's own, gone afterwards: empty, or with all that `like` holds."""
    name = f"{server.prefix}{token_hex(6)}"
    with _administrator(server) as connection:
        template = sql.Identifier(like.rpartition("/")[2] or server.prefix + TEMPLATE)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
    try:
        yield _url(server, name)
    finally:
        forget_engines()
        with _administrator(server) as connection:
            connection.execute(_sql("DROP DATABASE {} WITH (FORCE)", name))


def registry_of(server: Service | None, like: str = "") -> AbstractContextManager[str]:
    """The same where there is a server; else an empty URL, by which the registry lies in the home."""
    return nullcontext("") if server is None else a_registry(server, like)


def _administrator(server: Service) -> psycopg.Connection:
    login = {"host": server.host, "port": server.port, "user": server.user, "password": server.password}
    return psycopg.connect(**login, dbname=server.database or "postgres", autocommit=True)  # type: ignore[arg-type]


def _sql(text: str, name: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(name))


def _url(server: Service, name: str) -> str:
    url = URL.create("postgresql+psycopg", server.user, server.password, server.host, server.port, name)
    return url.render_as_string(hide_password=False)
