"""Store a verdict with every rule's A and B in the registry, and read it back. Judging itself lies in run.py."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog import models, queries
from catalog.actions import erasures, verdicts
from catalog.actions import waivers as stored
from catalog.database import open_reader, open_session
from catalog.errors import BatchHeld
from catalog.settings import Settings
from quality.gate import Waiver
from quality.rules.dataset import History
from quality.rules.rule import FIT, RuleResult, Verdict, scope_of

ACROSS = ":across:"
"""Stands in the id of a verdict that the rules between datasets gave: `<batch>:across:<what they were asked of>`."""


def store(settings: Settings, verdict: Verdict, *, by: str, now: datetime) -> None:
    """Record `verdict` and its results in one transaction; the same verdict id again changes nothing."""
    row = models.Verdict(
        verdict_id=verdict.verdict_id,
        dataset=verdict.dataset,
        batch_id=verdict.batch_id,
        outcome=verdict.outcome,
        rows=verdict.rows,
        accepted=verdict.accepted,
        quarantined=verdict.quarantined,
        judged_at=verdict.judged_at,
    )
    results = [_row(verdict.verdict_id, result) for result in verdict.results]
    with open_session(settings) as session:
        verdicts.record(session, verdict=row, results=results, changes=verdict.changes, by=by, now=now)


def settled(settings: Settings, batch_id: str) -> tuple[Verdict | None, str]:
    """The verdict that settled a batch, if any, and else the id for the next attempt.

    A verdict 'error' settles nothing: the batch may be judged again once the rule is mended. Ids are `<batch>:judge`,
    then `<batch>:judge:2` and so on.
    """
    query = select(models.Verdict).where(
        models.Verdict.batch_id == batch_id, ~models.Verdict.verdict_id.contains(ACROSS)
    )
    with open_reader(settings) as session:
        attempts = list(session.scalars(query))
        final = next((row for row in attempts if row.outcome != "error"), None)
        if final is not None:
            return _verdict(session, final), final.verdict_id
    return None, f"{batch_id}:judge" + (f":{len(attempts) + 1}" if attempts else "")


def read(settings: Settings, verdict_id: str) -> Verdict | None:
    """The verdict of that id with its results, or None."""
    with open_reader(settings) as session:
        row = session.get(models.Verdict, verdict_id)
        return _verdict(session, row) if row else None


def fit_batch(settings: Settings, dataset: str) -> Verdict | None:
    """The verdict on the batch that stands in the standard table: the last of a batch, if it was fit; else None."""
    with open_reader(settings) as session:
        last = session.scalars(_of_batches(dataset)).first()
        return _verdict(session, last) if last is not None and last.outcome in FIT else None


def unsettled(verdict: Verdict) -> BatchHeld:
    """The sentence for a batch whose verdict is 'error': which rules could not be run, and what to do."""
    rules = [each.rule_id for each in verdict.results if each.outcome == "error"]
    return BatchHeld(
        f"批次 {verdict.batch_id} 有规则无法执行：{'、'.join(rules)}。原有数据保持不变，请修正规则后重新评判。",
        f"Rules could not be run on batch {verdict.batch_id}: {', '.join(rules)}. What was there stays."
        " Mend the rules and judge it again.",
        code="rules_broken",
        batch=verdict.batch_id,
        rules=rules,
    )


def history(settings: Settings, dataset: str, batch_id: str) -> History:
    """Rows and moment of the last delivery of `dataset` that went on; and how many rows `batch_id` is without."""
    query = _of_batches(dataset).where(models.Verdict.outcome.in_(FIT))
    with open_reader(settings) as session:
        last = session.scalars(query).first()
        left_out = erasures.left_out(session, batch_id)
        return History(last.rows, last.judged_at, left_out) if last else History(left_out=left_out)


def waivers(settings: Settings, dataset: str, now: datetime) -> tuple[Waiver, ...]:
    """What stewards have waived of `dataset` and still holds at `now`, as the gate reads it."""
    with open_reader(settings) as session:
        return tuple(
            Waiver(one.rule_id, one.reason, one.granted_by, one.until) for one in stored.in_force(session, dataset, now)
        )


def _of_batches(dataset: str) -> Select[models.Verdict]:
    """Verdicts on deliveries, newest first; not those that rules between datasets gave in between."""
    return (
        select(models.Verdict)
        .where(models.Verdict.dataset == dataset, ~models.Verdict.verdict_id.contains(ACROSS))
        .order_by(models.Verdict.judged_at.desc(), models.Verdict.verdict_id.desc())
        .limit(1)
    )


def _row(verdict_id: str, result: RuleResult) -> models.RuleResult:
    return models.RuleResult(
        verdict_id=verdict_id,
        rule_id=result.rule_id,
        item=result.item,
        severity=result.severity,
        dimension=result.dimension,
        title_zh=result.title_zh,
        title_en=result.title_en,
        a=result.a,
        b=result.b,
        outcome=result.outcome,
    )


def _verdict(session: Session, row: models.Verdict) -> Verdict:
    query = select(models.RuleResult).where(models.RuleResult.verdict_id == row.verdict_id)
    results = session.scalars(query.order_by(models.RuleResult.rule_id))
    return Verdict(
        verdict_id=row.verdict_id,
        dataset=row.dataset,
        batch_id=row.batch_id,
        outcome=row.outcome,  # type: ignore[arg-type]  # only our own outcomes are ever stored
        rows=row.rows,
        accepted=row.accepted,
        quarantined=row.quarantined,
        judged_at=row.judged_at,
        results=tuple(_result(each) for each in results),
        changes=queries.changes(session, row.verdict_id),
    )


def _result(row: models.RuleResult) -> RuleResult:
    return RuleResult(
        rule_id=row.rule_id,
        item=row.item,
        scope=scope_of(row.rule_id),
        severity=row.severity,  # type: ignore[arg-type]  # as above
        dimension=row.dimension,
        title_zh=row.title_zh,
        title_en=row.title_en,
        a=row.a,
        b=row.b,
        outcome=row.outcome,  # type: ignore[arg-type]  # as above
    )
