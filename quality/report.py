"""The monthly quality report of the departments, from stored verdicts: the ranking, and under it what to mend.

One month, by the county's calendar: of every dataset the last verdict of that month. The same numbers as XLSX and as
one HTML page without anything from elsewhere. No failing value stands in it, only counts.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import queries
from catalog.errors import InvalidInput
from catalog.models import Dataset, RuleResult, Verdict
from quality.grading import Grading
from quality.scores import Score, department_score

_CHINA = timezone(timedelta(hours=8))
_HEADINGS = ("名次 Rank", "部门 Department", "得分 Score", "等级 Grade", "数据集 Datasets", "不合格 Failing")
_FAULTS = ("部门 Department", "数据集 Dataset", "规则 Rule", "含义 Meaning", "不合格 Failing", "检查 Assessed")


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
    """One department in a month: its score, that of each dataset, its faults, the most failures first."""

    agency: str
    name: tuple[str, str]
    score: Score
    datasets: dict[str, Score]
    faults: tuple[Fault, ...]


def month_of(text: str) -> tuple[datetime, datetime]:
    """First moment of a month written '2026-11', and that of the next; raises InvalidInput."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=_CHINA)
    except ValueError:
        raise InvalidInput("月份写作 2026-11。", "Write a month as 2026-11.", code="month_invalid") from None
    return first, (first + timedelta(days=32)).replace(day=1)


def ranking(session: Session, month: str, grading: Grading) -> tuple[Standing, ...]:
    """Departments by score, the best first; whoever had nothing assessed comes last. Ties by code."""
    results: dict[str, dict[str, list[RuleResult]]] = {}
    for entry, verdict in _last_verdicts(session, month):
        rules = session.scalars(select(RuleResult).where(RuleResult.verdict_id == verdict.verdict_id))
        results.setdefault(entry.agency, {})[entry.code] = list(rules)
    names = {code: (one.name_zh, one.name_en) for code, one in queries.agencies(session).items()}
    standings = [
        _standing(agency, names.get(agency, (agency, agency)), found, grading) for agency, found in results.items()
    ]
    return tuple(sorted(standings, key=lambda one: (one.score.value is None, -(one.score.value or 0), one.agency)))


def as_xlsx(standings: Sequence[Standing], month: str) -> bytes:
    """Two sheets: the ranking, and every fault."""
    import xlsxwriter

    kept = io.BytesIO()
    options: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as book:
        for name, headings, lines in (
            (f"{month} 排名", _HEADINGS, _ranked(standings)),
            ("问题清单", _FAULTS, _listed(standings)),
        ):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings), 22)
            for place, line in enumerate((headings, *lines)):
                sheet.write_row(place, 0, line)
    return kept.getvalue()


def as_html(standings: Sequence[Standing], month: str) -> str:
    """One page that stands alone: no script, no style sheet, no picture from elsewhere."""
    title = f"{escape(month)} 数据质量月报 · Monthly data quality report"
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font-family:sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse;margin:1rem 0}"
        "th,td{border:1px solid #767676;padding:.3rem .6rem;text-align:left}</style></head><body>"
        f"<h1>{title}</h1>{_table('部门排名 Ranking', _HEADINGS, _ranked(standings))}"
        f"{_table('问题清单 To mend', _FAULTS, _listed(standings))}</body></html>"
    )


def _last_verdicts(session: Session, month: str) -> Iterable[tuple[Dataset, Verdict]]:
    first, after = (moment.astimezone(UTC) for moment in month_of(month))
    query = (
        select(Dataset, Verdict)
        .join(Verdict, Verdict.dataset == Dataset.code)
        .where(Verdict.judged_at >= first, Verdict.judged_at < after, Verdict.outcome != "error")
        .order_by(Dataset.code, Verdict.judged_at, Verdict.verdict_id)
    )
    last = {entry.code: (entry, verdict) for entry, verdict in session.execute(query)}
    return last.values()


def _standing(agency: str, name: tuple[str, str], found: dict[str, list[RuleResult]], grading: Grading) -> Standing:
    whole, datasets = department_score(found.items(), weights=grading.weights, grades=grading.grades)
    faults = [
        Fault(dataset, one.rule_id, (one.title_zh, one.title_en), one.b - one.a, one.b)
        for dataset, results in found.items()
        for one in results
        if one.outcome == "failed"
    ]
    faults.sort(key=lambda fault: (-fault.failing, fault.dataset, fault.rule_id))
    return Standing(agency, name, whole, datasets, tuple(faults))


def _ranked(standings: Sequence[Standing]) -> list[tuple[Any, ...]]:
    return [
        (
            place,
            " ".join(one.name),
            round(one.score.value * 100, 2) if one.score.value is not None else "—",
            f"{one.score.grade.code} {one.score.grade.title_zh}" if one.score.grade else "—",
            len(one.datasets),
            sum(fault.failing for fault in one.faults),
        )
        for place, one in enumerate(standings, 1)
    ]


def _listed(standings: Sequence[Standing]) -> list[tuple[Any, ...]]:
    return [
        (one.name[0], fault.dataset, fault.rule_id, " ".join(fault.title), fault.failing, fault.assessed)
        for one in standings
        for fault in one.faults
    ]


def _table(caption: str, headings: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in line)}</tr>" for line in lines)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
