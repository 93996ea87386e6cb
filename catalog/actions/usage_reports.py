"""Store usage reports and note by which roads they reached their provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.errors import NotFound
from catalog.models import UsageReport


def store(session: Session, *, body: Mapping[str, Any], by: str, now: datetime) -> UsageReport:
    """Keep a signed statement; the same report id again changes nothing and leaves no event."""
    found = session.get(UsageReport, body["report_id"])
    if found is not None:
        return found
    report = UsageReport(
        report_id=body["report_id"],
        provider=body["provider"],
        period_start=_moment(body["period_start"], now),
        period_end=_moment(body["period_end"], now),
        calls=body["calls"],
        rows=body["rows"],
        merkle_root=body["merkle_root"],
        signature=body["signature"],
        body=dict(body),
        delivered_by=[],
        created_at=now,
    )
    session.add(report)
    details = {"calls": body["calls"], "rows": body["rows"]}
    record(session, tag=EventTag.USAGE_REPORTED, subject=report.report_id, by=by, now=now, details=details)
    return report


def delivered(session: Session, *, report_id: str, roads: Sequence[str], by: str, now: datetime) -> list[str]:
    """Add `roads` to those a report went by and return them all; raises NotFound for an unknown report."""
    report = session.get(UsageReport, report_id)
    if report is None:
        raise NotFound("没有这份报告。", "There is no such report.", code="report_unknown")
    fresh = [road for road in roads if road not in report.delivered_by]
    if fresh:
        report.delivered_by = [*report.delivered_by, *fresh]
        details = {"roads": fresh}
        record(session, tag=EventTag.USAGE_DELIVERED, subject=report_id, by=by, now=now, details=details)
    return list(report.delivered_by)


def _moment(text: str, now: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else now
