"""The tickets of a department at the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path

from catalog.actions import tickets
from catalog.database import open_session
from catalog.settings import Settings
from tests.unit.cli.conftest import Shuniu

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_a_ticket_is_raised_discussed_answered_and_closed(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    raising = ("ticket", "correct", "topic_housing_support", "--agency", "housing", "--text", "地址不符")
    assert shuniu(*raising, home=city.home).code == 0
    (row,) = json.loads(shuniu("ticket", "list", "--agency", "bureau", "--json", home=city.home).out)
    number = row["ticket_id"]
    assert (row["kind"], row["raised_by"], row["state"]) == ("correction", "housing", "open")
    for verb in ("comment", "answer", "close"):
        assert shuniu("ticket", verb, number, "--text", "已核实", home=city.home).code == 0
    assert shuniu("ticket", "close", number, "--text", "再关", home=city.home).code == 1
    shown = json.loads(shuniu("ticket", "show", number, "--json", home=city.home).out)
    assert [line["kind"] for line in shown["history"]] == ["opened", "commented", "answered", "closed"]
    assert "已关闭" in shuniu("ticket", "show", number, home=city.home).out
    assert shuniu("ticket", "reopen", number, "--text", "仍不符", home=city.home).code == 0
    (again,) = json.loads(shuniu("ticket", "list", "--state", "open", "--json", home=city.home).out)
    assert (again["reopened"], again["working_days_left"], again["overdue"]) == (1, 10, False)
    assert json.loads(shuniu("ticket", "list", "--overdue", "--json", home=city.home).out) == []


def test_at_the_terminal_too_only_a_recipient_raises_a_correction(shuniu: Shuniu, city: Settings) -> None:
    for dataset, agency in (("police_person", "housing"), ("topic_housing_support", "tax")):
        said = shuniu("ticket", "correct", dataset, "--agency", agency, "--text", "不符", home=city.home)
        assert (said.code, "有效授权" in said.err) == (1, True)


def test_at_the_terminal_too_a_correction_of_an_item_goes_to_its_source(shuniu: Shuniu, city: Settings) -> None:
    raising = (
        "ticket",
        "correct",
        "topic_housing_support",
        "--agency",
        "housing",
        "--text",
        "不符",
        "--record",
        "p0031",
    )
    assert shuniu(*raising, "--item", "no_such", home=city.home).code == 1
    assert shuniu(*raising, "--item", "name", home=city.home).code == 0
    (row,) = [
        one
        for one in json.loads(shuniu("ticket", "list", "--json", home=city.home).out)
        if one["kind"] == "correction" and "姓名" in one["title"][0]
    ]
    (opened,) = json.loads(shuniu("ticket", "show", row["ticket_id"], "--json", home=city.home).out)["history"]
    assert (row["agency"], opened["text"]) == ("police", "[p0031] 不符")


def test_at_the_terminal_too_no_number_of_a_person_is_taken_into_a_text(shuniu: Shuniu, city: Settings) -> None:
    number = "370683199003074514"
    raised = shuniu(
        "ticket", "correct", "topic_housing_support", "--agency", "housing", "--text", number, home=city.home
    )
    waived = shuniu(
        "quality", "waive", "police_person", "--rule", "name.required", "--reason", number, "--until", "2099-01-01",
        home=city.home,
    )  # fmt: skip
    for said in (raised, waived):
        assert (said.code, "请删去号码" in said.err, number in said.err) == (2, True, False)


def test_evidence_is_written_to_the_file_named(shuniu: Shuniu, city: Settings, tmp_path: Path) -> None:
    with open_session(city) as session:
        number = tickets.open_finding(
            session, dataset="police_person", rule_id="name.required", agency="police", severity="block",
            title=("姓名缺失", "Name missing"), failing=1, verdict_id="v", working_days=10, by="t", now=NOW,
        ).ticket_id  # fmt: skip
    said = shuniu("ticket", "evidence", number, "--out", str(tmp_path / "a.csv"), home=city.home)
    assert said.code == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").startswith("批次,行号,问题,")
    assert shuniu("ticket", "evidence", number, "--out", str(tmp_path / "a.doc"), home=city.home).code == 2
    assert "姓名缺失" in shuniu("ticket", "list", home=city.home).out
