"""Doubtful pairs at the command line: listed, shown with masked values, decided on by a steward alone, obeyed."""

import getpass
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from authorization.actions import accounts
from catalog.database import open_reader, open_session
from catalog.models import DataItem, Event
from catalog.settings import Settings
from dags.steps import bases as step
from exchange_api.evidence import shown_key
from exchange_api.views.matching_words import LEVELS
from lake.layout import Layout
from lake.matching.model import load_task
from lake.matching.scoring import levels_of
from tests.factories.matching import people
from tests.factories.standard_tables import hold, moment, read
from tests.unit.cli.conftest import Shuniu

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
PERSONS = people(60, seed=31)


def born(person: dict[str, Any]) -> date:
    text = person["birth_date"]
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


@pytest.fixture(scope="module")
def town(city: Settings) -> Settings:
    """Everybody at the police; insured are some without a number, of whom too little is known to be sure."""
    rows = [
        {name: person[name] for name in ("resident_id", "name", "sex", "address", "phone")}
        | {"person_no": f"p{n}", "birth_date": born(person), "updated_at": moment(2025)}
        for n, person in enumerate(PERSONS)
    ]
    hold(city, "police_person", *rows)
    unsure = [{"insurance_no": f"h{n}", "name": PERSONS[n]["name"], "updated_at": moment(2025)} for n in range(40)]
    hold(city, "hrss_insurance", *unsure)
    step.build_group(city, "population", clock=lambda: NOW)
    return city


def person_of(settings: Settings, dataset: str, key: str) -> str:
    rows = read(settings, Layout(settings.lake_url).base("population_links"))
    (found,) = [row["person_id"] for row in rows if (row["dataset"], row["key"]) == (dataset, key)]
    return str(found)


def first(shuniu: Shuniu, settings: Settings) -> dict[str, Any]:
    """The most doubtful pair nobody has decided on."""
    rows = json.loads(shuniu("base", "review", "list", "population", "--json", home=settings.home).out)
    return dict(rows[0])


def test_a_pair_is_shown_with_its_evidence_and_no_sensitive_value(shuniu: Shuniu, town: Settings) -> None:
    row = first(shuniu, town)
    said = shuniu("base", "review", "show", row["pair"], "--json", home=town.home)
    shown = json.loads(said.out)
    assert said.code == 0
    assert shown["steps"][0]["title"]["zh"].startswith("先验")
    assert {field["name"]: field["relation"] for field in shown["fields"]}["name"] == "same"
    assert not [p for p in PERSONS if p["resident_id"] in said.out or p["phone"] in said.out or p["name"] in said.out]
    assert "*" in shuniu("base", "review", "show", row["pair"], home=town.home).out


def test_the_list_for_machines_shows_keys_as_the_pair_does_and_is_in_the_trail(shuniu: Shuniu, town: Settings) -> None:
    def looks() -> list[dict[str, Any]]:
        lines = [line for path in sorted(town.audit_dir.glob("*/*.jsonl")) for line in path.read_bytes().splitlines()]
        return [one for one in map(json.loads, lines) if one.get("surface") == "evidence"]

    before = len(looks())
    rows = json.loads(shuniu("base", "review", "list", "population", "--json", home=town.home).out)
    assert [one["rows"] for one in looks()[before:]] == [2 * len(rows)]
    shown = json.loads(shuniu("base", "review", "show", rows[0]["pair"], "--json", home=town.home).out)
    assert {rows[0][f"key_{side}"] for side in "lr"} == {shown[side]["key"] for side in ("left", "right")}


def test_a_reason_with_an_identity_number_is_refused(shuniu: Shuniu, town: Settings) -> None:
    row = first(shuniu, town)
    decide = ("base", "review", "decide", row["pair"], "--verdict", "same", "--login", "steward")
    said = shuniu(*decide, "--reason", "370683199003074514", home=town.home)
    assert (said.code, "370683199003074514" in said.err, "号码" in said.err) == (2, False, True)
    assert first(shuniu, town)["pair"] == row["pair"]


@pytest.mark.parametrize("login", ["police_clerk", "housing_clerk"])
def test_only_a_steward_decides(shuniu: Shuniu, town: Settings, login: str) -> None:
    row = first(shuniu, town)
    decide = ("base", "review", "decide", row["pair"], "--verdict", "same", "--reason", "x", "--login")
    said = shuniu(*decide, login, home=town.home)
    assert (said.code, "无权" in said.err) == (1, True)
    assert first(shuniu, town)["pair"] == row["pair"]


def test_a_service_decides_on_no_pair_whatever_its_role(shuniu: Shuniu, town: Settings) -> None:
    with open_session(town) as session:
        accounts.create(
            session, login="robot", agency="bureau", kind="service", roles=["steward"],
            name_zh="程序", name_en="Program", by="t", now=NOW,
        )  # fmt: skip
    pair = first(shuniu, town)["pair"]
    decide = ("base", "review", "decide", pair, "--verdict", "same", "--reason", "x", "--login", "robot")
    said = shuniu(*decide, home=town.home)
    assert (said.code, "无权" in said.err) == (1, True)
    assert first(shuniu, town)["pair"] == pair


