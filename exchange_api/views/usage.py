"""Uses fed back to providers: the signed reports (调用情况反馈) and their sums. A provider sees its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import UsageReport
from exchange_api.views import names
from exchange_api.views.names import Pair


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


def reports(session: Session, *, provider: str = "") -> tuple[Report, ...]:
    """Reports newest first, of all providers or of one."""
    query = select(UsageReport).order_by(UsageReport.created_at.desc(), UsageReport.report_id)
    if provider:
        query = query.where(UsageReport.provider == provider)
    agencies = names.agencies(session)
    return tuple(_report(found, agencies) for found in session.scalars(query))


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
