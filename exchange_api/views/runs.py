"""What the pipelines did: steps, newest first, with the sentence of those that failed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.models import RunStep
from exchange_api.views import names
from exchange_api.views.names import Pair

PAGE_SIZE = 50


@dataclass(frozen=True)
class Step:
    """One step of the way; `known`: the catalogue has an entry of that dataset.

    `message`: why it failed, or what a step that went well left undone; else empty.
    """

    step_id: int
    stage: str
    dataset: str
    title: Pair
    agency: str
    agency_name: Pair
    batch: str | None
    started_at: datetime
    seconds: float
    rows: int
    peak_mib: int
    ok: bool
    message: Pair
    known: bool


@dataclass(frozen=True)
class Steps:
    """One page of steps: `total` match, on `pages` pages, `failed` of all of them failed."""

    steps: tuple[Step, ...]
    total: int
    failed: int
    page: int
    pages: int


def steps(
    session: Session, *, dataset: str = "", agency: str = "", outcome: str = "", page: int = 1, size: int = PAGE_SIZE
) -> Steps:
    """Steps newest first. `outcome`: 'ok', 'failed' or '' for both. A page beyond the end is the last page."""
    conditions = [column == value for column, value in ((RunStep.dataset, dataset), (RunStep.agency, agency)) if value]
    failed = session.scalar(select(func.count()).select_from(RunStep).where(*conditions, RunStep.ok.is_(False))) or 0
    if outcome:
        conditions.append(RunStep.ok.is_(outcome == "ok"))
    total = session.scalar(select(func.count()).select_from(RunStep).where(*conditions)) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    query = select(RunStep).where(*conditions).order_by(RunStep.started_at.desc(), RunStep.step_id.desc())
    agencies, titles = names.agencies(session), names.datasets(session)
    found = session.scalars(query.limit(size).offset((page - 1) * size))
    return Steps(tuple(_step(row, agencies, titles) for row in found), total, failed, page, pages)


def unmended(session: Session, *, agency: str = "") -> tuple[Step, ...]:
    """Failures that no later success of the same stage and dataset has followed, newest first: what needs somebody."""
    newest = func.row_number().over(
        partition_by=(RunStep.stage, RunStep.dataset), order_by=(RunStep.started_at.desc(), RunStep.step_id.desc())
    )
    ranked = select(RunStep.step_id, newest.label("newest")).subquery()
    query = (
        select(RunStep)
        .join(ranked, ranked.c.step_id == RunStep.step_id)
        .where(ranked.c.newest == 1, RunStep.ok.is_(False))
        .order_by(RunStep.started_at.desc())
    )
    if agency:
        query = query.where(RunStep.agency == agency)
    agencies, titles = names.agencies(session), names.datasets(session)
    return tuple(_step(row, agencies, titles) for row in session.scalars(query))


def _step(row: RunStep, agencies: dict[str, Pair], titles: dict[str, Pair]) -> Step:
    return Step(
        step_id=row.step_id,
        stage=row.stage,
        dataset=row.dataset,
        title=titles.get(row.dataset) or names.feedback(agencies, row.dataset),
        agency=row.agency,
        agency_name=names.name_of(agencies, row.agency),
        batch=row.batch,
        started_at=row.started_at,
        seconds=row.seconds,
        rows=row.rows,
        peak_mib=row.peak_mib,
        ok=row.ok,
        message=(row.message_zh, row.message_en),
        known=row.dataset in titles,
    )
