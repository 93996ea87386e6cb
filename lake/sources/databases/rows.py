"""How rows flow out of a SQLAlchemy engine: quiet sessions, ranges of a key side by side, figures from the same view.

Every session reads only, and stops by itself where the server knows such a limit. Each range is counted and read in
one transaction, so that what is counted is what comes, whatever the department does meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from catalog.contracts import Contract
from catalog.errors import ContractBroken, HubError
from catalog.read_options import SPANS, whole
from catalog.systems import SystemSpec
from lake.delta.prefetch import side_by_side
from lake.loading.reconciliation import COUNT, SUM, Measure, reconciled
from lake.sources.databases.limits import STATEMENT_SECONDS
from lake.sources.databases.sentences import sentence
from lake.sources.databases.window import zone_of
from lake.sources.delivery import BATCH_ROWS, as_text

MOST_PARTS = SPANS["partitions"].most
# What makes a session read one moment of the database and nothing else; {s} seconds, {ms} milliseconds.
QUIET: Mapping[str, tuple[str, ...]] = {
    "postgresql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET statement_timeout = {ms}"),
    "mysql": ("SET SESSION max_execution_time = {ms}", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"),
    "mariadb": ("SET SESSION max_statement_time = {s}", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"),
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "dm": ("SET TRANSACTION READ ONLY",),
}
Translate = Callable[[SQLAlchemyError], HubError]


@dataclass
class Sessions:
    """The connections one delivery uses; closing it ends them all."""

    engine: sa.Engine
    spec: SystemSpec
    opened: list[sa.Connection] = field(default_factory=list)

    @property
    def consistent(self) -> bool:
        """Whether a session sees one moment, so that a count taken in it holds for its rows."""
        return self._dialect in QUIET

    @property
    def _dialect(self) -> str:
        return "mariadb" if getattr(self.engine.dialect, "is_mariadb", False) else self.engine.dialect.name

    def open(self) -> sa.Connection:
        """A session that only reads."""
        connection = self.engine.connect()
        self.opened.append(connection)
        seconds = whole(self.spec.options, "statement_seconds", STATEMENT_SECONDS)
        for statement in QUIET.get(self._dialect, ()):
            connection.exec_driver_sql(statement.format(s=seconds, ms=seconds * 1000))
        if self._dialect == "oracle":
            connection.connection.dbapi_connection.call_timeout = seconds * 1000  # type: ignore[union-attr]
        return connection

    def close(self) -> None:
        """End every session; a server that has vanished is no matter."""
        for connection in self.opened:
            with suppress(SQLAlchemyError):
                connection.close()
        self.engine.dispose()


@dataclass(frozen=True)
class Part:
    """One range of the rows, and the session that counts and reads it."""

    connection: sa.Connection
    query: sa.Select[Any]


@dataclass(frozen=True)
class Told:
    """Rows and figures as the source has them; rows None where no session sees one moment."""

    rows: int | None
    figures: Mapping[Measure, Any]


def split(sessions: Sessions, query: sa.Select[Any], contract: Contract, origin: sa.FromClause) -> list[Part]:
    """The query in `partitions` ranges of `partition_by`, or whole. Raises ContractBroken or InvalidInput.

    The first and last range are open, and rows without a key go with the first: every row is in exactly one.
    """
    name, count = contract.options.get("partition_by"), whole(contract.options, "partitions", 4)
    first = sessions.opened[0]
    if not name:
        return [Part(first, query)]
    if name not in origin.columns:
        raise _wrong_partition(contract)
    key = origin.columns[str(name)]
    low, high = first.execute(sa.select(sa.func.min(key), sa.func.max(key))).one()
    if low is None:
        return [Part(first, query)]
    if not isinstance(low, int) or not isinstance(high, int):
        raise _wrong_partition(contract)
    ends = sorted({low + (high - low) * step // count for step in range(1, count)} - {low})
    bounds = list(zip([None, *ends], [*ends, None], strict=True))
    connections = [first, *(sessions.open() for _ in bounds[1:])]
    return [
        Part(connection, query.where(_between(key, *bound)))
        for connection, bound in zip(connections, bounds, strict=True)
    ]


def _between(key: sa.ColumnElement[Any], low: int | None, high: int | None) -> sa.ColumnElement[bool]:
    if low is None:
        return sa.or_(key < high, key.is_(None)) if high is not None else sa.true()
    return key >= low if high is None else sa.and_(key >= low, key < high)


def _wrong_partition(contract: Contract) -> ContractBroken:
    return ContractBroken(
        f"数据集 {contract.dataset} 的选项 partition_by 须是整数列。请修订契约。",
        f"Option partition_by of {contract.dataset} must be a column of whole numbers. Revise the contract.",
        code="partition_invalid",
        dataset=contract.dataset,
    )


def told(sessions: Sessions, parts: Sequence[Part], schema: pa.Schema, contract: Contract) -> Told:
    """Count and sum every part at the source, in the transaction its rows will be read in."""
    if not sessions.consistent:
        return Told(None, {})
    columns = list(parts[0].query.selected_columns)
    sources = [str(column.name) for column in columns]
    chosen = [
        Measure(source, item.name, sql)
        for source, item in zip(sources, schema, strict=True)
        for sql in _measured(source, item.type, contract)
    ]
    rows, sums = 0, [None] * len(chosen)
    for part in parts:
        inner = part.query.subquery()
        by_name = dict(zip(sources, inner.columns, strict=True))
        asked = [_figure(measure, by_name[measure.source]) for measure in chosen]
        counted, *found = part.connection.execute(sa.select(sa.func.count(), *asked).select_from(inner)).one()
        rows += int(counted)
        sums = [old if new is None else new if old is None else old + new for old, new in zip(sums, found, strict=True)]
    return Told(rows, dict(zip(chosen, sums, strict=True)))


def _measured(source: str, kind: pa.DataType, contract: Contract) -> list[str]:
    found = [SUM] if pa.types.is_integer(kind) or pa.types.is_decimal(kind) else []
    return reconciled(contract, source, [*found, COUNT], numbers=len(found))


def _figure(measure: Measure, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.sum(column) if measure.sql == SUM else sa.func.count(column)


def reader(
    sessions: Sessions, parts: Sequence[Part], schema: pa.Schema, contract: Contract, translate: Translate
) -> pa.RecordBatchReader:
    """The rows of all parts as they come; the sessions end with the last."""
    zone = zone_of(contract)

    def rows_of(part: Part) -> Iterator[pa.RecordBatch]:
        streaming = part.connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
        for rows in streaming.execute(part.query).partitions(BATCH_ROWS):
            yield _batch(rows, schema, zone)

    def flowing() -> Iterator[pa.RecordBatch]:
        try:
            yield from rows_of(parts[0]) if len(parts) == 1 else side_by_side([rows_of(part) for part in parts])
        except SQLAlchemyError as error:
            raise translate(error) from None
        except (TypeError, ValueError, ArithmeticError, pa.ArrowException):
            # A value that does not fit its column's declared type; the driver's own words would repeat it.
            raise sentence(contract, RuntimeError("value does not fit")) from None
        finally:
            sessions.close()

    return pa.RecordBatchReader.from_batches(schema, flowing())


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
