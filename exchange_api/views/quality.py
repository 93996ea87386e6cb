"""Quality as judged: A conforming of B assessed, by rule, dimension and dataset (GB/T 36344-2018).

Stored verdicts only. No failing value, no row number: those lie in the lake, behind a permission.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from catalog import queries
from catalog.models import Batch, Dataset, RuleResult, Verdict
from exchange_api.views import latest
from exchange_api.views.names import Pair
from lake.standardise.rendering import NOTES
from quality.figures.scores import dimension_scores
from quality.rules.across import SAME_DATA
from quality.rules.rule import FIT, consequence


@dataclass(frozen=True)
class Rule:
    """What one rule found: `a` conforming of `b` assessed; `b` = 0 means not applicable, never 100 %."""

    rule_id: str
    title: Pair
    item: str
    severity: str
    dimension: str
    a: int
    b: int
    outcome: str

    @property
    def consequence(self) -> str:
        """What follows when the rule is broken: warn, block or block_batch."""
        return consequence(self.rule_id, self.severity)


@dataclass(frozen=True)
class Change:
    """What standardising put right in `rows` rows of a delivery before it was judged: `what` was done to `item`."""

    item: str
    item_title: Pair
    what: str
    title: Pair
    rows: int


@dataclass(frozen=True)
class Tally:
    """A and B summed under one heading (a dimension)."""

    name: str
    a: int
    b: int


@dataclass(frozen=True)
class Judged:
    """The newest verdict of one dataset. `outcome`: passed, warned, blocked, error.

    stale: what stands (and is published) is older than the newest delivery, which waits, is held, or was not found fit;
    `good_verdict_id` is the verdict under which it stands, None when there never was a good one.
    """

    verdict_id: str
    dataset: str
    title: Pair
    agency: str
    batch_id: str
    outcome: str
    rows: int
    accepted: int
    quarantined: int
    judged_at: datetime
    a: int = 0
    b: int = 0
    stale: bool = False
    good_verdict_id: str | None = None


@dataclass(frozen=True)
class Difference:
    """One item of a dataset held against another department's: `a` told alike of `b` that both tell."""

    dataset: str
    rule_id: str
    title: Pair
    item: str
    a: int
    b: int

    @property
    def ratio(self) -> float | None:
        """Share told differently, 0 to 1; None where nobody is told of by both."""
        return (self.b - self.a) / self.b if self.b else None


def rules_of(session: Session, verdict_id: str) -> tuple[Rule, ...]:
    """Every rule of one verdict, the ones with most failures first."""
    query = select(RuleResult).where(RuleResult.verdict_id == verdict_id)
    query = query.order_by((RuleResult.b - RuleResult.a).desc(), RuleResult.rule_id)
    return tuple(
        Rule(
            rule_id=found.rule_id,
            title=(found.title_zh, found.title_en),
            item=found.item,
            severity=found.severity,
            dimension=found.dimension,
            a=found.a,
            b=found.b,
            outcome=found.outcome,
        )
        for found in session.scalars(query)
    )


def changes_of(session: Session, verdict_id: str, dataset: str) -> tuple[Change, ...]:
    """What standardising changed in what that verdict judged, the most rows first; what it is called in both words."""
    titles = {item.name: (item.title_zh, item.title_en) for item in queries.items(session, dataset)}
    found = []
    for note, rows in queries.changes(session, verdict_id).items():
        item, _, what = note.rpartition(":")
        found.append(Change(item, titles.get(item, (item, item)), what, NOTES.get(what, (what, what)), rows))
    return tuple(sorted(found, key=lambda one: (-one.rows, one.item, one.what)))


def by_dimension(rules: Iterable[Rule]) -> tuple[Tally, ...]:
    """A and B of `rules` by dimension, in the standard's order (01, 02 ...); those no rule speaks of left out."""
    given = tuple(rules)
    spoken_of = {dimension_of(rule.dimension) for rule in given}
    scored = dimension_scores(given)
    return tuple(Tally(one.dimension, one.a, one.b) for one in scored if one.dimension in spoken_of)


