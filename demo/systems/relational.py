"""Departments' tables in PostgreSQL, or in an SQLite file where no server is to be had.

The hub's account may only read; a database belongs to one department.
"""

import io
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv
from psycopg import sql

from catalog.errors import ConfigurationError
from demo.services.service import Service
from demo.systems.place import Deliveries

FEEDBACK_TABLE = "sjgx_fankui"
FEEDBACK_COLUMNS = {
    "feedback_id": "TEXT PRIMARY KEY",
    "period": "TEXT",
    "dataset": "TEXT",
    "consumer": "TEXT",
    "purpose": "TEXT",
    "calls": "BIGINT",
    "row_count": "BIGINT",
    "items": "TEXT",
    "receipt": "TEXT",
    "sent_at": "TEXT",
}


def column_type(kind: pa.DataType) -> str:
    """The SQL type, the same in PostgreSQL and SQLite, for an Arrow type."""
    if pa.types.is_decimal(kind):
        return f"NUMERIC({kind.precision}, {kind.scale})"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP"
    names = {pa.types.is_date: "DATE", pa.types.is_integer: "BIGINT", pa.types.is_floating: "DOUBLE PRECISION"}
    return next((name for test, name in names.items() if test(kind)), "TEXT")


def connect(service: Service, database: str | None = None) -> "psycopg.Connection[tuple[object, ...]]":
    """An administrator's connection; each statement stands for itself. Raises ConfigurationError when refused."""
    try:
        return psycopg.connect(
            host=service.host,
            port=service.port,
            user=service.user,
            password=service.password,
            dbname=database or service.database or "postgres",
            autocommit=True,
            connect_timeout=10,
        )
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"无法以管理员身份登录 {service.location}。请核对 SHUNIU_TEST_POSTGRES_URL。",
            f"Cannot log in to {service.location} as administrator. Check SHUNIU_TEST_POSTGRES_URL.",
            code="service_login_failed",
        ) from error


def make_database(service: Service, database: str, *, reader: str, password: str) -> None:
    """Make `database` (if it is not there) and the role `reader`, which may connect and SELECT, nothing else."""
    with connect(service) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(database))
            )
        make_role(server, reader, password)
        server.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(reader)))
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        grant_connect(server, database, reader)
    with connect(service, database) as own:
        own.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        own.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(reader)))


def make_role(server: "psycopg.Connection[tuple[object, ...]]", name: str, password: str) -> None:
    """Make the login role `name`, or give it this password if it is there."""
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    server.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            verb, sql.Identifier(name), sql.Literal(password)
        )
    )


def grant_connect(server: "psycopg.Connection[tuple[object, ...]]", database: str, role: str) -> None:
    """Let `role` connect to `database`."""
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(role)))


def copy_table(
    service: Service, database: str, table: str, deliveries: Deliveries, dataset: str, *, reader: str, index: str = ""
) -> None:
    """Replace `table` by the delivery of `dataset` in one transaction, streamed with COPY; `reader` may SELECT it."""
    schema = deliveries.schema(dataset)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(column_type(field.type))) for field in schema
    )
    name = sql.Identifier(table)
    with connect(service, database) as own, own.transaction():
        own.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
        own.execute(sql.SQL("CREATE TABLE {} ({})").format(name, columns))
        with own.cursor().copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(name)) as copy:
            for batch in deliveries.batches(dataset):
                copy.write(_as_csv(batch))
        if index:
            own.execute(sql.SQL("CREATE INDEX ON {} ({})").format(name, sql.Identifier(index)))
        own.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(name, sql.Identifier(reader)))


def _as_csv(batch: pa.RecordBatch) -> bytes:
    """CSV as PostgreSQL reads it: texts quoted, NULL an unquoted nothing."""
    buffer = io.BytesIO()
    pacsv.write_csv(batch, buffer, pacsv.WriteOptions(include_header=False, quoting_style="needed"))
    return buffer.getvalue()


def make_feedback_table(service: Service, database: str, *, writer: str, password: str) -> None:
    """The table for the hub's usage feedback; `writer` may SELECT and INSERT there and touch nothing else."""
    columns = ", ".join(f"{name} {kind}" for name, kind in FEEDBACK_COLUMNS.items())
    table, role = sql.Identifier(FEEDBACK_TABLE), sql.Identifier(writer)
    with connect(service, database) as own:
        make_role(own, writer, password)
        grant_connect(own, database, writer)
        own.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        own.execute(sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(table, sql.SQL(columns)))
        own.execute(sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(table, role))


def write_sqlite(path: Path, tables: dict[str, str], deliveries: Deliveries) -> None:
    """Replace the SQLite file `path` by one that holds `tables` (table -> dataset); readers see the old or the new."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as database, database:
        for table, dataset in tables.items():
            schema = deliveries.schema(dataset)
            columns = ", ".join(f'"{field.name}" {column_type(field.type)}' for field in schema)
            database.execute(f'CREATE TABLE "{table}" ({columns})')
            marks = ", ".join("?" * len(schema))
            rows = (tuple(_plain(value) for value in row) for row in deliveries.rows(dataset))
            database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # our own names
    os.replace(fresh, path)
    path.chmod(0o444)


def make_feedback_file(path: Path) -> None:
    """The feedback table in an SQLite file of its own, so that the hub opens no data for writing."""
    columns = ", ".join(f"{name} {kind}" for name, kind in FEEDBACK_COLUMNS.items())
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE IF NOT EXISTS {FEEDBACK_TABLE} ({columns})")


def _plain(value: object) -> object:
    """SQLite knows no decimals, dates and times: decimals stay exact as text, the others are ISO 8601."""
    return value if value is None or isinstance(value, int | float | str | bytes) else str(value)


def drop(service: Service, databases: Iterable[str], roles: Iterable[str]) -> None:
    """Remove databases and roles made here (for tests on a named server)."""
    with connect(service) as server:
        for name in databases:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        for name in roles:
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
