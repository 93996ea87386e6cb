"""Store judgements with their counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from catalog.actions.events import EventTag
from catalog.actions.events import record as record_event
from catalog.models import RuleResult, Verdict


def record(
    session: Session,
    *,
    verdict: Verdict,
    results: Sequence[RuleResult],
    by: str,
    now: datetime,
    changes: Mapping[str, int] | None = None,
) -> Verdict:
    """Store `verdict` with the counts of its rules. The same verdict id twice is once.

    `changes` (rows per 'item:what' that standardising changed) go into the event; catalog.queries.changes reads them.
    """
    known = session.get(Verdict, verdict.verdict_id)
    if known is not None:
        return known
    session.add(verdict)
    session.flush()
    session.add_all(results)
    record_event(
        session,
        tag=EventTag.VERDICT_RECORDED,
        subject=verdict.verdict_id,
        by=by,
        now=now,
        details={
            "outcome": verdict.outcome,
            "rows": verdict.rows,
            "quarantined": verdict.quarantined,
            "changes": dict(changes or {}),
        },
    )
    return verdict
