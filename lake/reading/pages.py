"""One page of a published version as a recipient may have it: projection, masks, filter and order run inside DuckDB.

Pages follow each other by key (granted, unmasked key items) or, where the key is hidden, by a digest of the shown
values: the order of the file would betray what is hidden. Whoever calls has decided what may be shown.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from catalog.errors import Unavailable
from catalog.settings import Settings
from lake import tables
from lake.delta.relation import relation
from lake.engines.duckdb import connect, quote
from lake.reading.projection import Projection

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: at the first row not below `values` (none: the start), after `skip` rows."""

    values: tuple[Any, ...] = ()
    skip: int = 0


@dataclass(frozen=True)
class Page:
    """Rows as shown, by name, and where the next page begins (None: this was the last)."""

    rows: list[dict[str, Any]]
    following: Cursor | None


class Pages:
    """A process's reader: one database, one cursor per call. Safe to share between threads."""

    def __init__(self, settings: Settings, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._settings = settings
        self._timeout = timeout
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None

    def page(
        self,
        *,
        uri: str,
        version: int,
        projection: Projection,
        order: Sequence[str],
        keyset: bool,
        start: Cursor,
        limit: int,
    ) -> Page:
        """At most `limit` rows of one table version from `start`. order: source columns, none: by digest of the row.

        keyset: the order columns are never empty and may be compared to find the start; otherwise rows are counted.
        Raises Unavailable when reading takes too long, NotFound when the version is gone.
        """
        source = tables.scan(uri, version, settings=self._settings)
        text, params = _statement(source, projection, order=order, keyset=keyset, start=start, limit=limit)
        names = [name for name, _ in projection.columns]
        found = self._run(text, params)
        rows = [dict(zip(names, row, strict=False)) for row in found[:limit]]
        if len(found) <= limit:
            return Page(rows, None)
        return Page(rows, _following(found[:limit], len(names), start, keyset=keyset or not order))

    def exists(self, *, uri: str, version: int, projection: Projection) -> bool:
        """Whether any row of the version meets the projection's condition."""
        source = tables.scan(uri, version, settings=self._settings)
        text = f"SELECT 1 FROM {source} AS source WHERE {projection.where or 'true'} LIMIT 1"
        return bool(self._run(text, projection.params))

    def schema(self, *, uri: str, version: int, projection: Projection) -> pa.Schema:
        """The columns of the projection as Arrow types; no row is read."""
        source = relation(tables.schema(uri, version, settings=self._settings), (), ())
        text, params = _statement(source, projection, order=(), keyset=False, start=Cursor(), limit=0)
        cursor = self._open().cursor()
        try:
            found: pa.Schema = cursor.execute(text, params).to_arrow_table().schema
        finally:
            cursor.close()
        return found.remove(len(found) - 1)  # the digest that orders rows is not shown

    def _run(self, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        cursor = self._open().cursor()
        watch = threading.Timer(self._timeout, cursor.interrupt)
        watch.daemon = True
        watch.start()
        try:
            return cursor.execute(text, dict(params)).fetchall()
        except duckdb.InterruptException:
            raise Unavailable(
                "读取用时过长，已中止。请减少数据项或增加筛选条件。",
                "Reading took too long and was stopped. Ask for fewer items or filter more.",
                code="read_timeout",
            ) from None
        finally:
            watch.cancel()
            cursor.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._database is None:
                self._database = connect(self._settings)
            return self._database


def _statement(
    source: str, projection: Projection, *, order: Sequence[str], keyset: bool, start: Cursor, limit: int
) -> tuple[str, dict[str, Any]]:
    params = dict(projection.params)
    shown = ", ".join(f"{sql} AS {quote(name)}" for name, sql in projection.columns)
    ordering = "".join(f", {quote(name)} AS _o{number}" for number, name in enumerate(order))
    conditions = [f"({projection.where})"] if projection.where else []
    if order and keyset:
        conditions += _from(start, [quote(name) for name in order], params)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    inner = f"SELECT {shown}{ordering} FROM {source} AS source{where}"
    if order:
        by = ", ".join(f"_o{number}" for number in range(len(order)))
        # Counted pages break ties by the digest of what is shown, so that they never repeat or lose a row.
        ties = "" if keyset else f", {_digest(projection)}"
        text = f"SELECT * FROM ({inner}) AS shown ORDER BY {by}{ties}"
    else:
        later = _from(start, ["_o0"], params)
        text = f"SELECT * FROM (SELECT *, {_digest(projection)} AS _o0 FROM ({inner}) AS shown) AS digested"
        text += f" WHERE {later[0]} ORDER BY _o0" if later else " ORDER BY _o0"
    params |= {"_limit": limit + 1, "_skip": start.skip}
    return f"{text} LIMIT $_limit OFFSET $_skip", params


def _digest(projection: Projection) -> str:
    return f"md5(CAST(row({', '.join(quote(name) for name, _ in projection.columns)}) AS VARCHAR))"


def _from(start: Cursor, columns: Sequence[str], params: dict[str, Any]) -> list[str]:
    """Conditions for rows not below `start`; on the first column also alone, which lets files be skipped."""
    if not start.values:
        return []
    names = [f"_a{number}" for number in range(len(columns))]
    params |= dict(zip(names, start.values, strict=True))
    first = f"({columns[0]} >= ${names[0]})"
    if len(columns) == 1:
        return [first]
    return [first, f"(({', '.join(columns)}) >= ({', '.join(f'${name}' for name in names)}))"]


def _following(rows: Sequence[tuple[Any, ...]], shown: int, start: Cursor, *, keyset: bool) -> Cursor:
    if not keyset:
        return Cursor((), start.skip + len(rows))
    last = rows[-1][shown:]
    ties = sum(1 for row in rows if row[shown:] == last)
    before = start.skip if ties == len(rows) and last == start.values else 0
    return Cursor(tuple(last), ties + before)
