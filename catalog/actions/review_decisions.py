"""Clerical review (人工核对) of doubtful pairs: a steward says same, different or unsure; later builds obey.

Nothing is overwritten: whoever changes their mind decides once more, and the newest word counts.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.actions.events import EventTag, record
from catalog.errors import InvalidInput
from catalog.models import ReviewDecision

VERDICTS = ("same", "different", "unsure")


def decide(
    session: Session,
    *,
    base: str,
    pair: str,
    records: tuple[str, str],
    verdict: str,
    reason: str,
    by: str,
    now: datetime,
    account: str = "",
) -> ReviewDecision:
    """Record what somebody said of `pair` of `base`. Raises InvalidInput for an unknown verdict or without a reason.

    account: in whose name, where whoever acts (`by`) does so at a terminal for another; the event names both.
    """
    if verdict not in VERDICTS:
        raise InvalidInput(
            "结论只能是 same（同一实体）、different（不是同一实体）或 unsure（不能确定）。",
            "A decision is same, different or unsure.",
            code="review_invalid",
        )
    if not reason.strip():
        raise InvalidInput("请写明理由。", "Say why: the reason is empty.", code="review_reason_missing")
    left, right = sorted(records)
    made = ReviewDecision(
        base=base,
        pair=pair,
        record_l=left,
        record_r=right,
        verdict=verdict,
        reason=reason.strip(),
        decided_by=account or by,
        decided_at=now,
    )
    session.add(made)
    details = {"verdict": verdict} | ({"account": account} if account else {})
    record(session, tag=EventTag.REVIEW_DECIDED, subject=f"{base}/{pair}", by=by, now=now, details=details)
    return made


def history(session: Session, base: str, pair: str) -> Sequence[ReviewDecision]:
    """Every decision on a pair, the first first."""
    query = select(ReviewDecision).where(ReviewDecision.base == base, ReviewDecision.pair == pair)
    return session.scalars(query.order_by(ReviewDecision.decision_id)).all()


def newest(session: Session, base: str) -> Sequence[ReviewDecision]:
    """The newest decision on each pair of `base`, in the order they were made."""
    last = select(func.max(ReviewDecision.decision_id)).where(ReviewDecision.base == base)
    query = select(ReviewDecision).where(ReviewDecision.decision_id.in_(last.group_by(ReviewDecision.pair)))
    return session.scalars(query.order_by(ReviewDecision.decision_id)).all()
