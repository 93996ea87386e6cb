"""PostgreSQL and what speaks its wire protocol (KingbaseES, openGauss): through DuckDB's scanner, read-only."""

import duckdb

from catalog.contracts import Contract
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import literal
from lake.sources import scanner
from lake.sources.delivery import Delivery

PORT = 5432
STATEMENT_SECONDS = 1800
CONNECT_SECONDS = 10


def read(settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None) -> Delivery:
    """Rows of a table or view. System options: schema, statement_seconds."""
    return scanner.read(scanner.Kind("postgres_scanner", attach), settings, spec, contract, since=since)


def attach(connection: duckdb.DuckDBPyConnection, spec: SystemSpec) -> None:
    """Attach the database read-only; the server itself refuses writes and stops what runs too long."""
    connection.execute(scanner.secret_sql("postgres", spec, PORT))
    limit = int(spec.options.get("statement_seconds", STATEMENT_SECONDS)) * 1000
    options = f"-c default_transaction_read_only=on -c statement_timeout={limit}"
    given = literal(f"options='{options}' connect_timeout={CONNECT_SECONDS} application_name=shuniu")
    connection.execute(f"ATTACH {given} AS {scanner.SOURCE} (TYPE postgres, SECRET department, READ_ONLY)")
