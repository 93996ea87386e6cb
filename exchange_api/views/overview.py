"""The whole house in a few figures: what is registered, how many rows lie where, how good they are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from catalog.models import Agency, Batch, Dataset, RunStep, System
from exchange_api.views import latest, quality


@dataclass(frozen=True)
class Zone:
    """One station of the way: `tables` tables that hold `rows` rows."""

    name: str
    tables: int
    rows: int


@dataclass(frozen=True)
class Overview:
    """The front page's figures. `zones` by name; `quarantined` rows over the newest verdicts; dimensions as A and B."""

    departments: int
    systems: int
    datasets: int
    zones: dict[str, Zone]
    dimensions: tuple[quality.Tally, ...]
    last_step_at: datetime | None

    @property
    def conforming(self) -> int:
        """A: all checks passed, over every dimension."""
        return sum(tally.a for tally in self.dimensions)

    @property
    def assessed(self) -> int:
        """B: all checks made, over every dimension."""
        return sum(tally.b for tally in self.dimensions)


def overview(session: Session) -> Overview:
    """Count everything once. Departments are those that hold a system or a dataset."""
    holders = select(System.agency).union(select(Dataset.agency)).subquery()
    return Overview(
        departments=_count(session, select(func.count()).select_from(Agency).where(Agency.code.in_(select(holders)))),
        systems=_count(session, select(func.count()).select_from(System)),
        datasets=_count(session, select(func.count()).select_from(Dataset)),
        zones={zone.name: zone for zone in zones(session)},
        dimensions=quality.dimensions(session),
        last_step_at=session.scalar(select(func.max(RunStep.started_at))),
    )


def zones(session: Session) -> tuple[Zone, ...]:
    """Rows by zone: raw (every batch kept), quarantine (newest verdicts), then what is published in each built zone."""
    raw = session.execute(select(func.count(Batch.dataset.distinct()), func.coalesce(func.sum(Batch.rows), 0))).one()
    verdict, version = latest.verdicts(), latest.versions()
    held = session.execute(
        select(func.count(), func.coalesce(func.sum(verdict.c.quarantined), 0)).where(verdict.c.quarantined > 0)
    ).one()
    published = session.execute(
        select(Dataset.zone, func.count(), func.sum(version.c.rows))
        .join(version, version.c.dataset == Dataset.code)
        .group_by(Dataset.zone)
        .order_by(Dataset.zone)
    )
    built = tuple(Zone(name, tables, int(rows)) for name, tables, rows in published)
    return (Zone("raw", raw[0], int(raw[1])), Zone("quarantine", held[0], int(held[1])), *built)


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
