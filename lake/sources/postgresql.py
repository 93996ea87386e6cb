"""PostgreSQL and what speaks its wire protocol (KingbaseES, openGauss): through DuckDB's scanner, read-only."""

from pathlib import Path

import duckdb

from catalog.contracts import Contract
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import literal, quote
from lake.sources import scanner
from lake.sources.delivery import Delivery

PORT = 5432
STATEMENT_SECONDS = 1800
CONNECT_SECONDS = 10


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, keep: Path) -> Delivery:
    """Rows of a table or view. System options: schema, statement_seconds."""
    return scanner.read(scanner.Kind("postgres_scanner", attach, relate), settings, spec, contract, since=since)


def attach(connection: duckdb.DuckDBPyConnection, spec: SystemSpec) -> None:
    """Attach the database read-only; the server itself refuses writes and stops what runs too long."""
    connection.execute(scanner.secret_sql("postgres", spec, PORT))
    limit = int(spec.options.get("statement_seconds", STATEMENT_SECONDS)) * 1000
    options = f"-c default_transaction_read_only=on -c statement_timeout={limit}"
    given = literal(f"options='{options}' connect_timeout={CONNECT_SECONDS} application_name=shuniu")
    connection.execute(f"ATTACH {given} AS {scanner.SOURCE} (TYPE postgres, SECRET department, READ_ONLY)")


def relate(connection: duckdb.DuckDBPyConnection, spec: SystemSpec, contract: Contract) -> str:
    """The table in SQL after FROM; numbers without declared precision come as text, for DOUBLE would round them."""
    table = scanner.table_of(spec, contract)
    columns = _columns(connection, table)
    if not any(loose for _, loose in columns):
        return f"{scanner.SOURCE}.{table}"
    chosen = ", ".join(f"{quote(name)}::text AS {quote(name)}" if loose else quote(name) for name, loose in columns)
    return _in_server(f"SELECT {chosen} FROM {table}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, bool]]:
    asked = (
        "SELECT attname::text, atttypid = 'numeric'::regtype AND atttypmod = -1 FROM pg_attribute"
        f" WHERE attrelid = to_regclass({literal(table)}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    return [(str(name), bool(loose)) for name, loose in connection.execute(f"FROM {_in_server(asked)}").fetchall()]


def _in_server(sql: str) -> str:
    return f"postgres_query({literal(scanner.SOURCE)}, {literal(sql)})"
