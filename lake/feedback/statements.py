"""Usage feedback (调用情况反馈): signed statements per provider, delivered into its own systems, once by each road.

A statement (catalog.audit.statements) is stored in the registry the moment it is made, and with it where the
provider's next one begins. Delivery is tried until every road has taken it; each road recognises a report it has.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from catalog.actions import usage_reports
from catalog.audit.chains import Tip
from catalog.audit.keys import signed, signing_key
from catalog.audit.reading import heads, sealed_entries
from catalog.audit.statements import statement
from catalog.database import open_reader, open_session
from catalog.errors import HubError
from catalog.models import UsageReport
from catalog.settings import Settings
from catalog.spreadsheets import defused
from lake.feedback.into_tables import insert_lines

KEEP_TRYING = timedelta(days=60)
"""How long an undelivered report is tried again; after that it stands in the registry and the API only."""


@dataclass(frozen=True)
class Report:
    """A provider's report. `body` is the signed statement; `rows`, `calls` its totals."""

    report_id: str
    provider: str
    calls: int
    rows: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class _Ended:
    """Where a provider's statements ended: per node the sequence number read up to, and its chain's length and tip."""

    seqs: Mapping[str, int]
    tips: Mapping[str, Tip]


def reports(settings: Settings, *, now: datetime) -> list[Report]:
    """Make a report for every provider with uses since its last one, and return all that are not delivered yet."""
    seals = heads(settings.audit_dir)
    providers = sorted({provider for seal in seals.values() for provider in seal["providers"]})
    with open_reader(settings) as session:
        ended = {provider: _ended(session, provider) for provider in providers}
    waiting = [provider for provider in providers if _has_new(provider, ended[provider], seals)]
    for report in _make(settings, waiting, ended, seals):
        with open_session(settings) as session:
            usage_reports.store(session, body=report, by="feedback", now=now)
    return _undelivered(settings, now)


def deliver(settings: Settings, *, report: Report, targets: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    """Bring a report by every road of `targets`; the roads it has gone by, 'api' last. Again changes nothing.

    targets: {"way": "table", "kind", "location", "table", "user", "password"} or {"way": "folder", "location"}.
    Raises the first SourceError of a road that failed, after the other roads were tried: the next run tries again.
    """
    failures: list[HubError] = []
    done: list[str] = []
    for target in targets:
        try:
            done.append(_ROADS[target["way"]](report, target, now))
        except HubError as failure:
            failures.append(failure)
    done += [] if failures else ["api"]
    with open_session(settings) as session:
        roads = usage_reports.delivered(session, report_id=report.report_id, roads=done, by="feedback", now=now)
    if failures:
        raise failures[0]
    return roads


def _ended(session: Any, provider: str) -> _Ended:
    query = select(UsageReport.body).where(UsageReport.provider == provider).order_by(UsageReport.created_at.desc())
    body = session.scalars(query.limit(1)).first()
    if body is None:
        return _Ended({}, {})
    seals = {entry["node"]: entry["seal"] for entry in body["nodes"]}
    tips = {node: Tip(*seal["providers"][provider]) for node, seal in seals.items()}
    return _Ended({node: int(seal["last_seq"]) for node, seal in seals.items()}, tips)


def _has_new(provider: str, ended: _Ended, seals: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(
        seal["providers"].get(provider, [0])[0] > ended.tips.get(node, Tip()).count for node, seal in seals.items()
    )


def _make(
    settings: Settings,
    providers: Sequence[str],
    ended: Mapping[str, _Ended],
    seals: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Signed statements for `providers`, the trail read once for all of them."""
    if not providers:
        return []
    starts = {node: min(ended[provider].seqs.get(node, 0) for provider in providers) for node in seals}
    lines: dict[str, list[tuple[str, bytes]]] = {provider: [] for provider in providers}
    for entry in sealed_entries(settings.audit_dir, seals, after=starts):
        for provider in set(entry.record["providers"]) & set(providers):
            if entry.record["seq"] > ended[provider].seqs.get(entry.node, 0):
                lines[provider].append((entry.node, entry.raw))
    key = signing_key(settings.keys_dir)
    return [
        signed(
            statement(
                report_id=_report_id(provider, seals),
                hub_id=settings.hub_id,
                provider=provider,
                entries=lines[provider],
                starts=ended[provider].tips,
                seals=seals,
            ),
            key,
        )
        for provider in providers
    ]


def _report_id(provider: str, seals: Mapping[str, Mapping[str, Any]]) -> str:
    """The provider and how many of its uses, over all nodes, are reported with this: equal ends, equal id."""
    total = sum(seal["providers"].get(provider, [0])[0] for seal in seals.values())
    return f"{provider}-{total:010d}"


def _undelivered(settings: Settings, now: datetime) -> list[Report]:
    query = select(UsageReport).where(UsageReport.created_at > now - KEEP_TRYING)
    with open_reader(settings) as session:
        found = session.scalars(query.order_by(UsageReport.created_at, UsageReport.report_id))
        return [
            Report(row.report_id, row.provider, row.calls, row.rows, row.body)
            for row in found
            if "api" not in row.delivered_by
        ]


def _to_table(report: Report, target: Mapping[str, Any], now: datetime) -> str:
    insert_lines(target, _feedback_lines(report, now))
    return "database"


def _to_folder(report: Report, target: Mapping[str, Any], now: datetime) -> str:
    """The lines as CSV for a person, the signed statement as JSON for the proof; each whole or not at all."""
    folder = Path(target["location"])
    folder.mkdir(parents=True, exist_ok=True)
    _write_once(folder / f"{report.report_id}.json", orjson.dumps(report.body, option=orjson.OPT_INDENT_2))
    text = io.StringIO()
    lines = _feedback_lines(report, now)
    writer = csv.DictWriter(text, fieldnames=list(lines[0]) if lines else ["feedback_id"])
    writer.writeheader()
    writer.writerows(
        {name: defused(cell) if isinstance(cell, str) else cell for name, cell in one.items()} for one in lines
    )
    _write_once(folder / f"{report.report_id}.csv", b"\xef\xbb\xbf" + text.getvalue().encode())
    return "file"


def _write_once(path: Path, data: bytes) -> None:
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(data)
    fresh.replace(path)


def _feedback_lines(report: Report, now: datetime) -> list[dict[str, Any]]:
    """One line per dataset, recipient, purpose, day and decision, as departments' tables hold them."""
    return [
        {
            "feedback_id": f"{report.report_id}-{number:05d}",
            "period": line["day"],
            "dataset": line["dataset"],
            "consumer": line["recipient"],
            "purpose": line["purpose"] if line["decision"] == "allowed" else f"({line['decision']}) {line['purpose']}",
            "calls": line["calls"],
            "row_count": line["rows"],
            "items": ",".join(line["items"]),
            "receipt": report.body["merkle_root"],
            "sent_at": now.isoformat(timespec="seconds"),
        }
        for number, line in enumerate(report.body["summary"], start=1)
    ]


_ROADS = {"table": _to_table, "folder": _to_folder}
