"""Waivers: a steward lets a rule of a dataset pass for a while, with a reason; and takes it back.

A waived rule still counts and reports, but only warns; quality.gate says how.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.actions.events import EventTag, record
from catalog.errors import Conflict, InvalidInput, NotFound
from catalog.models import Waiver

LONGEST = timedelta(days=366)
"""No rule is waived for ever: whoever still needs it after a year says so again."""


def grant(
    session: Session, *, dataset: str, rule_id: str, reason: str, until: datetime, by: str, now: datetime
) -> Waiver:
    """Waive `rule_id` of `dataset` until that moment.

    Raises NotFound for an unknown dataset, InvalidInput without a reason, for an end that is past or more than a year
    away; Conflict when the rule is waived already.
    """
    queries.dataset(session, dataset)
    if not reason.strip() or not now < until <= now + LONGEST:
        raise InvalidInput(
            "豁免须写明理由，期限须在一年以内且晚于现在。",
            "A waiver needs a reason, and an end that lies ahead, at most a year.",
            code="waiver_invalid",
        )
    if any(waiver.rule_id == rule_id for waiver in in_force(session, dataset, now)):
        raise Conflict(
            f"数据集 {dataset} 的规则 {rule_id} 已在豁免期内。",
            f"Rule {rule_id} of {dataset} is waived already.",
            code="waiver_exists",
            dataset=dataset,
        )
    waiver = Waiver(dataset=dataset, rule_id=rule_id, reason=reason.strip(), granted_by=by, granted_at=now, until=until)
    session.add(waiver)
    details = {"rule": rule_id, "until": until.isoformat()}
    record(session, tag=EventTag.WAIVER_GRANTED, subject=dataset, by=by, now=now, details=details)
    return waiver


def revoke(session: Session, *, waiver_id: int, by: str, now: datetime) -> Waiver:
    """End a waiver before its time; raises NotFound when there is none in force with that number."""
    waiver = session.get(Waiver, waiver_id)
    if waiver is None or waiver.revoked_at is not None or waiver.until <= now:
        raise NotFound(
            "没有这项有效的豁免。请用 shuniu quality waivers 查看。",
            "There is no such waiver in force. See: shuniu quality waivers.",
            code="waiver_unknown",
        )
    waiver.revoked_at = now
    record(
        session, tag=EventTag.WAIVER_REVOKED, subject=waiver.dataset, by=by, now=now, details={"rule": waiver.rule_id}
    )
    return waiver


def in_force(session: Session, dataset: str, now: datetime) -> Sequence[Waiver]:
    """The waivers of a dataset that hold at `now`, the oldest first; of every dataset when it is ''."""
    query = select(Waiver).where(Waiver.until > now, Waiver.revoked_at.is_(None)).order_by(Waiver.waiver_id)
    if dataset:
        query = query.where(Waiver.dataset == dataset)
    return session.scalars(query).all()
