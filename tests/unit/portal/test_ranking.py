"""Departments side by side: the page, its narrowing to one's own department, and the monthly report."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from catalog.settings import Settings
from tests.factories import ticketed
from tests.factories.client import TestClient
from tests.unit.portal.test_pages import words_of

Enter = Callable[[str], TestClient]


@pytest.fixture(scope="module", autouse=True)
def past(city: Settings) -> None:
    """The city with verdicts of months past."""
    ticketed.add(city, now=datetime.now(UTC))


def delivered() -> str:
    """The month, in the county's calendar, of the small registry's last deliveries."""
    return f"{datetime.now(UTC) + timedelta(hours=8 - 6, minutes=-55):%Y-%m}"


def test_every_department_has_a_place_a_score_a_grade_and_a_trend(signed_in: Enter) -> None:
    markup = signed_in("steward").get(f"/quality/ranking?month={delivered()}").text
    places = markup.count("<polyline")
    assert places >= 9, "every department that delivered; the bureau's bases are judged an hour later"
    assert f"共 {places} 个部门" in markup
    assert "A 优秀" in markup
    assert markup.index("机构编制委员会办公室") < markup.index("人力资源和社会保障局")


def test_a_department_is_shown_its_own_place_among_all_and_what_it_must_correct(signed_in: Enter) -> None:
    browser = signed_in("police_clerk")
    page = words_of(browser, f"/quality/ranking?agency=hrss&month={delivered()}")
    assert "个部门" in page
    assert "身份号码校验位正确" in page
    assert "人力资源和社会保障局" not in page
    assert "民政局" not in page


def test_an_earlier_month_is_ranked_by_its_own_verdicts_and_a_wrong_one_refused(signed_in: Enter) -> None:
    browser = signed_in("steward")
    months = browser.get("/quality/ranking").text.split('<option value="')[1:]
    oldest = months[-1][:7]
    page = words_of(browser, f"/quality/ranking?month={oldest}")
    assert "共 5 个部门" in page, "those whose data was judged that month"
    assert browser.get("/quality/ranking?month=2026-13").status_code == 422
    assert "没有质量判定" in words_of(browser, "/quality/ranking?month=2020-01&agency=police")


def test_the_report_of_a_clerk_holds_the_own_department_alone(signed_in: Enter) -> None:
    browser = signed_in("police_clerk")
    month = delivered()
    answer = browser.get(f"/quality/report?month={month}")
    assert answer.headers["content-disposition"] == f'attachment; filename="quality-{month}.xlsx"'
    ranked = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert [line[1] for line in ranked[1:]] == ["公安局 Public Security Bureau"]
    page = browser.get(f"/quality/report?month={month}&form=html")
    assert "attachment" in page.headers["content-disposition"]
    assert "民政局" not in page.text


def test_who_sees_no_quality_sees_no_ranking(signed_in: Enter) -> None:
    browser = signed_in("housing_clerk")
    for path in ("/quality/ranking", "/quality/report?month=2026-11"):
        assert browser.get(path).status_code == 403
