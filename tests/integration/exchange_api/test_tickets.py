"""Tickets over the API: a department sees its own with the failing rows; others see them masked, or not at all."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pyarrow as pa
import pytest

from catalog.actions import datasets, tickets, verdicts
from catalog.database import open_session
from catalog.errors import InvalidInput
from catalog.models import Dataset, RuleResult, Verdict
from exchange_api.evidence import as_bytes, harmless, of_ticket
from lake import tables
from lake.layout import Layout
from tests.integration.exchange_api.city import CANARY, NOW, TOPIC, item

DATASET, BATCH, RULE = "civil_aid", "civil_aid-1", "resident_id.check_digit"
ITEMS = (
    item("serial_no", "string", "serial_no", key=True),
    replace(item("resident_id", "string", "resident_id", "sensitive"), grade="L4", source_name="证件号码"),
    replace(item("name", "string", "person_name", "general"), grade="L3", source_name="姓名"),
    replace(item("illness", "string", "health_record", "sensitive"), grade="L4"),
    item("remark", "string", "text"),
)
RAW = {
    "serial_no": ["1", "2", "3"],
    "证件号码": ["370683199003074511", "370683199003074514", "370683198501010019"],
    "姓名": ["王芳", "李伟强", "张三"],
    "illness": [f"{CANARY}1", f"{CANARY}2", f"{CANARY}3"],
    "remark": ['=HYPERLINK("http://x")', "ok", "-5.20"],
    "unclassified": [CANARY] * 3,
}


@pytest.fixture
def ticket(city):
    """A ticket of civil for rows 1 and 3 of its delivery; returns its number."""
    layout = Layout(city.settings.lake_url)
    raw = pa.table({**RAW, "_row": pa.array([1, 2, 3], pa.int64())})
    part = {"partition": {"_batch": BATCH}, "mode": "append", "settings": city.settings}
    tables.write(layout.raw(DATASET), raw, run_id=BATCH, **part)
    found = pa.table(
        {
            "dataset": [DATASET] * 3, "row": pa.array([1, 3, 2], pa.int64()), "key": ["1", "3", "2"],
            "rule": [RULE, RULE, "name.required"], "item": ["resident_id"] * 3, "severity": ["block"] * 3,
            "judged_at": pa.array([NOW] * 3, pa.timestamp("us", "UTC")),
        }
    )  # fmt: skip
    part["partition"] = {"batch": BATCH}
    tables.write(layout.findings(DATASET), found, run_id=f"{BATCH}:judge", **part)
    entry = Dataset(
        code=DATASET, title_zh="救助", title_en="Aid", agency="civil", zone="standard", mode="snapshot", grade="L4",
        sharing="conditional", hub_id="370683", providers=["civil"], version="1.0.0", registered_at=NOW,
    )  # fmt: skip
    judged = Verdict(
        verdict_id="v-1", dataset=DATASET, batch_id=BATCH, outcome="warned", rows=3, accepted=1, quarantined=2,
        judged_at=NOW,
    )  # fmt: skip
    result = RuleResult(
        verdict_id="v-1", rule_id=RULE, item="resident_id", severity="block", dimension="0101", title_zh="校验位",
        title_en="check digit",
        a=1, b=3, outcome="failed",
    )  # fmt: skip
    with open_session(city.settings) as session:
        datasets.register(session, dataset=entry, items=ITEMS, by="t", now=NOW)
        verdicts.record(session, verdict=judged, results=[result], by="t", now=NOW)
        made = tickets.open_finding(
            session, dataset=DATASET, rule_id=RULE, agency="civil", severity="block", title=("校验位", "check digit"),
            failing=2, verdict_id="v-1", working_days=10, by="t", now=NOW,
        )  # fmt: skip
        return made.ticket_id


def sheet(answer):
    """Rows of a CSV answer."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_department_gets_its_failing_rows_as_it_delivered_them(city, ticket):
    answer = city.get(f"/api/v1/tickets/{ticket}/evidence?form=csv", "civil_clerk")
    assert answer.status_code == 200
    heading, *rows = sheet(answer)
    assert heading == [
        "批次", "行号", "问题", "serial_no", "resident_id 证件号码", "name 姓名", "illness", "remark",
    ]  # fmt: skip
    assert [(row[1], row[2], row[4], row[5]) for row in rows] == [
        ("3", "校验位", "370683198501010019", "张三"),
        ("1", "校验位", "370683199003074511", "王芳"),
    ]


