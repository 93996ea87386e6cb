"""Departments side by side, month by month: what the ranking's page draws and its JSON says."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.errors import InvalidInput
from catalog.settings import Settings
from exchange_api.views.names import Pair
from quality.figures import ranking
from quality.figures.grading import Grading, grading
from quality.figures.scores import points

TREND_MONTHS = 6


@dataclass(frozen=True)
class Point:
    """A department's points of 100 in a month; None where nothing was assessed."""

    month: str
    points: float | None


@dataclass(frozen=True)
class Mend:
    """A rule that failed: `failing` of `assessed` rows."""

    dataset: str
    rule_id: str
    title: Pair
    failing: int
    assessed: int


@dataclass(frozen=True)
class Place:
    """One department. `points` of 100, `change` since the month before, `trend` oldest month first.

    `failing`: rows that broke a rule, one counted for each rule; `faults`: which rules, the most failures first.
    """

    place: int
    agency: str
    name: Pair
    points: float | None
    grade: str | None
    grade_title: Pair | None
    change: float | None
    trend: tuple[Point, ...]
    datasets: int
    failing: int
    faults: tuple[Mend, ...]


@dataclass(frozen=True)
class Board:
    """The ranking of `month`; `months` there are rankings of, newest first; `departments` stand in it altogether."""

    month: str
    months: tuple[str, ...]
    departments: int
    places: tuple[Place, ...]


def board(session: Session, settings: Settings, *, month: str = "", agency: str = "") -> Board:
    """The ranking of a month ('': the newest), or the place of one `agency` in it. Raises InvalidInput."""
    graded = grading(settings)
    months = ranking.months(session)
    chosen = month or (months[0] if months else "")
    if not chosen:
        return Board("", (), 0, ())
    standings = ranking.ranking(session, chosen, graded)
    back = _back(chosen, months)
    history = [(one, ranking.scores(session, one, graded)) for one in back]
    places = tuple(_place(one, history) for one in standings if agency in ("", one.agency))
    return Board(chosen, months, len(standings), places)


def now(session: Session, settings: Settings, *, agency: str = "") -> tuple[Place, ...]:
    """The ranking by the newest verdict of every dataset, without trend."""
    standings = ranking.newest(session, grading(settings))
    return tuple(_place(one, ()) for one in standings if agency in ("", one.agency))


def report(session: Session, settings: Settings, *, month: str, agency: str = "") -> tuple[ranking.Standing, ...]:
    """What the monthly report of a month is made of: every department, or one `agency`.

    Raises InvalidInput when nothing was judged in that month.
    """
    graded: Grading = grading(settings)
    standings = ranking.ranking(session, month, graded)
    if not standings:
        raise month_empty(session, month)
    return tuple(one for one in standings if agency in ("", one.agency))


def month_empty(session: Session, month: str) -> InvalidInput:
    """The error for a month in which nothing was judged; it names the months there are."""
    there = ranking.months(session)
    return InvalidInput(
        f"{month} 没有质量判定。有判定的月份：{'、'.join(there) or '无'}。",
        f"Nothing was judged in {month}. Months there are: {', '.join(there) or 'none'}.",
        code="month_empty",
        month=month,
    )


def _back(month: str, months: Sequence[str]) -> list[str]:
    """The months of the trend, oldest first; none before the first verdict."""
    found = [month]
    while len(found) < TREND_MONTHS and ranking.month_before(found[-1]) in months:
        found.append(ranking.month_before(found[-1]))
    return found[::-1]


def _place(one: ranking.Standing, history: Sequence[tuple[str, dict[str, float | None]]]) -> Place:
    trend = tuple(Point(month, _points(scores.get(one.agency))) for month, scores in history)
    before, last = (trend[-2].points, trend[-1].points) if len(trend) > 1 else (None, None)
    grade = one.score.grade
    return Place(
        place=one.place,
        agency=one.agency,
        name=one.name,
        points=_points(one.score.value),
        grade=grade.code if grade else None,
        grade_title=(grade.title_zh, grade.title_en) if grade else None,
        change=round(last - before, 2) if before is not None and last is not None else None,
        trend=trend,
        datasets=len(one.datasets),
        failing=sum(fault.failing for fault in one.faults),
        faults=tuple(Mend(f.dataset, f.rule_id, f.title, f.failing, f.assessed) for f in one.faults),
    )


def _points(value: float | None) -> float | None:
    return None if value is None else float(points(value))
