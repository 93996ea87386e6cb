"""What somebody was, told to who may not know when they were born or died: no day of either, by whatever question."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from fastapi import FastAPI

from authorization.actions import accounts
from catalog.database import open_reader, open_session
from catalog.settings import Settings
from catalog.standards import check_digits
from dags.steps.bases import build_group
from exchange_api.views import past
from lake import tables
from lake.layout import Layout
from tests.factories import reviewed
from tests.factories.client import TestClient
from tests.factories.standard_tables import hold, moment

NUMBER: Final = "37068319900307700" + check_digits.mod_11_2("37068319900307700")
BORN, BORN_TOO, DIED = date(1990, 3, 7), date(1991, 5, 9), date(2026, 4, 11)
"""BORN_TOO: what the police said first."""


@pytest.fixture(scope="module")
def person(city: Settings) -> str:
    """Somebody whose address is said to be older than they are, whose birth was put right and who died."""
    row = reviewed.police(5) | {"person_no": "dead", "name": "单独人", "resident_id": NUMBER}
    row |= {"updated_at": moment(1980), "address": "莱州市文昌路街道旧居路1号"}
    for day, more in (
        (1, {"birth_date": BORN_TOO}),
        (2, {"birth_date": BORN}),
        (3, {"birth_date": BORN, "status": "2", "updated_at": moment(2026, 11, 3)}),
    ):
        if day == 3:
            hold(city, "health_death", {"certificate_no": "D1", "resident_id": NUMBER, "death_date": DIED}, day=day)
        hold(city, "police_person", row | more, day=day)
        build_group(city, "population", clock=lambda day=day: datetime(2026, 11, day, 1, tzinfo=UTC))
    rows = tables.read(Layout(city.lake_url).base("population"), settings=city).to_pylist()
    return next(str(one["person_id"]) for one in rows if one["name"] == "单独人")


def days() -> Iterator[date]:
    """Every day that could tell, the days before and after it, and days far away."""
    for day in (BORN, BORN_TOO, DIED):
        yield from (day + timedelta(days=step) for step in (-1, 0, 1))
    yield from (date(1800, 1, 1), date(1900, 1, 1), date(2026, 3, 1), date(2026, 4, 30))


def shown(city: Settings, person: str, valid: date | None, agency: str = "") -> tuple[past.PastField, ...]:
    with open_reader(city) as session:
        return past.of_entity(city, session, "population", person, past.Asked(valid, None), agency=agency).fields


def test_no_day_asked_for_finds_the_day_of_birth_or_of_death(city: Settings, person: str) -> None:
    told = {day: shown(city, person, day) for day in days()}
    assert len(set(told.values())) == 1
    assert {"resident_id", "birth_date", "sex", "address", "status", "death_date"} <= {
        field.name for field in told[date(1800, 1, 1)]
    }


def test_the_days_of_birth_and_death_stand_in_no_answer_and_on_no_page(
    city: Settings, app: FastAPI, browser: TestClient, signed_in: Callable[[str], TestClient], person: str
) -> None:
    with open_session(city) as session:
        clock = datetime.now(UTC)
        token = accounts.issue_token(session, login="steward", label="t", days=1, by="test", now=clock)
    path, bearer = f"/api/v1/bases/population/entities/{person}/as-of", {"Authorization": f"Bearer {token}"}
    answers = [browser.get(path, headers=bearer).json()["fields"]]
    answers += [browser.get(path, params={"valid": str(day)}, headers=bearer).json()["fields"] for day in days()]
    page = signed_in("steward").get(f"/entities/population/{person}").text
    for day in (BORN, BORN_TOO, DIED):
        assert all(form not in f"{answers}{page}" for form in (str(day), f"{day:%Y%m%d}", f"{day:%Y年}"))
    assert "至死亡" in page
    assert "自出生" in page
    status = [(one["since"]["en"], one["until"]["en"]) for one in answers[0] if one["name"] == "status"]
    assert status == [("since birth", "until death"), ("since death", "")]


def test_who_delivered_a_date_is_told_its_day_and_no_other(city: Settings, person: str) -> None:
    plain = [field for field in shown(city, person, None, agency="police") if field.name == "status"]
    assert [(field.valid_from, field.valid_to) for field in plain] == [(BORN_TOO, None), (None, None)]
    for day, count in ((BORN_TOO - timedelta(days=1), 1), (BORN_TOO, 2)):
        names = [field.name for field in shown(city, person, day, agency="police")]
        assert names.count("status") == count, "of the death, which the hospital told, the day is found by no question"
    assert [(field.since[1], field.until[1]) for field in plain] == [("", "until death"), ("since death", "")]
