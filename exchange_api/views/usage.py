"""Uses fed back to providers: the signed reports (调用情况反馈) and their sums. A provider sees its own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import UsageReport
from exchange_api.views import names
from exchange_api.views.names import Pair

DAYS_SHOWN = 60


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
    """All reports of one provider together."""

    code: str
    name: Pair
    reports: int
    calls: int
    rows: int
    last_at: datetime


@dataclass(frozen=True)
class Use:
    """Reads of one dataset by one consumer for one purpose, over all reports looked at."""

    consumer: str
    consumer_name: Pair
    dataset: str
    title: Pair
    purpose: str
    calls: int
    rows: int


def reports(session: Session, *, provider: str = "") -> tuple[Report, ...]:
    """Reports newest first, of all providers or of one."""
    query = select(UsageReport).order_by(UsageReport.created_at.desc(), UsageReport.report_id)
    if provider:
        query = query.where(UsageReport.provider == provider)
    agencies = names.agencies(session)
    return tuple(_report(found, agencies) for found in session.scalars(query))


def uses(session: Session, *, dataset: str = "", provider: str = "") -> tuple[Use, ...]:
    """Who used what for which purpose, as reported to all providers or to one; the most calls first.

    A read that touched several providers' rows is in each one's report: the largest count stands, not their sum.
    """
    query = select(UsageReport.provider, UsageReport.body)
    if provider:
        query = query.where(UsageReport.provider == provider)
    by_provider: dict[tuple[str, str, str], Counter[tuple[str, str]]] = {}
    for reported_to, body in session.execute(query):
        for line in body.get("uses", ()):
            if dataset and line["dataset"] != dataset:
                continue
            counts = by_provider.setdefault((line["agency"], line["dataset"], line["purpose"]), Counter())
            counts[reported_to, "calls"] += int(line["calls"])
            counts[reported_to, "rows"] += int(line["rows"])
    agencies, titles = names.agencies(session), names.datasets(session)
    found = [_use(key, counts, agencies, titles) for key, counts in by_provider.items()]
    return tuple(sorted(found, key=lambda use: (-use.calls, use.consumer, use.dataset, use.purpose)))


def _use(
    key: tuple[str, str, str], counts: Counter[tuple[str, str]], agencies: dict[str, Pair], titles: dict[str, Pair]
) -> Use:
    consumer, dataset, purpose = key
    return Use(
        consumer=consumer,
        consumer_name=names.name_of(agencies, consumer),
        dataset=dataset,
        title=names.name_of(titles, dataset),
        purpose=purpose,
        calls=max(count for (_, what), count in counts.items() if what == "calls"),
        rows=max(count for (_, what), count in counts.items() if what == "rows"),
    )


def calls(session: Session, *, provider: str = "") -> int:
    """Reads reported back so far, to all providers or to one."""
    query = select(func.coalesce(func.sum(UsageReport.calls), 0))
    if provider:
        query = query.where(UsageReport.provider == provider)
    return int(session.scalar(query) or 0)


def providers(found: Iterable[Report]) -> tuple[Provider, ...]:
    """`found` added up by provider, the most used first."""
    grouped: dict[str, list[Report]] = {}
    for report in found:
        grouped.setdefault(report.provider, []).append(report)
    sums = [
        Provider(
            code=code,
            name=group[0].provider_name,
            reports=len(group),
            calls=sum(report.calls for report in group),
            rows=sum(report.rows for report in group),
            last_at=max(report.created_at for report in group),
        )
        for code, group in grouped.items()
    ]
    return tuple(sorted(sums, key=lambda one: (-one.calls, one.code)))


def by_day(found: Iterable[Report]) -> tuple[tuple[str, int], ...]:
    """Calls by day (ISO date, end of the report's period), without gaps, at most the last 60 days; () for nothing."""
    counts: Counter[date] = Counter()
    for report in found:
        counts[report.period_end.date()] += report.calls
    if not counts:
        return ()
    last = max(counts)
    first = max(min(counts), last - timedelta(days=DAYS_SHOWN - 1))
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return tuple((day.isoformat(), counts[day]) for day in days)


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
