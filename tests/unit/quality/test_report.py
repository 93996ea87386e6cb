"""The month's ranking and what to mend, from stored verdicts; weights and grades of the county's own."""

import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from catalog.actions import agencies, datasets, verdicts
from catalog.database import open_reader, open_session
from catalog.errors import ConfigurationError, InvalidInput
from catalog.models import Dataset, RuleResult, Verdict
from catalog.settings import Settings
from quality.figures import ranking, report
from quality.figures.grading import NAME, Grading, grading

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)


def judged(settings: Settings, agency: str, at: datetime, counts: dict[str, tuple[int, int]], serial: int = 1) -> None:
    """Store a verdict of `agency`'s one dataset with {dimension: (a, b)}."""
    code = f"{agency}_set"
    verdict = Verdict(
        verdict_id=f"{code}-{serial}", dataset=code, batch_id=f"{code}-{serial}", outcome="warned", rows=1, accepted=1,
        quarantined=0, judged_at=at,
    )  # fmt: skip
    results = [
        RuleResult(
            verdict_id=verdict.verdict_id, rule_id=f"r{dimension}", item="", severity="warn",
            dimension=f"{dimension}01", title_zh="规则<b>", title_en="rule", a=a, b=b,
            outcome="not_applicable" if b == 0 else "passed" if a == b else "failed",
        )
        for dimension, (a, b) in counts.items()
    ]  # fmt: skip
    with open_session(settings) as session:
        if session.get(Dataset, code) is None:
            agencies.register(session, code=agency, name_zh=f"{agency}局", name_en=agency, by="t", now=at)
            entry = Dataset(
                code=code, title_zh="甲", title_en="A", agency=agency, zone="standard", mode="snapshot", grade="L2",
                sharing="conditional", hub_id="370683", providers=[agency], version="1.0.0", registered_at=at,
            )  # fmt: skip
            datasets.register(session, dataset=entry, items=[], by="t", now=at)
        verdicts.record(session, verdict=verdict, results=results, by="t", now=at)


@pytest.fixture
def month(registry: Settings) -> Settings:
    """Health mended during November; police is worse; tax had nothing assessed; civil was judged in December."""
    judged(registry, "health", NOVEMBER.replace(day=2), {"02": (1, 100)}, serial=1)
    judged(registry, "health", NOVEMBER, {"02": (99, 100), "03": (100, 100)}, serial=2)
    judged(registry, "police", NOVEMBER, {"02": (90, 100), "03": (100, 100)})
    judged(registry, "tax", NOVEMBER, {"02": (0, 0)})
    judged(registry, "civil", datetime(2026, 11, 30, 16, 0, tzinfo=UTC), {"02": (1, 1)})
    return registry


def test_departments_are_ranked_by_the_last_verdict_of_the_month(month: Settings) -> None:
    with open_reader(month) as session:
        found = ranking.ranking(session, "2026-11", Grading())
    assert [one.agency for one in found] == ["health", "police", "tax"]
    assert [one.score.value for one in found] == [pytest.approx(0.995), pytest.approx(0.95), None]
    assert [one.score.grade.code if one.score.grade else None for one in found] == ["A", "B", None]
    assert [(fault.rule_id, fault.failing) for fault in found[1].faults] == [("r02", 10)]


def test_the_months_go_back_from_the_last_verdict_to_the_first(month: Settings, registry: Settings) -> None:
    with open_reader(month) as session:
        assert ranking.months(session) == ("2026-12", "2026-11")
    judged(registry, "water", datetime(2023, 1, 1, tzinfo=UTC), {"02": (1, 1)})
    with open_reader(month) as session:
        found = ranking.months(session)
    assert (len(found), found[0], found[-1]) == (24, "2026-12", "2025-01")


def test_with_no_verdict_there_is_no_month(registry: Settings) -> None:
    with open_reader(registry) as session:
        assert ranking.months(session) == ()


def test_scores_of_a_month_are_those_of_its_ranking(month: Settings) -> None:
    with open_reader(month) as session:
        found = ranking.ranking(session, "2026-11", Grading())
        assert ranking.scores(session, "2026-11", Grading()) == {one.agency: one.score.value for one in found}


def test_a_verdict_that_could_not_be_given_counts_for_nothing(month: Settings) -> None:
    with open_session(month) as session:
        judged_wrong = Verdict(
            verdict_id="police_set-9", dataset="police_set", batch_id="b", outcome="error", rows=1, accepted=0,
            quarantined=0, judged_at=NOVEMBER.replace(day=25),
        )  # fmt: skip
        verdicts.record(session, verdict=judged_wrong, results=[], by="t", now=NOVEMBER)
    with open_reader(month) as session:
        by_month = ranking.ranking(session, "2026-11", Grading())
        by_now = ranking.newest(session, Grading())
    assert [(one.place, one.agency) for one in by_month] == [(1, "health"), (2, "police"), (3, "tax")]
    assert [(one.place, one.agency) for one in by_now] == [(1, "civil"), (2, "health"), (3, "police"), (4, "tax")]


def test_a_month_ends_at_midnight_in_the_county(month: Settings) -> None:
    with open_reader(month) as session:
        assert [one.agency for one in ranking.ranking(session, "2026-12", Grading())] == ["civil"]
        with pytest.raises(InvalidInput):
            ranking.ranking(session, "2026-13", Grading())


def test_the_workbook_and_the_page_say_the_same_and_the_page_needs_nothing_else(month: Settings) -> None:
    with open_reader(month) as session:
        found = ranking.ranking(session, "2026-11", Grading())
    assert report.as_bytes(found, "2026-11", "html").decode() == report.as_html(found, "2026-11")
    with pytest.raises(InvalidInput):
        report.as_bytes(found, "2026-11", "pdf")
    book = openpyxl.load_workbook(io.BytesIO(report.as_xlsx(found, "2026-11")))
    ranked, faults = (list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book)
    assert [line[1] for line in ranked] == ["health局 health", "police局 police", "tax局 tax"]
    assert [line[4] for line in faults] == [1, 10]
    page = report.as_html(found, "2026-11")
    assert all(str(line[2]) in page for line in ranked)
    assert "<b>" not in page
    assert not any(word in page for word in ("<script", "src=", "href=", "http"))


def test_a_county_weighs_and_grades_as_its_own_table_says(month: Settings) -> None:
    own = "weight,02,3\nweight,03,1\ngrade,甲,0.99,甲等,first\ngrade,乙,0,乙等,second\n"
    month.home.mkdir(parents=True, exist_ok=True)
    Path(month.home, NAME).write_text(own, encoding="utf-8")
    with open_reader(month) as session:
        found = ranking.ranking(session, "2026-11", grading(month))
    assert found[0].score.value == pytest.approx(0.75 * 0.99 + 0.25)
    assert [one.score.grade.code for one in found if one.score.grade] == ["甲", "乙"]


@pytest.mark.parametrize(
    "text",
    ["weight,09,1\n", "weight,02,-1\n", "weight,02,0\n", "weight,02,nan\n", "grade,A,0.5,a,b\n", "x\n",
     "grade,A,0.1,a,b\ngrade,B,0.2,a,b\ngrade,C,0,a,b\n", "grade,A,1.5,a,b\n"],
)  # fmt: skip
def test_a_table_that_is_wrong_is_refused(settings: Settings, text: str) -> None:
    settings.home.mkdir(parents=True)
    Path(settings.home, NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        grading(settings)