def dimension_of(indicator: str) -> str:
    """The dimension an indicator of GB/T 36344 belongs to: '0104' -> '01'. Names stay as they are."""
    return indicator[:2] if indicator[:2].isdigit() else indicator


def newest(session: Session, *, agency: str = "", dataset: str = "") -> tuple[Judged, ...]:
    """The newest verdict of every dataset (of one `agency`, or the one `dataset`), the worst first."""
    verdict = latest.verdicts()
    counts = (
        select(RuleResult.verdict_id, func.sum(RuleResult.a).label("a"), func.sum(RuleResult.b).label("b"))
        .group_by(RuleResult.verdict_id)
        .subquery()
    )
    query = (
        select(Verdict, Dataset, counts.c.a, counts.c.b)
        .join(verdict, verdict.c.verdict_id == Verdict.verdict_id)
        .join(Dataset, Dataset.code == Verdict.dataset)
        .outerjoin(counts, counts.c.verdict_id == Verdict.verdict_id)
    )
    if agency:
        query = query.where(Dataset.agency == agency)
    if dataset:
        query = query.where(Dataset.code == dataset)
    good, waiting = dict(session.execute(select(*latest.good_verdicts())).all()), _waiting(session)
    judged = [
        replace(
            _judged(found, entry, a or 0, b or 0),
            stale=found.outcome not in FIT or entry.code in waiting,
            good_verdict_id=good.get(entry.code),
        )
        for found, entry, a, b in session.execute(query)
    ]
    return tuple(sorted(judged, key=lambda one: (-failing_share(one), one.dataset)))


def differences(session: Session) -> tuple[Difference, ...]:
    """What two departments tell of the same person or body, item by item (共享信息差异比), the most different first."""
    verdict = latest.verdicts()
    query = (
        select(RuleResult, verdict.c.dataset)
        .join(verdict, verdict.c.verdict_id == RuleResult.verdict_id)
        .where(RuleResult.rule_id.startswith("across."), RuleResult.dimension == SAME_DATA)
    )
    found = (
        Difference(dataset, rule.rule_id, (rule.title_zh, rule.title_en), rule.item.partition(",")[0], rule.a, rule.b)
        for rule, dataset in session.execute(query)
    )
    return tuple(sorted(found, key=lambda one: (-(one.ratio or 0), one.dataset, one.rule_id)))


def _waiting(session: Session) -> frozenset[str]:
    """Datasets with a delivery newer than the one judged last: it waits, or is held."""
    verdict, newer, judged = latest.verdicts(), aliased(Batch), aliased(Batch)
    query = (
        select(newer.dataset)
        .join(verdict, verdict.c.dataset == newer.dataset)
        .join(judged, judged.batch_id == verdict.c.batch_id)
        .where(newer.collected_at > judged.collected_at, newer.status != "judged")
    )
    return frozenset(session.scalars(query))


def dimensions(session: Session, *, agency: str = "") -> tuple[Tally, ...]:
    """A and B by dimension over the newest verdicts of all datasets (of one `agency`)."""
    verdict = latest.verdicts()
    query = (
        select(RuleResult.dimension, func.sum(RuleResult.a), func.sum(RuleResult.b))
        .join(verdict, verdict.c.verdict_id == RuleResult.verdict_id)
        .join(Dataset, Dataset.code == verdict.c.dataset)
        .group_by(RuleResult.dimension)
    )
    if agency:
        query = query.where(Dataset.agency == agency)
    found = session.execute(query)
    return by_dimension(Rule("", ("", ""), "", "", name, int(a), int(b), "") for name, a, b in found)


def _judged(found: Verdict, entry: Dataset, a: int, b: int) -> Judged:
    return Judged(
        verdict_id=found.verdict_id,
        dataset=entry.code,
        title=(entry.title_zh, entry.title_en),
        agency=entry.agency,
        batch_id=found.batch_id,
        outcome=found.outcome,
        rows=found.rows,
        accepted=found.accepted,
        quarantined=found.quarantined,
        judged_at=found.judged_at,
        a=int(a),
        b=int(b),
    )


def failing_share(one: Judged | Tally) -> float:
    """(B - A) / B, from 0 to 1; 0 where nothing was assessed."""
    return (one.b - one.a) / one.b if one.b else 0.0
