"""The registry's engine, session scope and schema version. SQLite (WAL) embedded, PostgreSQL grown up: same code."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, URL, DateTime, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from catalog.errors import Unavailable
from catalog.settings import Settings

WAIT_SECONDS = 60
"""How long a writer of the registry waits for another one."""
ROW_SECONDS = 5
"""How long whoever takes no turn waits for a row."""
IDLE_SECONDS = 120
"""How long a unit of work may do nothing before PostgreSQL ends it: a node that stopped would hold up all others."""
_LOCK_NOT_AVAILABLE = "55P03"
_FREE = "#free"
_WRITERS = 0x73687569  # the advisory lock of those who write: any number nobody else in that database uses
_ENGINES: dict[str, Engine] = {}
_LOCK = threading.Lock()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and always handed out with its time zone (SQLite would forget it)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse a moment without a time zone; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Hand out UTC with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All registry tables. Constraint names are fixed so that migrations can name them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: JSON(), list[str]: JSON()}  # noqa: RUF012


def engine_for(settings: Settings, *, free: bool = False) -> Engine:
    """The engine of this process for the registry named in `settings`; free: the one of those who take no turn.

    Writers who wait for their turn hold a connection, and must not use up the readers'.
    """
    name = settings.registry_url + (_FREE if free else "")
    with _LOCK:
        engine = _ENGINES.get(name)
        if engine is None:
            engine = _ENGINES[name] = _make_engine(settings, free=free)
        return engine


def _make_engine(settings: Settings, *, free: bool) -> Engine:
    url = make_url(settings.registry_url)
    if url.get_backend_name() != "sqlite":
        return _on_server(url, free=free)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_timeout=WAIT_SECONDS, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _on_server(url: URL, *, free: bool) -> Engine:
    size, more = (5, 10) if free else (2, 1)
    if url.get_backend_name() != "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=size, max_overflow=more)
    # A node that lost its power says nothing: the server must find out by itself, or its lock stays for hours.
    alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=size, max_overflow=more, pool_timeout=WAIT_SECONDS, connect_args=alive
    )
    event.listen(engine, "begin", _begin_free if free else _begin_in_turn)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own way starts transactions too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    # A reader that later writes would fail with "database is locked" under WAL if it began as a plain reader.
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")


def _begin_in_turn(connection: Any) -> None:
    # What is looked up before it is written (the next number, who asked, what is open) must still be so when it is:
    # writers wait for one another here as they do in SQLite, whichever node they are on. The end frees the lock.
    connection.exec_driver_sql(_limits(WAIT_SECONDS))
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def _begin_free(connection: Any) -> None:
    if connection.get_execution_options().get("read_only"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    else:
        connection.exec_driver_sql(_limits(ROW_SECONDS))


def _limits(seconds: int) -> str:
    """How long this unit waits for a lock; one that does nothing for long is ended by the server, its lock freed."""
    return f"SET LOCAL lock_timeout = '{seconds}s'; SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"


@contextmanager
def open_session(settings: Settings, *, free: bool = False) -> Iterator[Session]:
    """A unit of work: committed when the block ends well, rolled back when it raises. Writers take turns.

    free: takes no turn, for one that locks the very row it changes and must not wait for all others (quotas). Raises
    Unavailable when its turn, or a connection, does not come in time.
    """
    with _told(), Session(engine_for(settings, free=free), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def open_reader(settings: Settings) -> Iterator[Session]:
    """A session for reading only: takes no write lock and no writer's connection, so readers never wait for a writer.

    Raises Unavailable when no connection is to be had in time.
    """
    engine = engine_for(settings, free=True).execution_options(read_only=True)
    with _told(), Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def _told() -> Iterator[None]:
    """A registry that is only busy is no fault: whoever asked hears that the same call may work later."""
    try:
        yield
    except (NoConnection, OperationalError) as error:
        if isinstance(error, OperationalError) and not _busy(error):
            raise
        raise Unavailable(
            "登记库正忙，未能及时轮到本次操作，什么都没有改变。请稍后再试。",
            "The registry is busy: this did not have its turn in time, and nothing was changed. Try again later.",
            code="registry_busy",
        ) from None


def _busy(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE or "database is locked" in str(error.orig)


def forget_engines() -> None:
    """Close every pooled connection of this process (after a fork, before a restore, between tests)."""
    with _LOCK:
        for engine in _ENGINES.values():
            engine.dispose()
        _ENGINES.clear()


def migrate(settings: Settings) -> None:
    """Bring the registry's schema to this release's version. Safe to run again, and beside running nodes."""
    from alembic import command
    from alembic.config import Config

    import catalog.models  # noqa: F401  # the tables must be known before Alembic compares

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine_for(settings).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
