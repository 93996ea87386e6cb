"""Every other database SQLAlchemy knows (Oracle, SQL Server, 达梦 ...): generic, streaming, slower than a scanner.

The system's location is a SQLAlchemy URL without login, e.g. `oracle+oracledb://host:1521/?service_name=X`; the driver
must be installed beside the hub.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, NoSuchTableError, OperationalError, SQLAlchemyError

from catalog.contracts import Contract
from catalog.errors import ConfigurationError, HubError
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.delivery import BATCH_ROWS, Delivery, as_text, check_columns, column_names
from lake.sources.native import LOCAL_ZONE
from lake.sources.scanner import sentence


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Rows of a table or view; with mode 'incremental', those whose watermark lies after `since`."""
    engine = engine_of(spec)
    try:
        table = _table(engine, spec, contract)
    except SQLAlchemyError as error:
        raise _sentence(contract, error) from None
    names = column_names(column.name for column in table.columns)
    new = check_columns(contract, names, contract.locator)
    schema = pa.schema([pa.field(name, _kind(column)) for name, column in zip(names, table.columns, strict=True)])
    query, position = _query(engine, table, contract, since)
    reader = pa.RecordBatchReader.from_batches(schema, _batches(engine, query, schema, contract))
    return Delivery(reader, position, new_columns=new)


def engine_of(spec: SystemSpec) -> sa.Engine:
    """An engine for the system's URL with its login filled in; raises ConfigurationError without a driver for it."""
    try:
        url = sa.make_url(spec.location).set(
            username=spec.secret.get("user") or None, password=spec.secret.get("password") or None
        )
        return sa.create_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    except (SQLAlchemyError, ImportError) as error:
        raise ConfigurationError(
            f"系统 {spec.code} 的地址不可用，或缺少其数据库驱动。请核对地址并安装驱动。",
            f"The URL of system {spec.code} cannot be used, or its database driver is missing. Check it, install it.",
            code="driver_missing",
            system=spec.code,
        ) from error


def _table(engine: sa.Engine, spec: SystemSpec, contract: Contract) -> sa.Table:
    schema, _, name = contract.locator.rpartition(".")
    return sa.Table(name, sa.MetaData(), schema=schema or spec.options.get("schema"), autoload_with=engine)


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


def _query(
    engine: sa.Engine, table: sa.Table, contract: Contract, since: str | None
) -> tuple[sa.Select[Any], str | None]:
    query = sa.select(table)
    mark = _watermark(table, contract)
    if mark is None:
        return query, None
    try:
        with engine.connect() as connection:
            newest = connection.execute(sa.select(sa.func.max(mark))).scalar()
    except DBAPIError as error:
        raise _sentence(contract, error) from None
    if newest is None:
        return query.where(sa.false()), since
    if since is None:
        return query.where(sa.or_(mark <= newest, mark.is_(None))), _position(newest)
    return query.where(mark > _moment(since, newest), mark <= newest), _position(newest)


def _watermark(table: sa.Table, contract: Contract) -> sa.Column[Any] | None:
    if contract.mode != "incremental" or not contract.watermark:
        return None
    names = [item.source_name or item.name for item in contract.items if item.name == contract.watermark]
    return table.columns[names[0] if names else contract.watermark]


def _position(newest: Any) -> str:
    return newest.isoformat() if isinstance(newest, datetime) else str(newest)


def _moment(since: str, newest: Any) -> Any:
    match newest:
        case datetime():
            return datetime.fromisoformat(since)
        case Decimal() | int():
            return type(newest)(since)
        case _:
            return since


def _batches(
    engine: sa.Engine, query: sa.Select[Any], schema: pa.Schema, contract: Contract
) -> Iterator[pa.RecordBatch]:
    zone = ZoneInfo(str(contract.options.get("timezone", LOCAL_ZONE)))
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH_ROWS) as connection:
            for rows in connection.execute(query).partitions(BATCH_ROWS):
                yield _batch(rows, schema, zone)
    except SQLAlchemyError as error:
        raise _sentence(contract, error) from None
    except (TypeError, ValueError, ArithmeticError, pa.ArrowException):
        # A value that does not fit its column's declared type; the driver's own words would repeat it.
        raise sentence(contract, RuntimeError("value does not fit")) from None
    finally:
        engine.dispose()


def _batch(rows: Sequence[Any], schema: pa.Schema, zone: ZoneInfo) -> pa.RecordBatch:
    arrays = [
        pa.array([_value(value, field.type, zone) for value in column], field.type)
        for column, field in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _value(value: Any, kind: pa.DataType, zone: ZoneInfo) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime) and pa.types.is_timestamp(kind):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    return as_text(value) if pa.types.is_string(kind) else value


def _sentence(contract: Contract, error: SQLAlchemyError) -> HubError:
    if isinstance(error, NoSuchTableError):
        return sentence(contract, RuntimeError("does not exist"))
    if isinstance(error, OperationalError) and not str(error.orig):
        return sentence(contract, RuntimeError("unable to connect"))
    return sentence(contract, error)
