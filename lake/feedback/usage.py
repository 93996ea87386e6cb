"""Sealed audit records → the usage table: calls and rows by provider, dataset, recipient, purpose, day and item.

Incremental: a run reads what was sealed since the last one and appends its sums; where it stopped stands in the rows it
wrote, so sums and position are one commit, and a run killed anywhere is simply run again. Readers add the sums up.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
import pyarrow as pa

from catalog.audit.reading import Entry, heads, sealed_entries
from catalog.audit.recovery import seal_orphans
from catalog.audit.statements import UNCOUNTED_SURFACES
from catalog.settings import Settings
from catalog.time_limits import local_day
from lake import tables
from lake.engines.duckdb import connect
from lake.layout import Layout

SCHEMA = pa.schema(
    [
        ("provider", pa.string()),
        ("dataset", pa.string()),
        ("recipient", pa.string()),
        ("purpose", pa.string()),
        ("day", pa.date32()),
        ("decision", pa.string()),
        ("item", pa.string()),
        ("calls", pa.int64()),
        ("rows", pa.int64()),
        ("node", pa.string()),
        ("last_seq", pa.int64()),
    ]
)
"""`item` empty: the call as a whole; else the calls that asked for that item. Rows without provider mark positions."""

Key = tuple[str, str, str, str, str, str, str]


def refresh(settings: Settings, *, now: datetime) -> int:
    """Take in what was sealed since the last run; the number of audit records taken in.

    What killed API processes left is sealed first. `now` dates the run in the table's log.
    """
    seal_orphans(settings)
    uri = Layout(settings.lake_url).usage("uses")
    seals = heads(settings.audit_dir)
    start = positions(settings)
    new = {node: seal for node, seal in seals.items() if int(seal["last_seq"]) > start.get(node, 0)}
    if not new:
        return 0
    taken, sums = _add_up(sealed_entries(settings.audit_dir, new, after=start))
    rows = [_row(node, key, calls, read, 0) for (node, key), (calls, read) in sorted(sums.items())]
    rows += [_row(node, ("",) * 7, 0, 0, int(seal["last_seq"])) for node, seal in sorted(new.items())]
    # Named after where it starts, not where it ends: of two runs that start together only one is stored.
    named = hashlib.sha256(orjson.dumps(start, option=orjson.OPT_SORT_KEYS)).hexdigest()[:24]
    made = tables.write(
        uri,
        pa.Table.from_pylist(rows, schema=SCHEMA),
        mode="append",
        run_id=f"usage-{named}",
        facts={"at": now.isoformat()},
        settings=settings,
    )
    return taken if made.new else 0


def positions(settings: Settings) -> dict[str, int]:
    """Node → sequence number of the last record that is in the table."""
    source = _source(settings)
    if source is None:
        return {}
    with connect(settings) as connection:
        found = connection.execute(
            f"SELECT node, max(last_seq) FROM {source} AS uses WHERE provider = '' GROUP BY node"
        ).fetchall()
    return dict(found)


def summary(
    settings: Settings, *, provider: str = "", dataset: str = "", since: date | None = None, until: date | None = None
) -> list[dict[str, Any]]:
    """Uses added up by provider, dataset, recipient, purpose, day and decision, newest day first.

    Each has calls, rows and `items` (item → calls that asked for it). since, until: days, both included.
    """
    source = _source(settings)
    if source is None:
        return []
    asked: Mapping[str, Any] = {"provider": provider, "dataset": dataset, "since": since, "until": until}
    params = {name: value for name, value in asked.items() if value}
    conditions = [_CONDITIONS[name] for name in params]
    where = " AND ".join(["provider <> ''", *conditions])
    with connect(settings) as connection:
        found = connection.execute(_SUMMARY.format(source=source, where=where), params).fetchall()
    return [_line(row) for row in found]


_CONDITIONS = {
    "provider": "provider = $provider",
    "dataset": "dataset = $dataset",
    "since": "day >= $since",
    "until": "day <= $until",
}
_SUMMARY = """
WITH uses AS (
    SELECT provider, dataset, recipient, purpose, day, decision, item, sum(calls)::BIGINT AS calls,
           sum(rows)::BIGINT AS rows
    FROM {source} AS stored WHERE {where} GROUP BY ALL
)
SELECT provider, dataset, recipient, purpose, day, decision,
       sum(calls) FILTER (item = '')::BIGINT, sum(rows) FILTER (item = '')::BIGINT,
       list(item ORDER BY item) FILTER (item <> ''), list(calls ORDER BY item) FILTER (item <> '')
FROM uses GROUP BY ALL ORDER BY day DESC, provider, dataset, recipient, purpose, decision
"""


def _line(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("provider", "dataset", "recipient", "purpose", "day", "decision", "calls", "rows")
    line = dict(zip(names, row, strict=False))
    return {**line, "items": dict(zip(row[8] or [], row[9] or [], strict=True))}


def _source(settings: Settings) -> str | None:
    uri = Layout(settings.lake_url).usage("uses")
    if tables.version(uri, settings=settings) is None:
        return None
    return tables.scan(uri, settings=settings)


def _add_up(entries: Iterable[Entry]) -> tuple[int, dict[tuple[str, Key], tuple[int, int]]]:
    """(records read, (node, key) → (calls, rows)); memory follows the number of different keys, not of records."""
    sums: dict[tuple[str, Key], list[int]] = defaultdict(lambda: [0, 0])
    taken = 0
    for entry in entries:
        taken += 1
        record = entry.record
        if record["surface"] in UNCOUNTED_SURFACES:
            continue
        for provider in record["providers"]:
            for item in ("", *record["items"]):
                key = (
                    provider,
                    record["dataset"],
                    record["agency"],
                    record["purpose"],
                    _day(record["at"]),
                    record["decision"],
                    item,
                )
                total = sums[(entry.node, key)]
                total[0] += 1
                total[1] += record["rows"]
    return taken, {where: (total[0], total[1]) for where, total in sums.items()}


def _day(at: str) -> str:
    """The day in the county on which a record was made: what people there call today."""
    return local_day(datetime.fromisoformat(at)).isoformat()


def _row(node: str, key: Key | tuple[str, ...], calls: int, rows: int, last_seq: int) -> dict[str, Any]:
    provider, dataset, recipient, purpose, day, decision, item = key
    return {
        "provider": provider,
        "dataset": dataset,
        "recipient": recipient,
        "purpose": purpose,
        "day": date.fromisoformat(day) if day else None,
        "decision": decision,
        "item": item,
        "calls": calls,
        "rows": rows,
        "node": node,
        "last_seq": last_seq,
    }
