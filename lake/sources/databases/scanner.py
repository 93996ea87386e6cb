"""Databases that DuckDB reads directly (PostgreSQL, MySQL/MariaDB, SQLite): read-only, one consistent view.

Each kind says in its own file how it is attached and what its errors mean; the reading is the same.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlsplit

import duckdb

from catalog.contracts import Contract
from catalog.errors import HubError
from catalog.read_options import whole
from catalog.settings import Settings
from catalog.systems import SystemSpec
from lake.engines.duckdb import connect, literal, quote
from lake.loading.reconciliation import Measure, Totals, measures, told
from lake.sources.databases.custom import query_of
from lake.sources.databases.limits import STATEMENT_SECONDS, limit
from lake.sources.databases.lines import Lines
from lake.sources.databases.native import columns_of, delivered, leave, projection, release
from lake.sources.databases.sentences import sentence
from lake.sources.databases.window import Window, due, watermark
from lake.sources.delivery import Delivery, Native, check_columns

Attach = Callable[[duckdb.DuckDBPyConnection, SystemSpec, int], None]
Relate = Callable[[duckdb.DuckDBPyConnection, SystemSpec, Contract], "Relation"]
SOURCE = "source"
FEW_ROWS = 50_000  # from here on a second thread is worth what it burns


@dataclass(frozen=True)
class Relation:
    """The rows asked for: `sql` as DuckDB has them after FROM, `server` the same in the server's own SQL.

    figures: reconciliation's measure -> the server's own SQL for it, as text; None: DuckDB sums what it is sent.
    alike: the server's own SQL gives every column the type it has by `sql`, so that either may be read.
    """

    sql: str
    server: str | None = None
    figures: Callable[[Measure], str] | None = None
    alike: bool = False


@dataclass(frozen=True)
class Kind:
    """How one kind of database is attached as `source`, and (where that is not plain) named in SQL after FROM.

    attach: gets the mark to put on every line it opens (lines.py), where `marked` says that it can. ask: SQL of the
    server's own -> its answer as DuckDB has it after FROM, in the same transaction. port: the usual one of its servers;
    None for a file.
    """

    extension: str
    attach: Attach
    relate: Relate | None = None
    ask: Callable[[str], str] | None = None
    port: int | None = None
    marked: bool = False


@dataclass(frozen=True)
class Reached:
    """A department's table or query, described in a transaction that sees one moment of its database.

    asked: how the server's own SQL is put to it, where it gives the same types. left, end: see delivery.Native.
    """

    connection: duckdb.DuckDBPyConnection
    relation: Relation
    asked: Callable[[str], str] | None
    columns: Sequence[tuple[str, str]]
    new: tuple[str, ...]
    left: Callable[[], None]
    end: Callable[[], None]


class Begun:
    """Reaching a database while something else is asked: connecting and describing take as long as that does."""

    def __init__(self, kind: Kind, settings: Settings, spec: SystemSpec, contract: Contract) -> None:
        self._reached: Future[Reached] = Future()
        Thread(target=self._reach, args=(kind, settings, spec, contract), daemon=True).start()

    def _reach(self, kind: Kind, settings: Settings, spec: SystemSpec, contract: Contract) -> None:
        try:
            self._reached.set_result(_reach(kind, settings, spec, contract))
        except BaseException as error:  # whoever asks for the result gets it
            self._reached.set_exception(error)

    def result(self) -> Reached:
        """What was reached. Raises what reaching it raised."""
        return self._reached.result()

    def leave(self) -> None:
        """Let go of the database, reached or not."""
        if self._reached.exception() is None:
            self._reached.result().end()


def read(
    kind: Kind, settings: Settings, spec: SystemSpec, contract: Contract, *, since: str | None, begun: Begun | None
) -> Delivery:
    """The rows of the contract's table; with mode 'incremental', those whose watermark lies after `since`.

    The upper end of the watermark is fixed before reading, in the same transaction, so nothing slips between.
    """
    reached = begun.result() if begun else _reach(kind, settings, spec, contract)
    connection, relation, columns = reached.connection, reached.relation, reached.columns
    try:
        window = _window(connection, kind, relation, contract, since)
        condition = _condition(window, columns)
        figures = measures(columns, contract)
        counted, told = _told(connection, kind, relation, window, figures, condition)
        if relation.figures and counted > FEW_ROWS:
            _use(connection, threads=settings.threads)
    except duckdb.Error as error:
        reached.end()
        raise sentence(contract, error) from None
    except HubError:
        reached.end()
        raise
    rows = f"{relation.sql}{condition}"
    if reached.asked and window.narrow:
        rows = reached.asked(f"SELECT * FROM {relation.server}{_at_server(window)}")
    query = f"SELECT {projection(columns, contract)} FROM {rows}"
    native = Native(connection, query, lambda error: sentence(contract, error), reached.left, reached.end)
    reader, native = delivered(native, columns, contract)
    return Delivery(reader, window.position, new_columns=reached.new, expected=counted, totals=told, native=native)


def _reach(kind: Kind, settings: Settings, spec: SystemSpec, contract: Contract) -> Reached:
    """Connect, begin, and describe what is to be read."""
    seconds = whole(spec.options, "statement_seconds", STATEMENT_SECONDS)
    connection = connect(settings, extensions=[kind.extension], keep_order=False, functions=False)
    lines = None if kind.port is None else Lines(*host_and_port(spec, kind.port)[:2], marked=kind.marked)
    left, end = _limited(connection, lines, seconds)
    try:
        kind.attach(connection, spec, lines.mark if lines else 0)
        if lines:
            lines.attached()
        connection.execute("BEGIN TRANSACTION")
        relation = (kind.relate or _plain)(connection, spec, contract)
        if relation.figures:
            _use(connection, threads=1)
        asked = kind.ask if relation.alike else None
        # Describing what the server is asked costs one question; by the table's name the scanner fetches the
        # description of every table the department has.
        described = asked(f"SELECT * FROM {relation.server}") if asked else relation.sql
        columns = columns_of(connection, described)
        new = check_columns(contract, [name for name, _ in columns], contract.locator)
    except duckdb.Error as error:
        end()
        raise sentence(contract, error) from None
    except HubError:
        end()
        raise
    return Reached(connection, relation, asked, columns, new, left, end)


def _limited(
    connection: duckdb.DuckDBPyConnection, lines: Lines | None, seconds: int
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Let `connection` work for so many seconds at most; the ways to leave and to end it before."""
    done = limit(connection, seconds, lines)

    def left() -> None:
        leave(connection, SOURCE)  # that, too, may meet a server that says nothing: the limit holds until it is over
        done()

    def end() -> None:
        release(connection)
        done()

    return left, end


