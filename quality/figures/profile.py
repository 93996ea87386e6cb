"""What a table looks like, in one scan: how full, how varied, how long, how spread its columns are. Never a value.

Profiles of published versions are kept in the lake (Layout.profile), so that the next delivery can be held against
the last (drift.py). A spread is counted in bins that give no value away: years of dates, magnitudes of numbers,
lengths of texts, and for texts of few values 32 numbered buckets.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout
from lake.profile import EXACT_ROWS
from quality.rules.rule import quoted

FEW = 64
"""Texts of no more distinct values than this are counted by value, the others by length."""

_STORED = pa.schema(
    [
        ("version", pa.int64()),
        ("profiled_at", pa.timestamp("us", "UTC")),
        ("rows", pa.int64()),
        ("position", pa.int64()),
        ("name", pa.string()),
        ("type", pa.string()),
        ("nulls", pa.int64()),
        ("distinct", pa.int64()),
        ("shortest", pa.int64()),
        ("longest", pa.int64()),
        ("spread", pa.string()),
        ("bins", pa.string()),
    ]
)
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class ColumnProfile:
    """One column of `rows` rows. Lengths in characters (or bytes).

    `spread` says what `bins` count: year, magnitude, length or value; only bins of the same kind can be compared.
    """

    name: str
    type: str
    rows: int
    nulls: int
    distinct: int
    shortest: int | None
    longest: int | None
    spread: str
    bins: Mapping[str, int] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """Is `distinct` counted, and not estimated (HyperLogLog)? Only tables longer than EXACT_ROWS are estimated."""
        return self.rows <= EXACT_ROWS

    @property
    def filled(self) -> float | None:
        """Share of rows that have a value; None for a table without rows."""
        return (self.rows - self.nulls) / self.rows if self.rows else None

    @property
    def distinct_share(self) -> float | None:
        """Distinct values per filled row; None where no row is filled."""
        return self.distinct / (self.rows - self.nulls) if self.rows > self.nulls else None


@dataclass(frozen=True)
class Profile:
    """All columns of one version of a table."""

    version: int
    profiled_at: datetime
    columns: tuple[ColumnProfile, ...]


def measure(connection: Any, relation: str) -> tuple[ColumnProfile, ...]:
    """Every column of `relation` but the hub's own (`_row`, ...), in order; all figures from the same scan."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    columns = [(name, kind) for name, kind, *_ in described if not name.startswith("_")]
    if not columns:
        return ()
    rows = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    measures = ", ".join(_measures(name, kind, exact=rows <= EXACT_ROWS) for name, kind in columns)
    (found,) = connection.execute(f"SELECT count(*), {measures} FROM {relation}").fetchall()
    figures = iter(found[1:])
    return tuple(_column(name, kind, found[0], [next(figures) for _ in range(6)]) for name, kind in columns)


def take(settings: Settings, dataset: str, uri: str, *, now: datetime) -> Profile:
    """Profile the newest version of the table at `uri` and keep it; the same version again changes nothing.

    Raises NotFound when there is no such table.
    """
    version = tables.version(uri, settings=settings) or 0
    with connect(settings, keep_order=False) as connection:
        made = Profile(version, now, measure(connection, tables.scan(uri, settings=settings)))
    kept, run_id = Layout(settings.lake_url).profile(dataset), f"{dataset}@{version}:profile"
    tables.write(kept, _rows(made), mode="append", run_id=run_id, settings=settings)
    return made


def newest(settings: Settings, dataset: str, *, count: int = 1) -> tuple[Profile, ...]:
    """The last `count` profiles of a dataset, the newest first; none when nothing of it was published yet."""
    uri = Layout(settings.lake_url).profile(dataset)
    if tables.version(uri, settings=settings) is None:
        return ()
    source = tables.scan(uri, settings=settings)
    query = (
        f"SELECT * FROM {source} WHERE profiled_at IN (SELECT DISTINCT profiled_at FROM {source} "
        "ORDER BY profiled_at DESC LIMIT $1) ORDER BY profiled_at DESC, position"
    )
    with connect(settings, functions=False) as connection:
        rows = connection.execute(query, [count]).to_arrow_table().to_pylist()
    profiles: dict[datetime, list[dict[str, Any]]] = {}
    for row in rows:
        profiles.setdefault(row["profiled_at"], []).append(row)
    return tuple(Profile(found[0]["version"], at, tuple(map(_stored, found))) for at, found in profiles.items())


def _measures(name: str, kind: str, *, exact: bool) -> str:
    column = quoted(name)
    distinct = f"count(DISTINCT {column})" if exact else f"approx_count_distinct({column})"
    length = f"octet_length({column})" if kind == "BLOB" else f"length({column}::VARCHAR)"
    values = f"hash({column}) % 32" if kind == "VARCHAR" else "NULL"
    return (
        f"count({column}), {distinct}, min({length}), max({length}), "
        f"histogram({_bin(column, kind)}) FILTER ({column} IS NOT NULL), "
        f"histogram({values}) FILTER ({column} IS NOT NULL)"
    )


def _bin(column: str, kind: str) -> str:
    if kind.startswith(("DATE", "TIMESTAMP")):
        return f"year({column})"
    if kind.startswith(_NUMBERS):
        return f"CASE WHEN {column} = 0 THEN 0 ELSE (sign({column}) * (64 + floor(log2(abs({column})))))::INTEGER END"
    if kind == "BLOB":
        return f"floor(log2(octet_length({column}) + 1))::INTEGER"
    return f"least(length({column}::VARCHAR), 60)"


def _column(name: str, kind: str, rows: int, figures: Sequence[Any]) -> ColumnProfile:
    filled, distinct, shortest, longest, bins, values = figures
    by_value = kind == "VARCHAR" and distinct <= FEW
    spread = "value" if by_value else _spread(kind)
    counted = {str(label): int(count) for label, count in sorted(((values if by_value else bins) or {}).items())}
    return ColumnProfile(name, kind, rows, rows - filled, min(distinct, filled), shortest, longest, spread, counted)


def _spread(kind: str) -> str:
    if kind.startswith(("DATE", "TIMESTAMP")):
        return "year"
    return "magnitude" if kind.startswith((*_NUMBERS, "BLOB")) else "length"


def _rows(profile: Profile) -> pa.Table:
    lines = [
        {
            "version": profile.version,
            "profiled_at": profile.profiled_at,
            "rows": column.rows,
            "position": place,
            **{name: getattr(column, name) for name in ("name", "type", "nulls", "distinct", "shortest", "longest")},
            "spread": column.spread,
            "bins": json.dumps(dict(column.bins)),
        }
        for place, column in enumerate(profile.columns)
    ]
    return pa.Table.from_pylist(lines, _STORED)


def _stored(row: Mapping[str, Any]) -> ColumnProfile:
    names = ("name", "type", "rows", "nulls", "distinct", "shortest", "longest", "spread")
    return ColumnProfile(**{name: row[name] for name in names}, bins=json.loads(row["bins"]))
