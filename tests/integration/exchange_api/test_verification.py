"""Yes or no (核验): values are compared inside, nothing of a row leaves."""

import pytest

from catalog.database import open_session
from tests.integration.exchange_api.city import TOPIC, grant, source_rows

PATH = f"/api/v1/datasets/{TOPIC}/verify"
PERSON = source_rows()[1]


@pytest.fixture
def asked(city):
    with open_session(city.settings) as session:
        grant(
            session,
            code="checks",
            purpose="核验",
            surfaces=["verify"],
            calls_per_day=4,
            items=["resident_id", "name"],
            masks={},
        )

    def ask(account="housing_service", purpose="核验", **values):
        return city.post(PATH, account, json={"values": values, "purpose": purpose})

    return ask


def test_a_row_with_all_values_holds_and_any_wrong_value_does_not(asked):
    right = {"resident_id": PERSON["resident_id"], "name": PERSON["name"]}
    assert asked(**right).json()["holds"] is True
    assert asked(**{**right, "name": "别人"}).json()["holds"] is False


def test_rows_outside_the_grants_filter_do_not_exist(asked):
    dead = source_rows()[0]
    assert asked(resident_id=dead["resident_id"], name=dead["name"]).json()["holds"] is False


def test_single_values_foreign_items_purposes_and_callers_are_refused(asked):
    assert asked(resident_id="1").status_code == 422
    assert asked(resident_id="1", secret_note="x").status_code == 403
    assert asked(resident_id="1", name="x", purpose="好奇").status_code == 403
    assert asked(account="stranger", resident_id="1", name="x").status_code == 403


def test_guessing_ends_with_the_quota(asked):
    answers = [asked(resident_id="1", name=str(number)) for number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[-1].json()["code"] == "quota_exceeded"


def test_a_malformed_question_is_not_repeated_in_the_answer(city):
    answer = city.post(PATH, json={"values": {"name": ["CANARY"]}, "purpose": "x"})
    assert answer.status_code == 422
    assert "CANARY" not in answer.text