def test_a_decision_leaves_the_queue_and_an_event_and_the_next_build_obeys(shuniu: Shuniu, town: Settings) -> None:
    row = first(shuniu, town)
    verdict = "different" if row["together"] else "same"
    decide = ("base", "review", "decide", row["pair"], "--login", "steward", "--verdict")
    assert shuniu(*decide, verdict, "--reason", " ", home=town.home).code == 2
    assert shuniu(*decide, verdict, "--reason", "电话核实", home=town.home).code == 0
    assert first(shuniu, town)["pair"] != row["pair"]
    with open_reader(town) as session:
        (event,) = session.scalars(select(Event).where(Event.tag == "review:decided"))
    assert (event.subject, event.by, event.details) == (
        f"population/{row['pair']}",
        f"cli:{getpass.getuser()}",
        {"verdict": verdict, "account": "steward"},
    )
    step.build_group(town, "population", clock=lambda: NOW)
    people_of = {
        link["record_id"]: link["person_id"] for link in read(town, Layout(town.lake_url).base("population_links"))
    }
    joined = people_of[row["record_l"]] == people_of[row["record_r"]]
    assert joined == (verdict == "same")


def test_the_same_word_again_changes_nothing_and_what_is_decided_can_be_listed(shuniu: Shuniu, town: Settings) -> None:
    row = first(shuniu, town)
    decide = ("base", "review", "decide", row["pair"], "--login", "steward", "--reason", "y", "--verdict")
    assert "没有变化" not in shuniu(*decide, "different", home=town.home).out
    with open_reader(town) as session:
        events = session.query(Event).count()
    assert "已是“不同”（steward），没有变化" in shuniu(*decide, "different", home=town.home).out
    again = shuniu(*decide, "different", home=town.home, language="en").out
    assert "is decided on as “Different” already (by steward)" in again
    with open_reader(town) as session:
        assert session.query(Event).count() == events
    listed = json.loads(shuniu("base", "review", "list", "population", "--decided", "--json", home=town.home).out)
    assert (row["pair"], "different", "steward", "y") in [
        (one["pair"], one["decision"], one["decided_by"], one["reason"]) for one in listed
    ]
    assert {one["decision"] for one in listed} <= {"same", "different"}
    assert "不同" in shuniu("base", "review", "list", "population", "--decided", home=town.home).out


def test_a_pair_is_shown_in_chinese_with_both_datasets_and_keys(shuniu: Shuniu, town: Settings) -> None:
    row = first(shuniu, town)
    page = shuniu("base", "review", "show", row["pair"], home=town.home).out
    shown = json.loads(shuniu("base", "review", "show", row["pair"], "--json", home=town.home).out)
    for side in "lr":
        assert row[f"dataset_{side}"] in page
    for name in ("left", "right"):
        assert shown[name]["key"] in page
        assert shown[name]["batch"] in page
    assert {"相同", "一方为空"} <= set(page.split())
    assert {"姓名", "性别", "出生日期"} <= set(page.split())
    assert not {"prior", "name", "sex", "birth_date", "equal", "missing"} & set(page.split())


def test_a_key_that_is_sensitive_is_masked_and_another_is_not() -> None:
    def item(name: str, grade: str, element: str = "") -> DataItem:
        return DataItem(name=name, key=True, grade=grade, personal="none", element=element)

    assert shown_key([item("no", "L2"), item("id", "L4", "note")])("7|x") == "7|****"
    assert shown_key([item("no", "L2")])("a|b") == "a|b"
    assert shown_key([item("id", "L4")])("a|b") == "****"


def test_every_level_the_matcher_knows_has_a_word() -> None:
    tasks = (load_task(name) for name in ("person", "legal_person"))
    labels = {label for task in tasks for column in task.columns for label, _ in levels_of(task, column)}
    assert labels
    assert labels <= set(LEVELS)


def test_what_is_not_there_is_said_in_a_sentence(shuniu: Shuniu, town: Settings) -> None:
    for words in (("show", "V0"), ("list", "spatial_grid")):
        said = shuniu("base", "review", *words, home=town.home)
        assert (said.code, bool(said.err)) == (1, True)


def test_an_entity_is_explained_masked_and_the_look_is_in_the_trail(shuniu: Shuniu, town: Settings) -> None:
    person = person_of(town, "police_person", "p3")
    told = json.loads(shuniu("base", "explain", person, "--json", home=town.home).out)
    (name,) = [field for field in told["fields"] if field["name"] == "name"]
    assert {claim["won"] for claim in name["claims"]} >= {True}
    assert PERSONS[3]["name"] not in json.dumps(told, ensure_ascii=False)
    assert name["why"]["zh"] == "只有公安局提供"
    drawn = shuniu("base", "explain", person, home=town.home).out
    assert "只有公安局提供" in drawn
    trail = [
        line for path in town.audit_dir.glob("*/*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert sum('"explain"' in line for line in trail) == 2
    for wrong in ("P000", "X1"):
        said = shuniu("base", "explain", wrong, home=town.home)
        assert (said.code, wrong in said.err) == (1, True)
