"""Yes or no (核验): values are compared inside, nothing of a row leaves."""

import time

import pytest

from authorization.actions import accounts, grants
from catalog.database import open_session
from tests.integration.exchange_api.city import NOW, TOPIC, grant, source_rows

PATH = f"/api/v1/datasets/{TOPIC}/verify"
PERSON = source_rows()[1]


@pytest.fixture
def asked(city):
    with open_session(city.settings) as session:
        grant(
            session,
            code="checks",
            agency="stats",
            purpose="核验",
            surfaces=["verify"],
            calls_per_day=4,
            items=["resident_id", "name"],
            masks={},
        )

    def ask(account="stranger", purpose="核验", **values):
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
    assert asked(account="housing_service", resident_id="1", name="x").status_code == 403


def test_what_a_department_reads_masked_it_cannot_find_out_by_guessing(city):
    with open_session(city.settings) as session:
        accounts.create(
            session, login="colleague", agency="housing", kind="service", roles=["consumer"], name_zh="c", name_en="c",
            by="test", now=NOW,
        )  # fmt: skip
        city.tokens["colleague"] = accounts.issue_token(session, login="colleague", label="t", days=1, by="t", now=NOW)
        for code, account in (("guess", ""), ("guess_too", "colleague")):
            grant(
                session, code=code, account=account, purpose=code, surfaces=["verify"], calls_per_day=1000,
                items=["person_no", "monthly_amount", "division_code", "phone"], masks={"monthly_amount": "plain"},
            )  # fmt: skip

    def guess(account="housing_service", purpose="guess", **values):
        return city.post(
            PATH, account, json={"values": {"person_no": PERSON["person_no"], **values}, "purpose": purpose}
        )

    for account, purpose in (("housing_service", "guess"), ("colleague", "guess_too")):
        answer = guess(account, purpose, monthly_amount=str(PERSON["monthly_amount"]))
        assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")
        assert "脱敏" in answer.json()["detail"]
    assert guess(division_code=PERSON["division_code"]).json()["holds"] is True
    with open_session(city.settings) as session:
        grants.revoke(session, code="housing_grant", by="test", now=NOW)
    time.sleep(0.6)
    assert guess(monthly_amount=str(PERSON["monthly_amount"])).json()["holds"] is True


def test_guessing_ends_with_the_quota(asked):
    answers = [asked(resident_id="1", name=str(number)) for number in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert answers[-1].json()["code"] == "quota_exceeded"


def test_a_malformed_question_is_not_repeated_in_the_answer(city):
    answer = city.post(PATH, json={"values": {"name": ["CANARY"]}, "purpose": "x"})
    assert answer.status_code == 422
    assert "CANARY" not in answer.text
