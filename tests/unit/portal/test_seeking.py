"""Who somebody is, found in the portal and over HTTP by what a clerk holds in hand: a number that goes nowhere else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from authorization.actions import accounts
from authorization.models import FindMiss
from catalog.database import open_session
from catalog.errors import QuotaExceeded
from catalog.settings import Settings
from exchange_api import guessing
from exchange_api.guessing import MOST_MISSES, Guesses
from tests.factories import reviewed
from tests.factories.client import TestClient
from tests.unit.portal.conftest import form_token
from tests.unit.portal.test_reviews import entities, looks

Enter = Callable[[str], TestClient]
NOBODY = "11010519800101001X"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module", autouse=True)
def built_city(city: Settings) -> None:
    """The city with a population base."""
    reviewed.add(city, now=now())


@pytest.fixture
def steward_token(city: Settings) -> dict[str, str]:
    with open_session(city) as session:
        token = accounts.issue_token(session, login="steward", label="t", days=1, by="test", now=now())
    return {"Authorization": f"Bearer {token}"}


def test_an_entity_is_found_by_a_number_in_a_form_that_goes_back_to_no_page(
    app: FastAPI, city: Settings, signed_in: Enter
) -> None:
    before, person = len(looks(app, city)), reviewed.PERSONS[5]
    steward = signed_in("steward")
    form = {"csrf": form_token(steward, "/entities"), "base": "population"}
    for given in ({"number": person["resident_id"]}, {"phone": person["phone"], "name": person["name"]}):
        answer = steward.post("/entities", data=form | given)
        assert answer.status_code == 200
        assert f'href="/entities/population/{entities(city)["p5"]}"' in answer.text
        assert not [value for value in given.values() if value in answer.text]
    nobody = steward.post("/entities", data=form | {"number": "11010519800101001X"}).text
    assert "没有查到" in nobody
    assert "11010519800101001X" not in nobody
    new = looks(app, city)[before:]
    assert [(one["surface"], one["account"], one["rows"], one["items"]) for one in new] == [
        ("find", "steward", 1, ["resident_id"]),
        ("find", "steward", 1, ["name", "phone"]),
        ("find", "steward", 0, ["resident_id"]),
    ]
    assert person["resident_id"] not in str(new)


def test_what_cannot_be_looked_up_is_said_and_a_foreign_form_looks_up_nothing(
    app: FastAPI, city: Settings, signed_in: Enter
) -> None:
    before, number = len(looks(app, city)), str(reviewed.PERSONS[5]["resident_id"])
    steward = signed_in("steward")
    form = {"csrf": form_token(steward, "/entities"), "base": "population"}
    for given, status in (({"number": "x"}, 422), ({"name": "王"}, 422), ({"number": number, "csrf": "0"}, 403)):
        answer = steward.post("/entities", data=form | given)
        assert (answer.status_code, "未查找" in answer.text, number in answer.text) == (status, True, False)
    assert steward.post("/entities", data=form | {"base": "economy", "number": number}).status_code == 404
    assert len(looks(app, city)) == before


def test_an_entity_is_found_over_http_by_a_body_and_by_no_address(
    app: FastAPI, city: Settings, browser: TestClient, steward_token: dict[str, str]
) -> None:
    before, number = len(looks(app, city)), reviewed.PERSONS[5]["resident_id"]
    path = "/api/v1/bases/population/entities/find"
    found = browser.post(path, json={"number": number}, headers=steward_token)
    assert [(one["entity"], one["how"]) for one in found.json()["matches"]] == [(entities(city)["p5"], "now")]
    assert str(number) not in found.text
    for wrong in ({}, {"number": "1" * 101}, {"number": number, "name": "王"}):
        assert browser.post(path, json=wrong, headers=steward_token).status_code == 422
    assert browser.get(path, params={"number": number}, headers=steward_token).status_code == 404
    assert browser.post(path, json={"number": number}).status_code == 401
    assert [(one["surface"], one["rows"]) for one in looks(app, city)[before:]] == [("find", 1)]


def test_whoever_finds_nobody_too_often_looks_no_more_and_the_refusal_is_on_record(
    app: FastAPI, city: Settings, browser: TestClient, steward_token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "MOST_MISSES", 2)
    with open_session(city) as session:
        session.execute(delete(FindMiss))
    path, person = "/api/v1/bases/population/entities/find", reviewed.PERSONS[5]

    def status(number: object) -> int:
        return browser.post(path, json={"number": number}, headers=steward_token).status_code

    assert [status(number) for number in (person["resident_id"], NOBODY, person["resident_id"], NOBODY)] == [200] * 4
    assert [status(number) for number in (NOBODY, person["resident_id"], "x")] == [429, 429, 422]
    last = looks(app, city)[-1]
    assert (last["surface"], last["decision"], last["account"]) == ("find", "refused", "steward")


def test_on_the_next_day_an_account_may_look_again_and_others_might_all_the_while(city: Settings) -> None:
    guesses, late = Guesses(city), datetime(2026, 3, 2, 15, 59, tzinfo=UTC)  # 23:59 in the county
    for _ in range(MOST_MISSES):
        guesses.begin("a", late)
    with pytest.raises(QuotaExceeded):
        guesses.begin("a", late)
    guesses.begin("b", late)
    next_day = late + timedelta(minutes=1)
    guesses.begin("a", next_day)
    guesses.hit("a", late)
    for _ in range(MOST_MISSES - 1):
        guesses.begin("a", next_day)
    with pytest.raises(QuotaExceeded):
        guesses.begin("a", next_day)


def test_several_processes_and_one_that_began_anew_count_as_one(city: Settings) -> None:
    moment = datetime(2026, 3, 5, 4, tzinfo=UTC)
    with ThreadPoolExecutor(4) as pool:
        tries = list(pool.map(lambda _: may_look(city, moment), range(MOST_MISSES * 2)))
    assert (MOST_MISSES, sum(tries)) == (10, 10)
    Guesses(city).hit("c", moment)
    assert [may_look(city, moment) for _ in range(2)] == [True, False]


def may_look(city: Settings, moment: datetime) -> bool:
    """Whether account c may look once more, as a process that begins sees it."""
    try:
        Guesses(city).begin("c", moment)
    except QuotaExceeded:
        return False
    return True
