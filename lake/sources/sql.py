"""Every other database SQLAlchemy knows (Oracle, SQL Server, 达梦 ...): generic, streaming, slower than a scanner.

The system's location is a SQLAlchemy URL without login, e.g. `oracle+oracledb://host:1521/?service_name=X`; the driver
must be installed beside the hub. How the rows then flow is databases/rows.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError, OperationalError, SQLAlchemyError

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, HubError
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.databases import rows as sql_rows
from lake.sources.databases.custom import query_of
from lake.sources.databases.sentences import sentence
from lake.sources.databases.window import Window, due, watermark
from lake.sources.delivery import Delivery, check_columns, column_names


@dataclass(frozen=True)
class _Rows:
    """What is read: a table or a query, its columns, and the type each is delivered as."""

    origin: sa.FromClause
    columns: Sequence[sa.ColumnElement[Any]]
    schema: pa.Schema


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Rows of a table, a view, or the contract's query; with mode 'incremental', those after `since`.

    System options: schema, statement_seconds. Contract options: query, look_back; partition_by (a whole-number column)
    with partitions (2 to 16) reads that many ranges of it side by side, each in a transaction of its own.
    """
    engine = engine_of(spec)
    sessions = sql_rows.Sessions(engine, spec)
    try:
        first = sessions.open()
        rows = _rows(first, engine, spec, contract)
        new = check_columns(contract, rows.schema.names, contract.locator)
        window = _window(first, rows, contract, since)
        query = sa.select(*rows.columns).select_from(rows.origin).where(*_conditions(rows, window))
        parts = sql_rows.split(sessions, query, contract, rows.origin)
        told = sql_rows.told(sessions, parts, rows.schema, contract)
    except SQLAlchemyError as error:
        sessions.close()
        raise database_sentence(contract, error) from None
    except BaseException:
        sessions.close()
        raise
    reader = sql_rows.reader(sessions, parts, rows.schema, contract, lambda error: database_sentence(contract, error))
    return Delivery(reader, window.position, new_columns=new, expected=told.rows, totals=told.figures)


def engine_of(spec: SystemSpec) -> sa.Engine:
    """An engine for the system's URL with its login filled in; raises ConfigurationError without a driver for it."""
    try:
        url = sa.make_url(spec.location).set(
            username=spec.secret.get("user") or None, password=spec.secret.get("password") or None
        )
        return sa.create_engine(url, pool_size=sql_rows.MOST_PARTS + 1, max_overflow=0, hide_parameters=True)
    except (SQLAlchemyError, ImportError) as error:
        raise ConfigurationError(
            f"系统 {spec.code} 的地址不可用，或缺少其数据库驱动。请核对地址并安装驱动。",
            f"The URL of system {spec.code} cannot be used, or its database driver is missing. Check it, install it.",
            code="driver_missing",
            system=spec.code,
        ) from error


def _rows(connection: sa.Connection, engine: sa.Engine, spec: SystemSpec, contract: Contract) -> _Rows:
    query = query_of(contract, _PARSED_AS.get(engine.dialect.name))
    if query is not None:
        # A driver does not say what a query's columns are declared as, so they come as text, digit by digit.
        found = connection.execute(sa.text(f"SELECT * FROM ({query}) asked WHERE 1 = 0")).keys()
        origin: sa.FromClause = sa.text(query).columns(*(sa.column(name) for name in found)).subquery("asked")
        schema = pa.schema([pa.field(name, pa.string()) for name in column_names(found)])
        return _Rows(origin, list(origin.columns), schema)
    owner, _, name = contract.locator.rpartition(".")
    table = sa.Table(name, sa.MetaData(), schema=owner or spec.options.get("schema"), autoload_with=engine)
    names = column_names(column.name for column in table.columns)
    kinds = zip(names, table.columns, strict=True)
    return _Rows(table, list(table.columns), pa.schema([pa.field(name, _kind(column)) for name, column in kinds]))


_PARSED_AS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "oracle": "oracle", "mssql": "tsql"}


def _kind(column: sa.Column[Any]) -> pa.DataType:
    match column.type:
        case sa.Boolean():
            return pa.bool_()
        case sa.Integer():
            return pa.int64()
        case sa.Numeric(precision=int(precision), scale=int(scale)) if precision <= 38 and column.type.asdecimal:
            return pa.decimal128(precision, scale)
        case sa.DateTime():
            return pa.timestamp("us", "UTC")
        case sa.Date():
            return pa.date32()
        case sa.LargeBinary():
            return pa.binary()
        case _:
            return pa.string()


def _window(connection: sa.Connection, rows: _Rows, contract: Contract, since: str | None) -> Window:
    column = watermark(contract)
    if column is None:
        return Window()
    newest = connection.execute(sa.select(sa.func.max(rows.origin.columns[column]))).scalar()
    return due(contract, column, since, None if newest is None else _position(newest))


def _position(newest: Any) -> str:
    return newest.isoformat() if isinstance(newest, datetime) else str(newest)


def _conditions(rows: _Rows, window: Window) -> list[sa.ColumnElement[bool]]:
    if window.column is None:
        return []
    mark = rows.origin.columns[window.column]
    if window.day is not None:
        first, following = (_moment(end, mark) for end in window.day)
        return [mark >= first, mark < following]
    if window.empty or window.up_to is None:
        return [sa.false()]
    up_to = mark <= _moment(window.up_to, mark)
    if window.after is None:
        return [sa.or_(up_to, mark.is_(None))]
    return [mark > _moment(window.after, mark), up_to]


def _moment(text: str, mark: sa.ColumnElement[Any]) -> Any:
    """A position as the type its column is compared as."""
    match mark.type:
        case sa.DateTime():
            return datetime.fromisoformat(text)
        case sa.Date():
            return datetime.fromisoformat(text).date()
        case sa.Numeric() | sa.Integer():
            return int(text) if isinstance(mark.type, sa.Integer) else Decimal(text)
        case _:
            return text


def database_sentence(contract: Contract, error: SQLAlchemyError) -> HubError:
    """What went wrong, in words of ours."""
    if isinstance(error, NoSuchTableError):
        return sentence(contract, RuntimeError("does not exist"))
    if isinstance(error, OperationalError) and not str(error.orig):
        return sentence(contract, RuntimeError("unable to connect"))
    return sentence(contract, error)
