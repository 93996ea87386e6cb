"""The base and topic databases: how many rows each holds, and how many its source departments brought."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.models import Dataset, DatasetVersion
from exchange_api.views import latest, names
from exchange_api.views.names import Pair

BUILT_ZONES = ("base", "topic")


@dataclass(frozen=True)
class Source:
    """A dataset a base is made from. `rows` is None while it is not published."""

    code: str
    title: Pair
    agency_name: Pair
    rows: int | None


@dataclass(frozen=True)
class Designation:
    """The source department of one field (一数一源), followed by those to fall back on."""

    field: str
    title: Pair
    agencies: tuple[Pair, ...]


@dataclass(frozen=True)
class BaseDatabase:
    """One base or topic database. `rows` is None while it is not published; `outcome` 'none' while not judged."""

    code: str
    title: Pair
    abstract: Pair
    agency: str
    zone: str
    rows: int | None
    version: int | None
    published_at: datetime | None
    outcome: str
    sources: tuple[Source, ...]
    designations: tuple[Designation, ...]


def bases(session: Session) -> tuple[BaseDatabase, ...]:
    """Every base database, then every topic database, by code."""
    published = queries.published_all(session)
    verdict = latest.verdicts()
    query = (
        select(Dataset, verdict.c.outcome)
        .outerjoin(verdict, verdict.c.dataset == Dataset.code)
        .where(Dataset.zone.in_(BUILT_ZONES))
        .order_by(Dataset.zone, Dataset.code)
    )
    agencies = names.agencies(session)
    return tuple(
        BaseDatabase(
            code=entry.code,
            title=(entry.title_zh, entry.title_en),
            abstract=(entry.abstract_zh, entry.abstract_en),
            agency=entry.agency,
            zone=entry.zone,
            rows=version.rows if (version := published.get(entry.code)) else None,
            version=version.version if version else None,
            published_at=version.published_at if version else None,
            outcome=outcome or "none",
            sources=_sources(session, entry.code, published, agencies),
            designations=_designations(session, entry.code, agencies),
        )
        for entry, outcome in session.execute(query)
    )


def _sources(
    session: Session, code: str, published: dict[str, DatasetVersion], agencies: dict[str, Pair]
) -> tuple[Source, ...]:
    entries = session.scalars(select(Dataset).where(Dataset.code.in_(queries.upstream(session, code))))
    return tuple(
        Source(
            code=entry.code,
            title=(entry.title_zh, entry.title_en),
            agency_name=names.name_of(agencies, entry.agency),
            rows=published[entry.code].rows if entry.code in published else None,
        )
        for entry in sorted(entries, key=lambda one: one.code)
    )


def _designations(session: Session, code: str, agencies: dict[str, Pair]) -> tuple[Designation, ...]:
    titles = {item.name: (item.title_zh, item.title_en) for item in queries.items(session, code)}
    return tuple(
        Designation(
            field=field,
            title=names.field(titles, field),
            agencies=tuple(names.name_of(agencies, row.agency) for row in ranked),
        )
        for field, ranked in queries.designations(session, code).items()
    )
