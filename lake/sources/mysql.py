"""MySQL and MariaDB: through DuckDB's scanner, read-only."""

from pathlib import Path

import duckdb

from catalog.contracts import Contract
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.sources.databases import scanner
from lake.sources.delivery import Delivery

PORT = 3306


def read(
    settings: Settings,
    spec: SystemSpec,
    contract: Contract,
    *,
    since: str | None,
    keep: Path,
    begun: scanner.Begun | None = None,
) -> Delivery:
    """Rows of a table, a view, or the contract's query. System option: statement_seconds."""
    return scanner.read(KIND, settings, spec, contract, since=since, begun=begun)


def attach(connection: duckdb.DuckDBPyConnection, spec: SystemSpec, _mark: int = 0) -> None:
    """Attach the database read-only, one-digit numbers as numbers (not as truth values). Its lines take no mark."""
    connection.execute(scanner.secret_sql("mysql", spec, PORT))
    connection.execute("SET GLOBAL mysql_tinyint1_as_boolean = false")
    connection.execute(f"ATTACH '' AS {scanner.SOURCE} (TYPE mysql, SECRET department, READ_ONLY)")


KIND = scanner.Kind("mysql_scanner", attach, scanner.asked_in("mysql_query", "mysql"), port=PORT)
