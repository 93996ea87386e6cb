"""The ranking and the monthly report over the API: all of it for the bureau, one's own place for a department."""

import io

import openpyxl
import pytest

from catalog.actions import datasets, verdicts
from catalog.database import open_session
from catalog.models import Dataset, RuleResult, Verdict
from tests.integration.exchange_api.city import NOW

MONTH = f"{NOW:%Y-%m}"


@pytest.fixture
def ranked(city):
    """civil with 90 of 100, police with 99 of 100, in the same month."""
    with open_session(city.settings) as session:
        for agency, conforming in (("civil", 90), ("police", 99)):
            code = f"{agency}_set"
            entry = Dataset(
                code=code, title_zh="甲", title_en="A", agency=agency, zone="standard", mode="snapshot", grade="L2",
                sharing="conditional", hub_id="370683", providers=[agency], version="1.0.0", registered_at=NOW,
            )  # fmt: skip
            datasets.register(session, dataset=entry, items=[], by="t", now=NOW)
            judged = Verdict(
                verdict_id=code, dataset=code, batch_id=code, outcome="warned", rows=100, accepted=100, quarantined=0,
                judged_at=NOW.replace(day=15),
            )  # fmt: skip
            result = RuleResult(
                verdict_id=code, rule_id="name.required", item="name", severity="warn", dimension="0201",
                title_zh="姓名", title_en="name", a=conforming, b=100, outcome="failed",
            )  # fmt: skip
            verdicts.record(session, verdict=judged, results=[result], by="t", now=NOW)
    return city


def test_the_bureau_sees_every_place_and_a_department_its_own(ranked):
    board = ranked.get("/api/v1/quality/ranking", "steward").json()
    assert [(one["place"], one["agency"], one["points"], one["grade"]) for one in board["places"]] == [
        (1, "police", 99.0, "A"),
        (2, "civil", 90.0, "C"),
    ]
    assert board["months"] == [MONTH]
    own = ranked.get("/api/v1/quality/ranking", "civil_clerk").json()
    assert (own["departments"], [one["agency"] for one in own["places"]]) == (2, ["civil"])
    assert [(one["rule_id"], one["failing"]) for one in own["places"][0]["faults"]] == [("name.required", 10)]


@pytest.mark.parametrize("path", ["/api/v1/quality/ranking", f"/api/v1/quality/report?month={MONTH}"])
def test_who_sees_no_quality_sees_no_ranking(ranked, path):
    assert {ranked.get(path, account).status_code for account in ("housing_service", "auditor", "operator")} == {403}


def test_the_report_is_narrowed_like_the_ranking_and_a_wrong_month_refused(ranked):
    def departments(account):
        answer = ranked.get(f"/api/v1/quality/report?month={MONTH}", account)
        lines = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
        return [line[1] for line in lines][1:]

    assert departments("steward") == ["police police", "civil civil"]
    assert departments("civil_clerk") == ["civil civil"]
    page = ranked.get(f"/api/v1/quality/report?month={MONTH}&form=html", "civil_clerk")
    assert "police" not in page.text
    assert ranked.get("/api/v1/quality/report?month=2026-13", "steward").json()["code"] == "month_invalid"
    assert ranked.get(f"/api/v1/quality/report?month={MONTH}&form=pdf", "steward").status_code == 422
