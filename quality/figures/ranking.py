"""Departments side by side, from stored verdicts: score, grade, what each must mend, and how it moved month by month.

A month is the county's; of every dataset the last verdict of that month counts. One that could not be judged ('error')
counts for nothing: the one before it still says how the data is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.errors import InvalidInput
from catalog.models import Dataset, RuleResult, Verdict
from catalog.working_days import COUNTY_TIME
from quality.figures.grading import Grading
from quality.figures.scores import Score, department_score

MOST_MONTHS = 24
"""Months a page or report can be asked for, counted back from the newest verdict."""


@dataclass(frozen=True)
class Fault:
    """A rule that failed: what a clerk must mend. `failing` of `assessed` rows."""

    dataset: str
    rule_id: str
    title: tuple[str, str]
    failing: int
    assessed: int


@dataclass(frozen=True)
class Standing:
    """One department: its place among all, its score, that of each dataset, its faults, the most failures first."""

    place: int
    agency: str
    name: tuple[str, str]
    score: Score
    datasets: Mapping[str, Score]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class _Count:
    """A and B of one dimension of one dataset."""

    dimension: str
    a: int
    b: int
    outcome: str = ""


def month_of(text: str) -> tuple[datetime, datetime]:
    """First moment of a month written '2026-11', and that of the next; raises InvalidInput."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=COUNTY_TIME)
    except ValueError:
        raise InvalidInput("月份写作 2026-11。", "Write a month as 2026-11.", code="month_invalid") from None
    return first, (first + timedelta(days=32)).replace(day=1)


def months(session: Session) -> tuple[str, ...]:
    """The months there may be a ranking of, newest first: from the last verdict back to the first, at most 24."""
    first, last = session.execute(select(func.min(Verdict.judged_at), func.max(Verdict.judged_at))).one()
    if last is None:
        return ()
    found: list[str] = []
    month, oldest = f"{last.astimezone(COUNTY_TIME):%Y-%m}", f"{first.astimezone(COUNTY_TIME):%Y-%m}"
    while month >= oldest and len(found) < MOST_MONTHS:
        found.append(month)
        month = month_before(month)
    return tuple(found)


def month_before(month: str) -> str:
    """The month before '2026-11': '2026-10'."""
    return f"{month_of(month)[0] - timedelta(days=1):%Y-%m}"


def ranking(session: Session, month: str, grading: Grading) -> tuple[Standing, ...]:
    """Departments in a month by score, the best first; whoever had nothing assessed comes last. Ties by code."""
    return _ranked(session, _last(_within(month)), grading)


def newest(session: Session, grading: Grading) -> tuple[Standing, ...]:
    """The same by the newest verdict of every dataset, whenever that was."""
    return _ranked(session, _last(()), grading)


def scores(session: Session, month: str, grading: Grading) -> dict[str, float | None]:
    """Every department's score in a month, 0 to 1, by code."""
    counts = _counts(session, _last(_within(month)))
    return {agency: _score(datasets, grading)[0].value for agency, datasets in counts.items()}


def _within(month: str) -> tuple[ColumnElement[bool], ...]:
    first, after = (moment.astimezone(UTC) for moment in month_of(month))
    return Verdict.judged_at >= first, Verdict.judged_at < after


def _last(when: tuple[ColumnElement[bool], ...]) -> Subquery:
    """(dataset, verdict_id): of every dataset the last verdict of that time."""
    order = (Verdict.judged_at.desc(), Verdict.verdict_id.desc())
    place = func.row_number().over(partition_by=Verdict.dataset, order_by=order)
    judged = select(Verdict.dataset, Verdict.verdict_id, place.label("place"))
    ranked = judged.where(*when, Verdict.outcome != "error").subquery()
    return select(ranked.c.dataset, ranked.c.verdict_id).where(ranked.c.place == 1).subquery("last_verdict")


def _counts(session: Session, last: Subquery) -> dict[str, dict[str, list[_Count]]]:
    """Agency → dataset → A and B by dimension; rules that raised have neither."""
    query = (
        select(Dataset.agency, Dataset.code, RuleResult.dimension, func.sum(RuleResult.a), func.sum(RuleResult.b))
        .join(last, last.c.dataset == Dataset.code)
        .outerjoin(RuleResult, RuleResult.verdict_id == last.c.verdict_id)
        .group_by(Dataset.agency, Dataset.code, RuleResult.dimension)
    )
    found: dict[str, dict[str, list[_Count]]] = {}
    for agency, code, dimension, a, b in session.execute(query):
        counts = found.setdefault(agency, {}).setdefault(code, [])
        if dimension is not None:
            counts.append(_Count(dimension, int(a), int(b)))
    return found


def _faults(session: Session, last: Subquery) -> dict[str, list[Fault]]:
    failing = RuleResult.b - RuleResult.a
    query = (
        select(Dataset.agency, Dataset.code, RuleResult)
        .join(last, last.c.dataset == Dataset.code)
        .join(RuleResult, RuleResult.verdict_id == last.c.verdict_id)
        .where(RuleResult.outcome == "failed")
        .order_by(failing.desc(), Dataset.code, RuleResult.rule_id)
    )
    found: dict[str, list[Fault]] = {}
    for agency, code, rule in session.execute(query):
        fault = Fault(code, rule.rule_id, (rule.title_zh, rule.title_en), rule.b - rule.a, rule.b)
        found.setdefault(agency, []).append(fault)
    return found


def _ranked(session: Session, last: Subquery, grading: Grading) -> tuple[Standing, ...]:
    names = {code: (one.name_zh, one.name_en) for code, one in queries.agencies(session).items()}
    faults = _faults(session, last)
    scored = [(agency, *_score(datasets, grading)) for agency, datasets in _counts(session, last).items()]
    scored.sort(key=lambda one: (one[1].value is None, -(one[1].value or 0), one[0]))
    return tuple(
        Standing(place, agency, names.get(agency, (agency, agency)), whole, datasets, tuple(faults.get(agency, ())))
        for place, (agency, whole, datasets) in enumerate(scored, 1)
    )


def _score(datasets: Mapping[str, list[_Count]], grading: Grading) -> tuple[Score, dict[str, Score]]:
    return department_score(datasets.items(), weights=grading.weights, grades=grading.grades)
