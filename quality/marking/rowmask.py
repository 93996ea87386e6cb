"""From the marks of a scan to tables: findings, quarantine, and the rows that may go on. One pass each, streamed.

Works on the connection on which quality.marking.scan has run. Where the rows are written lies in run.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from quality.marking.judged import outgoing
from quality.marking.scan import MARKS, ROWS, Scan
from quality.rules.rule import Rule, literal, moment, quoted

_BATCH_ROWS = 50_000


def blocking(scan: Scan) -> list[Rule]:
    """The blocking row rules that at least one row broke."""
    return [rule for rule in scan.failing() if rule.severity == "block"]


def held_rows(scan: Scan) -> int:
    """How many rows broke a blocking rule."""
    found = scan.connection.execute(f"SELECT count(*) FROM {MARKS} WHERE {scan.broke(blocking(scan))}").fetchall()
    return int(found[0][0])


def findings(scan: Scan, dataset: str, judged_at: datetime) -> Any | None:
    """Reader of (dataset, row, key, rule, item, severity, judged_at), ordered by rule; None when no row broke one."""
    failing = scan.failing()
    if not failing:
        return None
    branches = (
        f"SELECT {literal(dataset)} AS dataset, _row AS row, _key AS key, {literal(rule.rule_id)} AS rule, "
        f"{literal(rule.item)} AS item, {literal(rule.severity)} AS severity, {moment(judged_at)} AS judged_at "
        f"FROM {MARKS} WHERE {scan.broke([rule])}"
        for rule in failing
    )
    return _reader(scan, " UNION ALL ".join(branches))


def quarantine(scan: Scan, items: Sequence[str], judged_at: datetime) -> Any | None:
    """Reader of (_row, _notes, _rules, judged_at, items): whole rows that broke a blocking rule; None without any."""
    rules = blocking(scan)
    if not rules:
        return None
    broken = ", ".join(f"CASE WHEN {scan.broke([rule])} THEN {literal(rule.rule_id)} END" for rule in rules)
    listed = f"list_filter([{broken}], lambda rule: rule IS NOT NULL)"
    columns = outgoing(scan.connection, items, "s")
    return _reader(
        scan,
        f"SELECT s._row, s._notes, m._rules, {moment(judged_at)} AS judged_at{columns} FROM {ROWS} AS s JOIN "
        f"(SELECT _row, {listed} AS _rules FROM {MARKS} WHERE {scan.broke(rules)}) AS m ON s._row = m._row "
        "ORDER BY s._row",
    )


def accepted(scan: Scan, items: Sequence[str]) -> Any:
    """Reader of (_row, _batch, _notes, items): the rows that broke no blocking rule, in order of the key."""
    rules = blocking(scan)
    columns = outgoing(scan.connection, items, "s")
    kept = f" WHERE s._row NOT IN (SELECT _row FROM {MARKS} WHERE {scan.broke(rules)})" if rules else ""
    order = ", ".join(f"s.{quoted(name)}" for name in (*scan.keys, "_row"))
    return _reader(scan, f"SELECT s._row, s._batch, s._notes{columns} FROM {ROWS} AS s{kept} ORDER BY {order}")


def _reader(scan: Scan, sql: str) -> Any:
    return scan.connection.execute(sql).to_arrow_reader(_BATCH_ROWS)