def test_whoever_is_not_of_the_department_sees_sensitive_items_masked(city, ticket):
    answer = city.get(f"/api/v1/tickets/{ticket}/evidence?form=csv", "steward")
    _, *rows = sheet(answer)
    assert [row[4:7] for row in rows] == [["3****************1", "王*", "****"], ["3****************9", "张*", "****"]]
    assert CANARY.encode() not in answer.content


def test_the_workbook_holds_text_only_and_nothing_a_spreadsheet_would_run(city, ticket):
    answer = city.get(f"/api/v1/tickets/{ticket}/evidence", "civil_clerk")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [cell for row in book["evidence"].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [row[7].value for row in book["evidence"].iter_rows(min_row=2)] == ["-5.20", '\'=HYPERLINK("http://x")']
    assert book["evidence"].column_dimensions["E"].width > 18


def test_a_ticket_that_kept_a_former_department_is_masked_for_it_and_for_the_new_one(city, ticket):
    with open_session(city.settings) as session:
        session.get_one(Dataset, DATASET).agency = "housing"
    answer = city.get(f"/api/v1/tickets/{ticket}/evidence?form=csv", "civil_clerk")
    assert answer.status_code == 200
    assert not any(number in answer.text for number in RAW["证件号码"])


def test_every_export_is_on_the_record(city, ticket):
    city.get(f"/api/v1/tickets/{ticket}/evidence", "steward")
    record = city.trail()[-1]
    assert (record["surface"], record["account"], record["rows"], record["providers"]) == (
        "evidence", "steward", 2, ["civil"],
    )  # fmt: skip


def test_a_department_sees_its_own_tickets_and_no_others(city, ticket):
    assert [one["ticket_id"] for one in city.get("/api/v1/tickets", "civil_clerk").json()] == [ticket]
    assert city.get("/api/v1/tickets", "police_clerk").json() == []
    assert city.get("/api/v1/tickets", "steward").json()[0]["failing_now"] == 2
    for path in (f"/api/v1/tickets/{ticket}", f"/api/v1/tickets/{ticket}/evidence"):
        assert city.get(path, "police_clerk").status_code == 404
        assert city.get(path, "police_clerk").json() == city.get("/api/v1/tickets/none-1", "police_clerk").json()
    shown = city.get(f"/api/v1/tickets/{ticket}", "civil_clerk").json()
    assert [line["kind"] for line in shown["history"]] == ["opened"]
    assert city.get("/api/v1/tickets/none-1", "steward").status_code == 404


def test_the_catalogue_tells_a_verdict_to_its_department_and_the_bureau_alone(city, ticket):
    def outcomes(login):
        entries = city.get("/api/v1/datasets", login).json()["entries"]
        return {entry["code"]: entry.get("outcome") for entry in entries}

    assert outcomes("civil_clerk")[DATASET] == outcomes("steward")[DATASET] == "warned"
    assert outcomes("police_clerk")[DATASET] is None


def test_two_codes_are_a_list_and_not_a_title_in_two_languages(city, ticket):
    providers = city.get(f"/api/v1/datasets/{TOPIC}", "steward").json()["provider_codes"]
    assert isinstance(providers, list)
    assert len(providers) == 2


def test_a_correction_has_no_rows_and_an_unknown_form_is_refused(city, ticket):
    with open_session(city.settings) as session:
        asked = tickets.open_correction(
            session, dataset=DATASET, agency="civil", raised_by="housing", text="不符", by="t", now=NOW
        )
        found = of_ticket(city.settings, session, asked.ticket_id, plain=True)
    assert found.rows == ()
    with pytest.raises(InvalidInput):
        as_bytes(found, "pdf")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"), ("-12.5", "-12.5"), ("+86", "+86"),
     ("\t=1", "'\t=1"), ("王", "王"), ("", ""), ("-", "'-")],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text, shown):
    assert harmless(text) == shown


def test_a_batch_with_a_second_verdict_gives_each_row_once(city, ticket):
    """Rules between datasets give a batch another verdict; of incremental datasets every batch is looked through."""
    again = Verdict(
        verdict_id=f"{BATCH}:across:0123", dataset=DATASET, batch_id=BATCH, outcome="warned", rows=3, accepted=1,
        quarantined=2, judged_at=datetime.now(UTC),
    )  # fmt: skip
    with open_session(city.settings) as session:
        session.get_one(Dataset, DATASET).mode = "incremental"
        verdicts.record(session, verdict=again, results=[], by="t", now=NOW)
    _, *rows = sheet(city.get(f"/api/v1/tickets/{ticket}/evidence?form=csv", "civil_clerk"))
    assert sorted(row[1] for row in rows) == ["1", "3"]
