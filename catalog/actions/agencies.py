"""Register departments and designate the source department of a field."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.identifiers import check_dataset_code
from catalog.models import Agency, SourceDesignation


def register(
    session: Session,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    kind: str = "government",
    uscc: str | None = None,
    by: str,
    now: datetime,
) -> Agency:
    """Register an agency, or change its names. `code` is lower-case ASCII; raises InvalidInput otherwise."""
    agency = session.merge(
        Agency(code=check_dataset_code(code), name_zh=name_zh, name_en=name_en, kind=kind, uscc=uscc, contact=None)
    )
    record(session, tag=EventTag.AGENCY_REGISTERED, subject=code, by=by, now=now, details={"kind": kind})
    return agency


def designate_source(
    session: Session, *, base: str, field: str, order: Sequence[tuple[str, str]], by: str, now: datetime
) -> None:
    """Set which (agency, dataset) is the 数源部门 of `base.field` and who follows it (Order 809 Art. 19)."""
    session.execute(delete(SourceDesignation).where(SourceDesignation.base == base, SourceDesignation.field == field))
    for rank, (agency, dataset) in enumerate(order, start=1):
        session.add(SourceDesignation(base=base, field=field, rank=rank, agency=agency, dataset=dataset))
    record(
        session,
        tag=EventTag.SOURCE_DESIGNATED,
        subject=f"{base}.{field}",
        by=by,
        now=now,
        details={"order": [f"{agency}:{dataset}" for agency, dataset in order]},
    )
