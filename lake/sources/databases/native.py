"""Relations with types of their own (databases, Parquet) as Arrow streams the lake can store.

A moment without a time zone is taken as the department's local time (contract option `timezone`, Asia/Shanghai when
not given): the lake keeps moments only. Types Delta does not have come as text, with the digits they had.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import duckdb
import pyarrow as pa

from catalog.contracts import Contract
from catalog.errors import HubError
from catalog.working_days import COUNTY_HOURS, COUNTY_ZONE
from lake.engines.duckdb import literal, quote
from lake.sources.databases.window import zone_of
from lake.sources.delivery import Native, column_names

ARROW_ROWS = 61_440
KEPT = frozenset(("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DATE", "VARCHAR", "BLOB"))
Columns = Sequence[tuple[str, str]]


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> Columns:
    """Names and DuckDB types of `relation` (SQL usable after FROM), nothing read."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return [(str(name), str(kind)) for name, kind, *_ in described]


def projection(columns: Columns, contract: Contract) -> str:
    """The SELECT list that brings every column over under its delivered name."""
    zone = literal(zone_of(contract).key)
    names = column_names(name for name, _ in columns)
    return ", ".join(
        f"{_storable(quote(source), kind, zone)} AS {quote(name)}"
        for (source, kind), name in zip(columns, names, strict=True)
    )


def _storable(column: str, kind: str, zone: str) -> str:
    if kind.startswith("TIMESTAMP") and "TIME ZONE" not in kind:
        return moment_at(zone, f"{column}::TIMESTAMP")
    if kind in KEPT or kind.startswith(("DECIMAL", "TIMESTAMP")):
        return column
    return f"{column}::VARCHAR"


def moment_at(zone: str, local: str) -> str:
    """SQL: the moment when clocks in `zone` (a SQL literal) showed `local`.

    China has had one offset since its last summer of 1991: there a subtraction does what the calendar takes long for.
    """
    slow = f"timezone({zone}, {local})"
    if zone != literal(COUNTY_ZONE):
        return slow
    fast = f"make_timestamptz(epoch_us({local}) - {COUNTY_HOURS * 3_600_000_000})"
    return f"CASE WHEN {local} BETWEEN TIMESTAMP '1992-01-01' AND TIMESTAMP '9999-01-01' THEN {fast} ELSE {slow} END"


def stream(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    params: Sequence[object],
    translate: Callable[[Exception], HubError],
) -> pa.RecordBatchReader:
    """Run `query` and hand out its rows as they come; the connection is closed with the last batch.

    translate: makes a sentence of what the engine reports, whose own text may hold data and never leaves.
    """
    try:
        reader = connection.execute(query, params).to_arrow_reader(ARROW_ROWS)
    except duckdb.Error as error:
        release(connection)
        raise translate(error) from None
    return pa.RecordBatchReader.from_batches(reader.schema, _flowing(connection, reader, translate))


def _flowing(
    connection: duckdb.DuckDBPyConnection, reader: pa.RecordBatchReader, translate: Callable[[Exception], HubError]
) -> Iterator[pa.RecordBatch]:
    try:
        yield from reader
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise translate(error) from None
    finally:
        release(connection)


def delivered(native: Native, columns: Columns, contract: Contract) -> tuple[pa.RecordBatchReader, Native]:
    """The rows of a query over `columns` as a reader that starts it with the first batch asked for, and as the query.

    The connection is ended with the last batch, or by whoever writes the query's rows.
    """
    # The types follow from those of the columns: nobody need ask the department's server for them once more.
    empty = ", ".join(f"CAST(NULL AS {kind}) AS {quote(name)}" for name, kind in columns)
    try:
        described = native.connection.execute(f"SELECT {projection(columns, contract)} FROM (SELECT {empty}) LIMIT 0")
        schema = described.to_arrow_table().schema
    except duckdb.Error as error:
        native.end()
        raise native.translate(error) from None
    return pa.RecordBatchReader.from_batches(schema, _batches(native)), native


def _batches(native: Native) -> Iterator[pa.RecordBatch]:
    try:
        yield from stream(native.connection, native.query, [], native.translate)
    finally:
        native.end()


def release(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection to a department's database.

    Its transaction is ended first: when the server has vanished, ending it fails, and inside close() that failure
    would abort the whole process.
    """
    with contextlib.suppress(duckdb.Error):
        connection.execute("ROLLBACK")
    connection.close()


def leave(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """End the transaction and the session at the department's server; the engine itself stays of use."""
    for step in ("ROLLBACK", f"DETACH {source}"):
        with contextlib.suppress(duckdb.Error):
            connection.execute(step)
