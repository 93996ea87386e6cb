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
from lake.engines.duckdb import quote
from lake.sources.delivery import column_names

SUMMED = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"))
WIDEST = 30  # digits of a decimal whose sum over any table still fits into 38
SUM, BYTES, COUNT = "sum({c})", "sum(strlen({c}))", "count({c})"
CLOSE = 1e-9  # sums of floating-point numbers depend on the order of the rows


@dataclass(frozen=True)
class Measure:
    """One figure of one column: `source` as the database calls it, `name` as delivered, SQL with {c} for the column.

    kind: the column's DuckDB type.
    """

    source: str
    name: str
    sql: str
    kind: str = ""

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
            found.append(Measure(source, name, SUM, kind))
        elif name in keys and kind == "VARCHAR":
            found.append(Measure(source, name, BYTES, kind))
        if name in keys:
            found.append(Measure(source, name, COUNT, kind))
    return tuple(found)


def reconciled(contract: Contract, source: str, found: Sequence[str], *, numbers: int) -> list[str]:
    """Of the measures `found` for a column those that are taken: its first `numbers`, and all of a key."""
    if contract.options.get("reconcile") == "count":
        return []
    key = any(item.key and source in (item.source_name, item.name) for item in contract.items)
    return list(found) if key else list(found[:numbers])


def told(measure: Measure, text: str | None) -> Any:
    """A figure that a server gave as text, as the number it is."""
    if text is None:
        return None
    return float(text) if measure.kind in ("FLOAT", "DOUBLE") and measure.sql == SUM else Decimal(text)


def differing(totals: Totals, stored: Sequence[Any]) -> tuple[str, ...]:
    """Columns whose figures as `stored` (in the order of `totals`) are not those of the source, in their order."""
    pairs = zip(totals.items(), stored, strict=True)
    return tuple(dict.fromkeys(measure.name for (measure, told), found in pairs if not _same(told, found)))


def check(contract: Contract, totals: Totals, stored: Sequence[Any]) -> int:
    """How many columns agree; raises BatchHeld naming those that do not."""
    wrong = differing(totals, stored)
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
    return len({measure.name for measure in totals})


def check_count(contract: Contract, expected: int, stored: int) -> None:
    """Raise BatchHeld unless as many rows are stored as the source counted."""
    if expected == stored:
        return
    raise BatchHeld(
        f"数据集 {contract.dataset} 对账不符：来源 {expected} 行，入湖 {stored} 行。本批次未入湖，请重新运行。",
        f"The counts of {contract.dataset} differ: {expected} rows at the source, {stored} stored. The batch was not"
        " taken; run again.",
        code="count_differs",
        dataset=contract.dataset,
        source_rows=expected,
        stored_rows=stored,
    )


def _summed(kind: str) -> bool:
    decimal = re.fullmatch(r"DECIMAL\((\d+),\d+\)", kind)
    return kind in SUMMED or (decimal is not None and int(decimal.group(1)) <= WIDEST)


def _same(told: Any, found: Any) -> bool:
    if isinstance(told, float) and isinstance(found, float | int | Decimal):
        both_odd = math.isnan(told) and math.isnan(float(found))
        return both_odd or math.isclose(told, float(found), rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(told == found)
