"""对账: what a database counts and sums of its own rows, held against the files the rows were written to.

Sums are taken of numbers, filled values and their bytes of key columns: one SQL at the source, in the transaction the
rows are read in, and one over the files. A sentence names columns, never a sum: that of one row is its value.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.contracts import Contract
from catalog.errors import BatchHeld
from catalog.settings import Settings
from lake.engines.duckdb import connect, literal, quote
from lake.sources.delivery import column_names

SUMMED = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"))
WIDEST = 30  # digits of a decimal whose sum over any table still fits into 38
CLOSE = 1e-9  # sums of floating-point numbers depend on the order of the rows


@dataclass(frozen=True)
class Measure:
    """One figure of one column: `source` as the database calls it, `name` as delivered, SQL with {c} for the column."""

    source: str
    name: str
    sql: str

    def at_source(self) -> str:
        """SQL over the database's table."""
        return self.sql.replace("{c}", quote(self.source))

    def in_lake(self) -> str:
        """SQL over the delivered rows."""
        return self.sql.replace("{c}", quote(self.name))


Totals = Mapping[Measure, Any]


def measures(columns: Sequence[tuple[str, str]], contract: Contract) -> tuple[Measure, ...]:
    """What to compare of columns (name, DuckDB type): keys and numbers; none with contract option reconcile: count."""
    if contract.options.get("reconcile") == "count":
        return ()
    keys = {item.source_name or item.name for item in contract.items if item.key}
    found: list[Measure] = []
    names = column_names(name for name, _ in columns)
    for (source, kind), name in zip(columns, names, strict=True):
        if _summed(kind):
            found.append(Measure(source, name, "sum({c})"))
        elif name in keys and kind == "VARCHAR":
            found.append(Measure(source, name, "sum(strlen({c}))"))
        if name in keys:
            found.append(Measure(source, name, "count({c})"))
    return tuple(found)


def differing(settings: Settings, files: Sequence[str], totals: Totals) -> tuple[str, ...]:
    """Columns whose figures over the Parquet `files` are not those of the source, in their order."""
    if not totals or not files:
        return ()
    asked = ", ".join(measure.in_lake() for measure in totals)
    places = ", ".join(map(literal, files))
    with connect(settings, functions=False) as connection:
        stored = connection.execute(f"SELECT {asked} FROM read_parquet([{places}])").fetchall()[0]
    pairs = zip(totals.items(), stored, strict=True)
    return tuple(dict.fromkeys(measure.name for (measure, told), found in pairs if not _same(told, found)))


def check(settings: Settings, contract: Contract, files: Sequence[str], totals: Totals) -> int:
    """How many columns agree; raises BatchHeld naming those that do not."""
    wrong = differing(settings, files, totals)
    if wrong:
        listed = "、".join(wrong)
        raise BatchHeld(
            f"数据集 {contract.dataset} 对账不符：列 {listed} 的合计与来源不同。"
            "本批次未入湖，请核对该列类型后重新运行。",
            f"Sums of {contract.dataset} differ from the source in: {', '.join(wrong)}. The batch was not taken; check"
            " the types of these columns and run again.",
            code="sums_differ",
            dataset=contract.dataset,
            columns=list(wrong),
        )
    return len({measure.name for measure in totals}) if files else 0


def _summed(kind: str) -> bool:
    decimal = re.fullmatch(r"DECIMAL\((\d+),\d+\)", kind)
    return kind in SUMMED or (decimal is not None and int(decimal.group(1)) <= WIDEST)


def _same(told: Any, found: Any) -> bool:
    if isinstance(told, float) and isinstance(found, float | int | Decimal):
        both_odd = math.isnan(told) and math.isnan(float(found))
        return both_odd or math.isclose(told, float(found), rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(told == found)
