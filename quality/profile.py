"""A thin profile of a table in one scan: how full, how varied, how long its columns are. Never a value itself."""

from dataclasses import dataclass

from catalog.settings import Settings
from lake import tables
from lake.engines.duckdb import connect
from quality.rules import quoted


@dataclass(frozen=True)
class ColumnProfile:
    """One column of `rows` rows. `distinct` is approximate (HyperLogLog); lengths in characters (or bytes)."""

    name: str
    rows: int
    nulls: int
    distinct: int
    shortest: int | None
    longest: int | None

    @property
    def filled(self) -> float | None:
        """Share of rows that have a value; None for a table without rows."""
        return (self.rows - self.nulls) / self.rows if self.rows else None


def profile(settings: Settings, uri: str, version: int | None = None) -> tuple[ColumnProfile, ...]:
    """Every column but the hub's own (`_row`, `_batch`, ...), in order; all figures from the same scan.

    Raises NotFound when there is no such table or version.
    """
    source = tables.scan(uri, version, settings=settings)
    with connect(settings, keep_order=False) as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        columns = [(name, kind) for name, kind, *_ in described if not name.startswith("_")]
        if not columns:
            return ()
        measures = ", ".join(_measures(name, kind) for name, kind in columns)
        (found,) = connection.execute(f"SELECT count(*), {measures} FROM {source}").fetchall()
    rows, figures = found[0], iter(found[1:])
    return tuple(_column(name, rows, *(next(figures) for _ in range(4))) for name, _ in columns)


def _measures(name: str, kind: str) -> str:
    column = quoted(name)
    length = f"octet_length({column})" if kind == "BLOB" else f"length({column}::VARCHAR)"
    return f"count({column}), approx_count_distinct({column}), min({length}), max({length})"


def _column(
    name: str, rows: int, filled: int, distinct: int, shortest: int | None, longest: int | None
) -> ColumnProfile:
    return ColumnProfile(name, rows, rows - filled, min(distinct, filled), shortest, longest)
