"""Databases that DuckDB reads directly (PostgreSQL, MySQL/MariaDB, SQLite): read-only, one consistent view.

Each kind says in its own file how it is attached and what its errors mean; the reading is the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import duckdb

from catalog.contracts import Contract
from catalog.errors import HubError, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import connect, literal, quote
from lake.reconciliation import measures
from lake.sources.delivery import Delivery, check_columns
from lake.sources.native import columns_of, projection, release, stream

Attach = Callable[[duckdb.DuckDBPyConnection, SystemSpec], None]
Relate = Callable[[duckdb.DuckDBPyConnection, SystemSpec, Contract], str]
SOURCE = "source"

REFUSED = ("authentication failed", "access denied", "permission denied", "no password supplied", "pg_hba.conf")
UNREACHABLE = (
    "unable to connect",
    "could not connect",
    "can't connect",
    "connection refused",
    "failed to connect",
    "timeout expired",
    "could not translate host",
    "unknown mysql server host",
    "server closed the connection",
    "lost connection",
    "gone away",
    "unable to open database",
    "cannot open file",
    "terminating connection",
    "ssl syscall",
    "connection reset",
    "no such file",
)


@dataclass(frozen=True)
class Kind:
    """How one kind of database is attached as `source`, and (where that is not plain) named in SQL after FROM."""

    extension: str
    attach: Attach
    relate: Relate | None = None


def read(kind: Kind, settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None) -> Delivery:
    """The rows of the contract's table; with mode 'incremental', those whose watermark lies after `since`.

    The upper end of the watermark is fixed before reading, in the same transaction, so nothing slips between.
    """
    connection = connect(settings, extensions=[kind.extension], keep_order=False, functions=False)
    try:
        kind.attach(connection, spec)
        connection.execute("BEGIN TRANSACTION READ ONLY")
        relation = (kind.relate or _plain)(connection, spec, contract)
        columns = columns_of(connection, relation)
        new = check_columns(contract, [name for name, _ in columns], contract.locator)
        condition, params, position = _window(connection, relation, contract, columns, since)
        figures = measures(columns, contract)
        asked = ", ".join(["count(*)", *(measure.at_source() for measure in figures)])
        counted, *told = connection.execute(f"SELECT {asked} FROM {relation}{condition}", params).fetchall()[0]
    except duckdb.Error as error:
        release(connection)
        raise sentence(contract, error) from None
    except HubError:
        release(connection)
        raise
    query = f"SELECT {projection(columns, contract)} FROM {relation}{condition}"
    reader = stream(connection, query, params, lambda error: sentence(contract, error))
    return Delivery(
        reader, position, new_columns=new, expected=int(counted), totals=dict(zip(figures, told, strict=True))
    )


def table_of(spec: SystemSpec, contract: Contract) -> str:
    """The contract's locator as a quoted name in the department's database: table, or schema.table."""
    schema, _, table = contract.locator.rpartition(".")
    schema = schema or str(spec.options.get("schema", ""))
    return ".".join(quote(part) for part in (schema, table) if part)


def _plain(_connection: duckdb.DuckDBPyConnection, spec: SystemSpec, contract: Contract) -> str:
    return f"{SOURCE}.{table_of(spec, contract)}"


def host_and_port(spec: SystemSpec, port: int) -> tuple[str, int, str]:
    """Host, port and database of a location kind://host:port/database."""
    parts = urlsplit(spec.location)
    return parts.hostname or "127.0.0.1", parts.port or port, parts.path.strip("/")


def secret_sql(kind: str, spec: SystemSpec, port: int) -> str:
    """CREATE SECRET with the login of `spec`: secrets keep passwords out of the texts an error could repeat."""
    host, at_port, database = host_and_port(spec, port)
    given = {
        "HOST": host,
        "PORT": str(at_port),
        "DATABASE": database,
        "USER": spec.secret.get("user", ""),
        "PASSWORD": spec.secret.get("password", ""),
    }
    parts = ", ".join(f"{name} {literal(value)}" for name, value in given.items() if value)
    return f"CREATE SECRET department (TYPE {kind}, {parts})"


def _window(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    contract: Contract,
    columns: Sequence[tuple[str, str]],
    since: str | None,
) -> tuple[str, list[object], str | None]:
    if contract.mode != "incremental" or not contract.watermark:
        return "", [], None
    name = _delivered_name(contract)
    kind = dict(columns).get(name, "VARCHAR")
    mark = quote(name)
    newest = connection.execute(f"SELECT max({mark})::VARCHAR FROM {relation}").fetchall()[0][0]
    if newest is None:
        return " WHERE false", [], since
    if since is None:
        # Rows without a watermark would never come by it, so the first load brings them.
        return f" WHERE {mark} <= CAST(? AS {kind}) OR {mark} IS NULL", [newest], newest
    return f" WHERE {mark} > CAST(? AS {kind}) AND {mark} <= CAST(? AS {kind})", [since, newest], newest


def _delivered_name(contract: Contract) -> str:
    """The watermark's column as delivered: contracts name the item, or the column itself."""
    for item in contract.items:
        if item.name == contract.watermark:
            return item.source_name or item.name
    return str(contract.watermark)


def sentence(contract: Contract, error: Exception) -> HubError:
    """What went wrong in the department's database, in words of ours: the engine's own may hold data."""
    said = str(error).lower()
    # Servers wrap "authentication failed" in "unable to connect", so the narrower cause is looked for first.
    if any(sign in said for sign in REFUSED):
        return _refused(contract)
    if any(sign in said for sign in UNREACHABLE):
        return _unreachable(contract)
    if "does not exist" in said:
        return _missing(contract)
    return _broken(contract)


def _refused(contract: Contract) -> SourceRefused:
    return SourceRefused(
        f"系统 {contract.system} 拒绝了登录或读取 {contract.locator}。请核对账号、口令和只读权限。",
        f"System {contract.system} refused the login, or reading {contract.locator}. Check account and rights.",
        code="source_refused",
        system=contract.system,
    )


def _unreachable(contract: Contract) -> SourceUnreachable:
    return SourceUnreachable(
        f"系统 {contract.system} 没有应答，或中途断开。请检查网络、地址和端口，恢复后重新运行。",
        f"System {contract.system} does not answer, or broke off. Check network, address and port, and run again.",
        code="source_unreachable",
        system=contract.system,
    )


def _missing(contract: Contract) -> SourceUnreadable:
    return SourceUnreadable(
        f"系统 {contract.system} 中没有表 {contract.locator}。请核对契约中的表名和账号可见的模式。",
        f"System {contract.system} has no table {contract.locator}. Check the name in the contract, and what the"
        " account can see.",
        code="source_table_missing",
        system=contract.system,
    )


def _broken(contract: Contract) -> SourceError:
    return SourceError(
        f"读取系统 {contract.system} 的 {contract.locator} 时出错。请检查该表的数据类型和服务器日志。",
        f"Reading {contract.locator} of system {contract.system} failed. Check its column types and the server's log.",
        code="source_failed",
        system=contract.system,
    )
