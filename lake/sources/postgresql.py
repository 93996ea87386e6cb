"""PostgreSQL and what speaks its wire protocol (KingbaseES, openGauss): through DuckDB's scanner, read-only."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from catalog.contracts import Contract
from catalog.read_options import whole
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import literal, quote
from lake.loading import reconciliation
from lake.loading.reconciliation import Measure
from lake.sources.databases import limits, scanner
from lake.sources.databases.custom import query_of
from lake.sources.databases.native import columns_of
from lake.sources.delivery import Delivery

PORT = 5432
LOCK_SECONDS = 60
CONNECT_SECONDS = 10
_ALIKE = """
    bit bool bpchar bytea cidr date float4 float8 inet int2 int4 int8 interval json jsonb money name numeric text time
    timestamp timestamptz timetz uuid varbit varchar xml
"""
ALIKE = ", ".join(map(literal, _ALIKE.split()))
"""Types DuckDB's scanner sees the same in a table and in a query. Domains, enumerations, arrays and others it does not:
an increment read the other way than the first load would come with other types."""


def read(
    settings: Settings,
    spec: SystemSpec,
    contract: Contract,
    *,
    since: str | None,
    keep: Path,
    begun: scanner.Begun | None = None,
) -> Delivery:
    """Rows of a table, a view, or the contract's query. System options: schema, statement_seconds, lock_seconds."""
    return scanner.read(KIND, settings, spec, contract, since=since, begun=begun)


def attach(connection: duckdb.DuckDBPyConnection, spec: SystemSpec, mark: int = 0) -> None:
    """Attach the database read-only; the server itself refuses writes and stops what runs or waits too long.

    mark: what every line of it is known by (databases.lines); 0 for none.
    """
    connection.execute(scanner.secret_sql("postgres", spec, PORT))
    seconds = {
        "statement_timeout": whole(spec.options, "statement_seconds", limits.STATEMENT_SECONDS),
        "lock_timeout": whole(spec.options, "lock_seconds", LOCK_SECONDS),
    }
    told = " ".join(f"-c {name}={limit * 1000}" for name, limit in seconds.items())
    # Moments are told as ISO text in UTC: positions are made of them.
    options = f"-c default_transaction_read_only=on {told} -c datestyle=ISO -c timezone=UTC"
    marked = f" tcp_user_timeout={mark}" if mark else ""
    given = literal(f"options='{options}' connect_timeout={CONNECT_SECONDS} application_name=shuniu{marked}")
    connection.execute(f"ATTACH {given} AS {scanner.SOURCE} (TYPE postgres, SECRET department, READ_ONLY)")


def relate(connection: duckdb.DuckDBPyConnection, spec: SystemSpec, contract: Contract) -> scanner.Relation:
    """The rows in SQL after FROM; numbers without declared precision come as text, for DOUBLE would round them."""
    query = query_of(contract, "postgres")
    if query is not None:
        server = f"({query}\n) AS asked"
        columns = _typed(connection, server)
    else:
        server = scanner.table_of(spec, contract)
        columns = _columns(connection, server)
    plain = query is None and not any(column.loose for column in columns)
    if not plain and columns:
        as_text = {column.name for column in columns if column.loose or column.nested}
        chosen = ", ".join(
            f"{column.name}::text AS {column.name}" if column.name in as_text else column.name for column in columns
        )
        server = f"(SELECT {chosen} FROM {server}) AS delivered"
    sql = f"{scanner.SOURCE}.{server}" if plain else _in_server(f"SELECT * FROM {server}")
    utf8 = bool(columns) and all(column.utf8 for column in columns)
    alike = bool(columns) and all(column.alike for column in columns)
    return scanner.Relation(sql, server, _figure if utf8 else None, alike)


@dataclass(frozen=True)
class _Column:
    """A column as the server has it: quoted name, whether a number of any precision, whether texts are UTF-8 there.

    alike: the scanner gives it one type, whether it is read by its table or by a query. nested: lists of lists, which
    it reads by the table alone.
    """

    name: str
    loose: bool
    utf8: bool
    alike: bool = True
    nested: bool = False


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[_Column]:
    asked = (
        "SELECT attname::text AS name, atttypid = 'numeric'::regtype AND atttypmod = -1 AS loose,"
        " current_setting('server_encoding') AS encoding,"
        f" (SELECT typname FROM pg_type WHERE oid = atttypid) IN ({ALIKE}) AS alike,"
        " attndims > 1 AS nested FROM pg_attribute"
        f" WHERE attrelid = to_regclass({literal(table)}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    found = connection.execute(f"FROM {_in_server(asked)}").fetchall()
    return [
        _Column(quote(str(name)), bool(loose), encoding == "UTF8", bool(alike), bool(nested))
        for name, loose, encoding, alike, nested in found
    ]


def _typed(connection: duckdb.DuckDBPyConnection, server: str) -> list[_Column]:
    """The columns of a query, typed by its first row; their precision is not known, so DOUBLE says 'numeric' there."""
    described = columns_of(connection, _in_server(f"SELECT * FROM {server}"))
    names = [quote(name) for name, _ in described]
    kinds = ", ".join(f"pg_typeof({name})::text AS k{place}" for place, name in enumerate(names))
    asked = f"SELECT current_setting('server_encoding') AS encoding, {kinds} FROM {server} LIMIT 1"
    rows = connection.execute(f"FROM {_in_server(asked)}").fetchall()
    encoding, *found = rows[0] if rows else ("", *("" for _ in names))
    typed = zip(names, described, found, strict=True)
    return [
        _Column(name, kind == "numeric" and duck == "DOUBLE", encoding == "UTF8") for name, (_, duck), kind in typed
    ]


def _figure(measure: Measure) -> str:
    """A measure of reconciliation in PostgreSQL's words, as text: its numbers are wider than DuckDB takes them."""
    column = quote(measure.source)
    match measure.sql:
        case reconciliation.SUM:
            # A sum of float4 is itself float4 there, and would lose what the lake keeps.
            return f"sum({column}::float8)::text" if measure.kind in ("FLOAT", "DOUBLE") else f"sum({column})::text"
        case reconciliation.BYTES:
            # The cast cuts the blanks that fill up character(n), as they are cut on the way here.
            return f"sum(octet_length({column}::text))::text"
        case _:
            return f"count({column})::text"


def _in_server(sql: str) -> str:
    return f"postgres_query({literal(scanner.SOURCE)}, {literal(sql)})"


KIND = scanner.Kind("postgres_scanner", attach, relate, ask=_in_server, port=PORT, marked=True)
