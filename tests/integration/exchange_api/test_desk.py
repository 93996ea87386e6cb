"""Corrections over the API, and who may say and do what on a ticket: default deny, every refusal on the record."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from authorization.actions import accounts, grants
from authorization.models import AccessGrant
from catalog import queries
from catalog.actions import datasets, tickets
from catalog.database import open_reader, open_session
from catalog.models import Dataset, Event, Ticket
from catalog.ticket_limits import MOST_CORRECTIONS, MOST_REOPENED
from tests.integration.exchange_api.city import NOW, TOPIC, grant

RAISE = f"/api/v1/datasets/{TOPIC}/corrections"
SAID = {"text": "编号 p0012 的人员已死亡，仍在册"}
VERBS = ("comment", "answer", "close", "reopen")
MAY = {  # on a correction that housing raised to civil
    "civil_clerk": {"comment", "answer"},
    "housing_service": {"comment", "close", "reopen"},
    "steward": {"comment", "close", "reopen"},
    "police_clerk": set(),
    "stranger": set(),
    "auditor": set(),
    "pipeline": set(),
}
UNSEEING = {"police_clerk", "stranger"}
"""Who is told that there is no such ticket; the others lack the right, whatever the ticket."""


@pytest.fixture
def correction(city):
    """Number of a correction of the topic, raised by housing."""
    return city.post(RAISE, json=SAID).json()["ticket_id"]


def events(city, tag):
    with open_reader(city.settings) as session:
        return [(one.by, one.details) for one in session.scalars(select(Event).where(Event.tag == tag))]


def corrections(city):
    with open_reader(city.settings) as session:
        return list(session.scalars(select(Ticket).where(Ticket.kind == "correction")))


def test_a_recipient_raises_a_correction_that_travels_the_road_of_a_ticket(city):
    answer = city.post(RAISE, json=SAID)
    made = answer.json()
    assert answer.status_code == 201
    assert (made["kind"], made["agency"], made["raised_by"], made["state"]) == (
        "correction",
        "civil",
        "housing",
        "open",
    )
    assert made["working_days_left"] == 10
    ((by, details),) = events(city, "ticket:opened")
    assert (by, details["raised_by"]) == ("housing_service", "housing")
    assert SAID["text"] not in str(details)
    shown = city.get(f"/api/v1/tickets/{made['ticket_id']}", "civil_clerk").json()
    assert [(line["kind"], line["text"]) for line in shown["history"]] == [("opened", SAID["text"])]
    assert shown["offered"] == ["comment", "answer"]


@pytest.mark.parametrize("account", ["stranger", "steward", "civil_clerk", "auditor", "pipeline", None])
def test_without_a_grant_or_a_role_no_correction_is_raised(city, account):
    answer = city.post(RAISE, account, json=SAID)
    assert answer.status_code == (403 if account else 401)
    assert corrections(city) == []
    if account == "stranger":
        assert answer.json()["code"] == "correction_not_granted"
        record = city.trail()[-1]
        assert (record["decision"], record["surface"], record["reasons"]) == ("refused", "corrections", ["no_grant"])


def test_a_grant_revoked_run_out_not_begun_or_of_another_account_raises_nothing(city):
    with open_session(city.settings) as session:
        grants.revoke(session, code="housing_grant", by="t", now=NOW)
        ended = {"valid_from": NOW - timedelta(days=9), "valid_until": NOW - timedelta(days=1)}
        grant(session, "housing_past", **ended)
        grant(session, "housing_next", valid_from=NOW + timedelta(days=1))
        accounts.create(
            session, login="housing_other", agency="housing", kind="service", roles=["consumer"], name_zh="o",
            name_en="o", by="t", now=NOW,
        )  # fmt: skip
        grant(session, "housing_one", account="housing_other")
    assert city.post(RAISE, json=SAID).status_code == 403
    assert corrections(city) == []


def test_a_correction_of_nothing_or_of_no_words_is_said_in_a_sentence(city):
    assert city.post("/api/v1/datasets/nothing/corrections", json=SAID).json()["code"] == "dataset_unknown"
    for text, code in (("", "ticket_text_missing"), ("长" * 2001, "ticket_text_long")):
        answer = city.post(RAISE, json={"text": text})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert city.post(RAISE, json={}).status_code == 422


@pytest.mark.parametrize("text", ["身份证 370683199003074514 不符", "致电13900001234未接", "号码 37068319900307451X"])
def test_no_number_of_a_person_is_taken_into_a_ticket_by_whatever_form(city, correction, text):
    asked = [(RAISE, {"text": text}), (RAISE, {"text": "不符", "record": text})]
    asked += [(f"/api/v1/tickets/{correction}/{verb}", {"text": text}) for verb in ("comment", "close")]
    for path, body in asked:
        answer = city.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "text_private"), path
        assert text not in answer.text
    assert [one.ticket_id for one in corrections(city)] == [correction]
    assert city.get(f"/api/v1/tickets/{correction}").json()["ticket"]["state"] == "open"


@pytest.mark.parametrize("account", MAY)
def test_who_may_do_what_to_a_correction(city, correction, account):
    for verb in VERBS:
        with open_session(city.settings) as session:
            ticket = session.get(Ticket, correction)
            ticket.state = "closed" if verb == "reopen" else "open"
        answer = city.post(f"/api/v1/tickets/{correction}/{verb}", account, json={"text": "甲"})
        refused = 404 if account in UNSEEING else 403
        assert answer.status_code == (200 if verb in MAY[account] else refused), verb
    with open_reader(city.settings) as session:
        notes = tickets.get(session, correction)
    assert notes.state == ("open" if "reopen" in MAY[account] else "closed")


def test_what_a_ticket_offers_is_what_may_be_done_to_it_now(city, correction):
    def offered(account):
        return city.get(f"/api/v1/tickets/{correction}", account).json()["offered"]

    assert offered("steward") == ["comment", "close"]
    city.post(f"/api/v1/tickets/{correction}/close", "steward", json={"text": "撤回"})
    assert offered("steward") == ["comment", "reopen"]
    assert offered("civil_clerk") == ["comment"]
    assert city.post(f"/api/v1/tickets/{correction}/answer", "civil_clerk", json={"text": "x"}).status_code == 409
    assert city.post(f"/api/v1/tickets/{correction}/escalate", "steward", json={"text": "x"}).status_code == 422


def test_a_recipient_sees_what_it_raised_and_no_finding_of_anybody(city, correction):
    with open_session(city.settings) as session:
        found = tickets.open_finding(
            session, dataset=TOPIC, rule_id="name.required", agency="housing", severity="warn", title=("甲", "a"),
            failing=2, verdict_id="v", working_days=10, by="t", now=NOW - timedelta(days=60),
        ).ticket_id  # fmt: skip
    assert [one["ticket_id"] for one in city.get("/api/v1/tickets").json()] == [correction]
    for path in (f"/api/v1/tickets/{found}", f"/api/v1/tickets/{found}/evidence"):
        assert city.get(path).status_code == 404
    assert city.get(f"/api/v1/tickets/{correction}/evidence").json()["code"] == "evidence_refused"
    assert [one["ticket_id"] for one in city.get("/api/v1/tickets?overdue=true", "steward").json()] == [found]


def test_the_same_correction_is_raised_once_and_again_when_it_is_closed(city, correction):
    again = city.post(RAISE, json=SAID)
    assert (again.status_code, again.json()["code"]) == (409, "correction_raised_already")
    city.post(f"/api/v1/tickets/{correction}/close", json={"text": "撤回"})
    assert city.post(RAISE, json=SAID).status_code == 201


def test_an_account_has_so_many_corrections_of_a_dataset_and_closing_them_makes_no_room(city):
    made = [city.post(RAISE, json={"text": f"第 {n} 件"}) for n in range(MOST_CORRECTIONS)]
    assert {answer.status_code for answer in made} == {201}
    city.post(f"/api/v1/tickets/{made[0].json()['ticket_id']}/close", json={"text": "撤回"})
    refused = city.post(RAISE, json={"text": "再来一件"})
    assert (refused.status_code, refused.json()["code"]) == (429, "corrections_too_many")
    assert len(corrections(city)) == MOST_CORRECTIONS


def test_a_recipient_opens_its_correction_again_a_few_times_and_the_steward_as_often_as_needed(city, correction):
    for turn in range(MOST_REOPENED):
        assert city.post(f"/api/v1/tickets/{correction}/close", json={"text": "好"}).status_code == 200
        assert city.post(f"/api/v1/tickets/{correction}/reopen", json={"text": f"{turn}"}).status_code == 200
    city.post(f"/api/v1/tickets/{correction}/close", json={"text": "好"})
    refused = city.post(f"/api/v1/tickets/{correction}/reopen", json={"text": "又"})
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_reopened_often")
    assert city.post(f"/api/v1/tickets/{correction}/reopen", "steward", json={"text": "查"}).status_code == 200


def test_a_correction_names_an_item_that_was_granted_and_no_other(city):
    granted, other = granted_and_not(city)
    made = city.post(RAISE, json={**SAID, "item": granted, "record": "p0012"}).json()
    assert made["title"] != {"zh": "数据校核", "en": "Correction raised by a consumer"}
    (line,) = city.get(f"/api/v1/tickets/{made['ticket_id']}").json()["history"]
    assert line["text"] == f"[p0012] {SAID['text']}"
    for item in (other, "no_such_item"):
        refused = city.post(RAISE, json={**SAID, "item": item})
        assert (refused.status_code, refused.json()["code"]) == (403, "correction_item_not_granted")
    long = city.post(RAISE, json={**SAID, "record": "9" * 65})
    assert (long.status_code, long.json()["code"]) == (422, "correction_record_invalid")
    assert len(corrections(city)) == 1


@pytest.mark.parametrize(
    ("sources", "receiver"),
    [(["police_register"], "police"), (["police_register", "housing_register"], "civil"), ([], "civil")],
    ids=["one source", "two sources", "none known"],
)
def test_a_correction_goes_to_the_one_department_its_item_comes_from(city, sources, receiver):
    granted, _ = granted_and_not(city)
    with open_session(city.settings) as session:
        for code in sources:
            agency = code.partition("_")[0]
            entry = Dataset(
                code=code, title_zh="甲", title_en="A", agency=agency, zone="standard", mode="snapshot", grade="L2",
                sharing="none", hub_id="370683", providers=[agency], version="1.0.0", registered_at=NOW,
            )  # fmt: skip
            datasets.register(session, dataset=entry, items=(), by="t", now=NOW)
        edges = [(granted, code, granted) for code in sources] + [("*", code, "*") for code in sources]
        datasets.record_lineage(session, target=TOPIC, edges=edges, by="t", now=NOW)
    assert city.post(RAISE, json={**SAID, "item": granted}).json()["agency"] == receiver
    assert city.post(RAISE, json=SAID).json()["agency"] == "civil"


def granted_and_not(city):
    """An item of the topic that housing was granted, and one it was not."""
    with open_reader(city.settings) as session:
        names = {item.name for item in queries.items(session, TOPIC)}
        given = set(session.get_one(AccessGrant, "housing_grant").items)
    return sorted(given)[0], sorted(names - given)[0]