def _use(connection: duckdb.DuckDBPyConnection, *, threads: int) -> None:
    """How many threads work from here on: while the server thinks, a second one only burns what the server needs."""
    connection.execute(f"SET threads = {threads}")


def _told(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    relation: Relation,
    window: Window,
    figures: Sequence[Measure],
    condition: str,
) -> tuple[int, Totals]:
    """Rows and figures as the source has them: summed by the server where it can, else over what it sends."""
    if kind.ask and relation.server and relation.figures:
        asked = [f"{relation.figures(measure)} AS f{place}" for place, measure in enumerate(figures)]
        sql = f"SELECT {', '.join(['count(*) AS counted', *asked])} FROM {relation.server}{_at_server(window)}"
        counted, *texts = connection.execute(f"FROM {kind.ask(sql)}").fetchall()[0]
        return int(counted), {one: told(one, text) for one, text in zip(figures, texts, strict=True)}
    listed = ", ".join(["count(*)", *(measure.at_source() for measure in figures)])
    counted, *found = connection.execute(f"SELECT {listed} FROM {relation.sql}{condition}").fetchall()[0]
    return int(counted), dict(zip(figures, found, strict=True))


def table_of(spec: SystemSpec, contract: Contract) -> str:
    """The contract's locator as a quoted name in the department's database: table, or schema.table."""
    schema, _, table = contract.locator.rpartition(".")
    schema = schema or str(spec.options.get("schema", ""))
    return ".".join(quote(part) for part in (schema, table) if part)


def asked_in(function: str, dialect: str) -> Relate:
    """A Relate for a table, or for the contract's query by the extension's own `function`(source, SQL)."""

    def relate(connection: duckdb.DuckDBPyConnection, spec: SystemSpec, contract: Contract) -> Relation:
        query = query_of(contract, dialect)
        if query is None:
            return _plain(connection, spec, contract)
        return Relation(f"{function}({literal(SOURCE)}, {literal(query)})")

    return relate


def _plain(_connection: duckdb.DuckDBPyConnection, spec: SystemSpec, contract: Contract) -> Relation:
    return Relation(f"{SOURCE}.{table_of(spec, contract)}")


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
    connection: duckdb.DuckDBPyConnection, kind: Kind, relation: Relation, contract: Contract, since: str | None
) -> Window:
    column = watermark(contract)
    if column is None:
        return Window()
    if kind.ask and relation.server:
        asked = f"FROM {kind.ask(f'SELECT max({quote(column)})::text AS newest FROM {relation.server}')}"
    else:
        asked = f"SELECT max({quote(column)})::VARCHAR FROM {relation.sql}"
    return due(contract, column, since, connection.execute(asked).fetchall()[0][0])


def _condition(window: Window, columns: Sequence[tuple[str, str]]) -> str:
    """WHERE in DuckDB's SQL. Positions are quoted, no parameters: given one, DuckDB imports pandas, a second's work."""
    if window.column is None or window.empty:
        return " WHERE false" if window.empty else ""
    mark, kind = quote(window.column), dict(columns).get(window.column, "VARCHAR")
    if window.day is not None:
        first, following = (f"CAST({literal(end)} AS {kind})" for end in window.day)
        return f" WHERE {mark} >= {first} AND {mark} < {following}"
    up_to = f"CAST({literal(window.up_to or '')} AS {kind})"
    if window.after is None:
        # Rows without a watermark would never come by it, so the first load brings them.
        return f" WHERE {mark} <= {up_to} OR {mark} IS NULL"
    return f" WHERE {mark} > CAST({literal(window.after)} AS {kind}) AND {mark} <= {up_to}"


def _at_server(window: Window) -> str:
    """The same in the server's SQL: a quoted text takes the type of the column it is compared with."""
    if window.column is None or window.empty:
        return " WHERE false" if window.empty else ""
    mark, up_to = quote(window.column), literal(window.up_to or "")
    if window.day is not None:
        return f" WHERE {mark} >= {literal(window.day[0])} AND {mark} < {literal(window.day[1])}"
    if window.after is None:
        return f" WHERE {mark} <= {up_to} OR {mark} IS NULL"
    return f" WHERE {mark} > {literal(window.after)} AND {mark} <= {up_to}"
