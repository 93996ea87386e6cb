"""Rules on a delivery as a whole: is there anything in it, is it much smaller than the last one, did it come in time.

Pure: what was accepted last comes in as History. The SQL is an aggregate over {rows}, TRUE when the delivery is bad.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.contracts import Contract
from quality.rules.rule import GBT_36344, Rule, Severity, wall_clock

SMALLEST_SHARE = 0.7
"""A full delivery with fewer rows than this share of the last accepted one is reported."""

CYCLES: dict[str, timedelta] = {
    "realtime": timedelta(minutes=5),
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
    "quarterly": timedelta(days=92),
    "yearly": timedelta(days=366),
}
"""Longest promised time between two deliveries, by update cycle (更新周期)."""

_GRACE = 1.25
_OTHER_NAMES = {"annual": "yearly", "annually": "yearly", "real-time": "realtime", "quarter": "quarterly"}


@dataclass(frozen=True)
class History:
    """What is known of the last accepted delivery; empty for the first one.

    left_out: rows of the one to be judged that came and are not there, because they were erased persons'.
    """

    rows: int | None = None
    judged_at: datetime | None = None
    left_out: int = 0


def dataset_rules(contract: Contract, history: History) -> Iterator[Rule]:
    """The rules on a whole delivery of `contract`."""
    if contract.mode == "snapshot":
        yield _rule(
            contract,
            "dataset.not_empty",
            "FALSE" if history.left_out else "count(*) = 0",
            "TRUE",
            "block",
            "0202",
            "数据批次没有任何行",
            "the delivery holds no row",
        )
        last = history.rows or 0
        yield _rule(
            contract,
            "dataset.row_count",
            f"count(*) < {last * SMALLEST_SHARE - history.left_out:.1f}",
            _sql(last > 0),
            "warn",
            "0202",
            "行数比上一批减少三成以上",
            "the delivery holds over 30 % fewer rows than the last one",
        )
    yield from _timeliness(contract, history)


def tolerance(update_cycle: str) -> timedelta | None:
    """Longest time between two deliveries for a cycle, with a quarter of grace; None for a cycle without a clock."""
    name = update_cycle.strip().lower()
    cycle = CYCLES.get(_OTHER_NAMES.get(name, name))
    return cycle * _GRACE if cycle else None


def _timeliness(contract: Contract, history: History) -> Iterator[Rule]:
    limit = tolerance(contract.update_cycle)
    if limit is None:
        return
    due = history.judged_at + limit if history.judged_at else None
    yield _rule(
        contract,
        "dataset.timely",
        f"{{now}} > {wall_clock(due)}" if due else "FALSE",
        _sql(due is not None),
        "warn",
        "0502",
        "未按更新周期交付",
        "the delivery came later than its update cycle promises",
    )


def _sql(truth: bool) -> str:
    return "TRUE" if truth else "FALSE"


def _rule(
    contract: Contract, rule_id: str, sql: str, applies: str, severity: Severity, dimension: str, zh: str, en: str
) -> Rule:
    return Rule(
        rule_id=rule_id,
        dataset=contract.dataset,
        items=(),
        sql=sql,
        severity=severity,
        dimension=dimension,
        clause=GBT_36344,
        title_zh=zh,
        title_en=en,
        owner=contract.agency,
        scope="dataset",
        applies_sql=applies,
    )
