"""SQLite files, opened read-only through DuckDB's scanner. Every column comes as text: SQLite keeps no types."""

from pathlib import Path

import duckdb

from catalog.contracts import Contract
from catalog.errors import SourceUnreachable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import literal
from lake.sources.databases import scanner
from lake.sources.delivery import Delivery


def read(
    settings: Settings,
    spec: SystemSpec,
    contract: Contract,
    *,
    since: str | None,
    keep: Path,
    begun: scanner.Begun | None = None,
) -> Delivery:
    """Rows of a table, a view, or the contract's query, in the file at the system's location."""
    if not Path(place(spec)).is_file():
        raise SourceUnreachable(
            f"找不到系统 {contract.system} 的数据库文件。请检查登记的位置和挂载。",
            f"The database file of system {contract.system} is not there. Check its location and mounts.",
            code="source_unreachable",
            system=contract.system,
        )
    return scanner.read(KIND, settings, spec, contract, since=since, begun=begun)


def place(spec: SystemSpec) -> str:
    """The file a location names, with or without sqlite:// before it."""
    return spec.location.removeprefix("sqlite:///").removeprefix("sqlite://")


def attach(connection: duckdb.DuckDBPyConnection, spec: SystemSpec, _mark: int = 0) -> None:
    """Attach the file read-only: no line is opened."""
    connection.execute("SET GLOBAL sqlite_all_varchar = true")
    connection.execute(f"ATTACH {literal(place(spec))} AS {scanner.SOURCE} (TYPE sqlite, READ_ONLY)")


KIND = scanner.Kind("sqlite_scanner", attach, scanner.asked_in("sqlite_query", "sqlite"))
