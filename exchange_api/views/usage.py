"""Uses fed back to providers (调用情况反馈): the signed reports, and sums of the usage tables' lines."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from catalog.models import UsageReport
from exchange_api.views import names
from exchange_api.views.names import Pair

DAYS_SHOWN = 30
REPORTS_SHOWN = 60

Line = Mapping[str, Any]
"""One line of lake.feedback.usage.summary: provider, dataset, recipient, purpose, day, decision, calls, rows."""


@dataclass(frozen=True)
class Report:
    """One feedback report: `calls` reads that touched `rows` rows of the provider, delivered by these roads."""

    report_id: str
    provider: str
    provider_name: Pair
    period_start: datetime
    period_end: datetime
    calls: int
    rows: int
    merkle_root: str
    delivered_by: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True)
class Provider:
    """What was read of one provider's data."""

    code: str
    name: Pair
    calls: int
    rows: int


@dataclass(frozen=True)
class Use:
    """Reads of one dataset by one recipient for one purpose. `decision`: allowed, or refused; `known`: catalogued."""

    recipient: str
    recipient_name: Pair
    dataset: str
    title: Pair
    known: bool
    purpose: str
    decision: str
    calls: int
    rows: int


def reports(session: Session, *, provider: str = "", limit: int = REPORTS_SHOWN) -> tuple[Report, ...]:
    """The newest `limit` reports, of all providers or of one. Their bodies, which hold every record, are not read."""
    query = select(UsageReport).options(defer(UsageReport.body), defer(UsageReport.signature))
    if provider:
        query = query.where(UsageReport.provider == provider)
    agencies = names.agencies(session)
    newest = query.order_by(UsageReport.created_at.desc(), UsageReport.report_id).limit(limit)
    return tuple(_report(found, agencies) for found in session.scalars(newest))


def once(lines: Iterable[Line]) -> list[Line]:
    """Lines of usage.summary without the provider: a read of several providers' rows is in each one's lines."""
    largest: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        key = tuple(line[name] for name in ("day", "dataset", "recipient", "purpose", "decision"))
        if key not in largest or line["calls"] > largest[key]["calls"]:
            largest[key] = line
    return list(largest.values())


def uses(session: Session, lines: Iterable[Line]) -> tuple[Use, ...]:
    """Who used what for which purpose, from lines of lake.feedback.usage.summary; the most calls first."""
    calls: Counter[tuple[str, ...]] = Counter()
    rows: Counter[tuple[str, ...]] = Counter()
    for line in once(lines):
        key = tuple(line[name] for name in ("recipient", "dataset", "purpose", "decision"))
        calls[key] += line["calls"]
        rows[key] += line["rows"]
    agencies, titles = names.agencies(session), names.datasets(session)
    return tuple(
        Use(
            recipient=key[0],
            recipient_name=names.name_of(agencies, key[0]),
            dataset=key[1],
            title=names.name_of(titles, key[1]),
            known=key[1] in titles,
            purpose=key[2],
            decision=key[3],
            calls=count,
            rows=rows[key],
        )
        for key, count in sorted(calls.items(), key=lambda entry: (-entry[1], entry[0]))
    )


def providers(session: Session, lines: Iterable[Line]) -> tuple[Provider, ...]:
    """Uses allowed added up by provider, from lines of lake.feedback.usage.summary; the most used first."""
    calls: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for line in lines:
        if line["decision"] == "allowed":
            calls[line["provider"]] += line["calls"]
            rows[line["provider"]] += line["rows"]
    agencies = names.agencies(session)
    ordered = sorted(calls.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Provider(code, names.name_of(agencies, code), count, rows[code]) for code, count in ordered)


def by_day(lines: Iterable[Line], *, until: date) -> tuple[tuple[str, int], ...]:
    """(ISO date, calls allowed) for the last 30 days to `until`, from lines of usage.summary; () for no call."""
    counts: Counter[date] = Counter()
    for line in once(lines):
        counts[line["day"]] += line["calls"] if line["decision"] == "allowed" else 0
    days = [until - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    return tuple((day.isoformat(), counts[day]) for day in days) if any(counts[day] for day in days) else ()


def _report(found: UsageReport, agencies: dict[str, Pair]) -> Report:
    return Report(
        report_id=found.report_id,
        provider=found.provider,
        provider_name=names.name_of(agencies, found.provider),
        period_start=found.period_start,
        period_end=found.period_end,
        calls=found.calls,
        rows=found.rows,
        merkle_root=found.merkle_root,
        delivered_by=tuple(found.delivered_by),
        created_at=found.created_at,
    )
