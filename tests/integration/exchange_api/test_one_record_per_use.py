"""Every question and every read leaves exactly one record and is paid from its quota, whatever the answer."""

import pytest

from catalog.actions import datasets
from catalog.database import open_session
from catalog.models import Dataset
from tests.integration.exchange_api.city import NOW, TOPIC, grant, register, source_rows

PERSON = source_rows()[1]
RIGHT = {"resident_id": PERSON["resident_id"], "name": PERSON["name"]}


@pytest.fixture
def asking(city):
    with open_session(city.settings) as session:
        grant(
            session, code="checks", agency="stats", purpose="核验", surfaces=["verify"], calls_per_day=2,
            items=["resident_id", "name"], masks={},
        )  # fmt: skip
    return city


@pytest.fixture
def reading(city):
    with open_session(city.settings) as session:
        grant(session, code="few", agency="stats", purpose="少量", rows_per_day=7)
        grant(session, code="calls", agency="stats", purpose="次数", calls_per_day=2)
    return city


def ask(city, account="stranger", purpose="核验", **values):
    return city.post(f"/api/v1/datasets/{TOPIC}/verify", account, json={"values": values or RIGHT, "purpose": purpose})


def told(city):
    """(surface, decision, reasons, rows, grant) of every record on the dataset."""
    return [
        (record["surface"], record["decision"], record["reasons"], record["rows"], record["grant"])
        for record in city.trail()
        if record["dataset"] == TOPIC
    ]


@pytest.mark.parametrize(("name", "rows"), [(RIGHT["name"], 1), ("别人", 0)], ids=["yes", "no"])
def test_an_answered_verification_leaves_exactly_one_record(asking, name, rows):
    answer = ask(asking, **{**RIGHT, "name": name})
    assert (answer.status_code, answer.json()["holds"]) == (200, bool(rows))
    (record,) = [record for record in asking.trail() if record["dataset"] == TOPIC]
    assert (record["surface"], record["decision"], record["rows"], record["grant"]) == (
        "verify", "allowed", rows, "checks",
    )  # fmt: skip
    assert (record["account"], record["agency"], record["purpose"]) == ("stranger", "stats", "核验")
    assert (sorted(record["items"]), sorted(record["providers"])) == (["name", "resident_id"], ["civil", "police"])


def test_a_refused_verification_leaves_exactly_one_record(asking):
    assert ask(asking, purpose="好奇").status_code == 403
    ((surface, decision, reasons, rows, _),) = told(asking)
    assert (surface, decision, rows) == ("verify", "refused", 0)
    assert "purpose_differs" in reasons


def test_a_verification_beyond_the_quota_is_recorded_as_refused(asking):
    assert [ask(asking).status_code for _ in range(3)] == [200, 200, 429]
    assert [record[1:3] for record in told(asking)] == [
        ("allowed", []), ("allowed", []), ("refused", ["quota_exceeded"]),
    ]  # fmt: skip


def test_rows_read_are_taken_from_the_quota_of_the_day_until_none_is_left(reading):
    answers = [reading.records(account="stranger", purpose="少量", limit=3) for _ in range(4)]
    assert [len(answer.json()["rows"]) for answer in answers[:3]] == [3, 3, 1]
    assert (answers[3].status_code, answers[3].json()["code"]) == (429, "quota_exceeded")
    assert [(record[1], record[3]) for record in told(reading)] == [
        ("allowed", 3), ("allowed", 3), ("allowed", 1), ("refused", 0),
    ]  # fmt: skip


def test_rows_that_were_not_there_are_not_paid_for(reading):
    nobody = reading.records(account="stranger", purpose="少量", limit=7, filter="person_no:eq:none")
    assert (nobody.status_code, nobody.json()["rows"]) == (200, [])
    assert len(reading.records(account="stranger", purpose="少量", limit=7).json()["rows"]) == 7


def test_a_read_takes_a_call_of_the_day(reading):
    statuses = [reading.records(account="stranger", purpose="次数", limit=1).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_use_is_charged_to_the_departments_whose_items_were_used_and_to_those_whose_rows_it_shows(city):
    with open_session(city.settings) as session:
        for code, agency, zone in (
            ("people", "police", "standard"), ("relief", "civil", "standard"), ("base", "bureau", "base")
        ):  # fmt: skip
            register(session, city.settings, code=code)
            session.get(Dataset, code).zone = zone
            session.get(Dataset, code).agency = agency
        session.get(Dataset, "base").providers = ["health", "police"]
        datasets.record_lineage(session, target="base", edges=[("name", "people", "name")], by="test", now=NOW)
        edges = [("name", "base", "name"), ("person_no", "base", "person_no"), ("division_code", "relief", "area")]
        datasets.record_lineage(session, target=TOPIC, edges=edges, by="test", now=NOW)
        grant(session, code="names", agency="stats", purpose="名册", items=["name", "person_no"], masks={})
        grant(session, code="sums", agency="stats", purpose="金额", masks={}, row_filter=None)
    city.hub.facts.forget()
    asked = [
        ("名册", {"columns": "name"}, ["civil", "police"]),  # filtered by `alive`, which nobody traced: every provider
        ("金额", {"columns": "name"}, ["civil", "police"]),  # the topic is made of the rows of relief
        ("金额", {"columns": "division_code"}, ["civil"]),
        ("金额", {"columns": "division_code", "filter": "name:eq:王芳"}, ["civil", "police"]),
        ("金额", {"columns": "person_no"}, ["civil", "health", "police"]),  # nothing is known before the base itself
        ("金额", {"columns": "division_code", "order": "person_no"}, ["civil", "health", "police"]),
    ]
    for purpose, terms, _ in asked:
        assert city.records(account="stranger", purpose=purpose, **terms).status_code == 200, terms
    told = [record["providers"] for record in city.trail() if record["dataset"] == TOPIC]
    assert told == [expected for _, _, expected in asked]
