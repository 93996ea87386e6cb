"""What a base held of somebody on a day, by what the hub knew at a moment; and clocks that cannot be right."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from catalog.database import forget_engines
from catalog.errors import NotFound
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import tables
from lake.bases import base, build, history, remembering
from lake.engines.duckdb import connect
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, moment, read

FIRST, SECOND, THIRD = (datetime(2026, 11, on, 1, tzinfo=UTC) for on in (3, 10, 17))
BODY = "37068319900307700"
WANG = BODY + check_digits.mod_11_2(BODY)
OTHER = "37068319850101101"
LI = OTHER + check_digits.mod_11_2(OTHER)
PERSON = base("population")
OLD, NEW, OLDER = "莱州市文昌路街道旧居路1号", "莱州市城港路街道新居路2号", "莱州市永安路街道老屋街3号"


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Settings]:
    yield Settings(home=tmp_path)
    forget_engines()


def wang(address: str, updated: datetime | None, **more: object) -> dict[str, object]:
    known = {"person_no": "1", "resident_id": WANG, "name": "王小明", "birth_date": day(1990, 3, 7), "status": "1"}
    return known | {"address": address, "updated_at": updated} | more


def li(**more: object) -> dict[str, object]:
    return {"person_no": "2", "resident_id": LI, "name": "李建国", "birth_date": day(1985, 1, 1), "status": "1"} | more


def built(county: Settings, *rows: dict[str, object], now: datetime, on: int) -> None:
    hold(county, "police_person", *rows, day=on)
    build(county, "population", now=now)


def person(county: Settings, number: str = WANG) -> str:
    rows = read(county, Layout(county.lake_url).base("population"))
    return next(str(row["person_id"]) for row in rows if row["resident_id"] == number)


def held(county: Settings, entity: str, on: date, known: datetime | None = None) -> dict[str, str | None]:
    line = history.timeline(history.statements(county, PERSON, entity), known)
    return {one.said.field: one.said.value for one in history.on_day(line, on)}


def test_a_move_is_answered_by_the_day_it_holds_and_by_what_was_known(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    built(county, wang(NEW, moment(2026, 11, 6)), now=SECOND, on=8)
    entity = person(county)
    assert held(county, entity, date(2025, 1, 1))["address"] == OLD
    assert held(county, entity, date(2026, 11, 6))["address"] == NEW
    assert held(county, entity, date(2026, 11, 5))["address"] == OLD
    # In the first week the hub knew of no move, whatever day it is asked of.
    assert held(county, entity, date(2026, 11, 20), SECOND - timedelta(seconds=1))["address"] == OLD
    assert held(county, entity, date(2025, 1, 1), FIRST - timedelta(seconds=1)) == {}
    assert held(county, entity, date(2024, 4, 30)).get("address") is None
    line = history.timeline(history.statements(county, PERSON, entity))
    moved = [(one.said.value, one.valid_to) for one in line if one.said.field == "address"]
    assert moved == [(OLD, date(2026, 11, 6)), (NEW, None)]


def test_a_fact_with_a_day_of_its_own_holds_from_that_day(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    dead = {"status": "2", "cancelled_on": day(2026, 9, 2)}
    built(county, wang(OLD, moment(2026, 11, 6), **dead), now=SECOND, on=8)
    entity = person(county)
    assert held(county, entity, date(1990, 3, 7)) == {
        "resident_id": WANG,
        "birth_date": "1990-03-07",
        "sex": "2" if int(WANG[16]) % 2 == 0 else "1",
        "status": "1",
    }
    assert held(county, entity, date(2026, 9, 1))["status"] == "1"
    assert held(county, entity, date(2026, 9, 2))["status"] == "2"
    assert held(county, entity, date(2026, 9, 2), SECOND - timedelta(days=1))["status"] == "1"


def test_what_a_source_states_anew_of_an_earlier_day_takes_the_place_of_what_was_believed(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    built(county, wang(OLDER, moment(2023, 1, 1)), now=SECOND, on=8)
    entity = person(county)
    (line,) = [
        one for one in history.timeline(history.statements(county, PERSON, entity)) if one.said.field == "address"
    ]
    assert (line.said.value, line.said.valid_from, line.valid_to, line.restated) == (
        OLDER,
        date(2023, 1, 1),
        None,
        True,
    )
    assert held(county, entity, date(2024, 6, 1), FIRST)["address"] == OLD


def test_nothing_is_added_for_what_did_not_change_though_it_is_delivered_every_night(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), li(address=OLD), now=FIRST, on=1)
    before = tables.rows(remembering.uri_of(county, PERSON), settings=county)
    built(county, wang(OLD, moment(2024, 5, 1)), li(address=OLD), now=SECOND, on=8)
    assert tables.rows(remembering.uri_of(county, PERSON), settings=county) == before
    # He held no moment of his own, so the first batch that told it counts, not the newest.
    (line,) = [
        one
        for one in history.timeline(history.statements(county, PERSON, person(county, LI)))
        if one.said.field == "address"
    ]
    assert line.said.valid_from == date(2026, 11, 1)


def test_clocks_that_cannot_be_right_are_mended_and_counted(county: Settings, caplog: pytest.LogCaptureFixture) -> None:
    built(county, wang(OLD, moment(2031, 1, 1)), li(address=OLD, updated_at=moment(1899, 12, 31)), now=FIRST, on=1)
    line = history.timeline(history.statements(county, PERSON, person(county)))
    assert {one.said.valid_from for one in line if one.said.field == "address"} == {date(2026, 11, 3)}
    line = history.timeline(history.statements(county, PERSON, person(county, LI)))
    assert {one.said.valid_from for one in line if one.said.field == "address"} == {date(1985, 1, 1)}
    facts = tables.history(remembering.uri_of(county, PERSON), 1, settings=county)[0]
    assert (facts["after_the_build"], facts["before_it_began"]) == ("2", "2")  # name and address of each
    assert "mended" in caplog.text
    assert WANG not in caplog.text
    assert OLD not in caplog.text


@pytest.mark.parametrize(("told", "since"), [(1849, 1850), (1851, 1851)])
def test_nothing_held_before_the_oldest_of_the_register_began_whatever_a_clock_says(
    county: Settings, told: int, since: int
) -> None:
    nobody_knows_when_born = {"resident_id": None, "birth_date": None}
    built(county, wang(OLD, moment(told), **nobody_knows_when_born), now=FIRST, on=1)
    said = read(county, remembering.uri_of(county, PERSON))
    assert {row["valid_from"] for row in said if row["field"] == "address"} == {date(since, 1, 1)}


def test_a_month_of_upkeep_after_a_build_makes_the_next_state_nothing_anew(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), li(address=OLD), now=FIRST, on=1)
    uri = remembering.uri_of(county, PERSON)
    before = tables.rows(uri, settings=county)
    for night in range(30):
        tables.compact(uri, run_id=f"night {night}", settings=county)
    tables.vacuum(uri, keep_hours=0, settings=county)
    built(county, wang(NEW, moment(2026, 11, 6)), li(address=OLD), now=SECOND, on=8)
    added = [row["field"] for row in read(county, uri) if row["known_from"] == SECOND]
    assert (added, tables.rows(uri, settings=county)) == (["address"], before + 1)


def test_statements_are_read_as_they_became_known_and_lie_by_entity(county: Settings) -> None:
    built(county, li(address=OLD), wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    by_entity = [(row["person_id"], row["field"]) for row in read(county, remembering.uri_of(county, PERSON))]
    assert by_entity == sorted(by_entity)
    built(county, li(address=OLD), wang(NEW, moment(2026, 11, 6), name="王晓明"), now=SECOND, on=8)
    built(county, li(address=OLD), wang(OLDER, moment(2026, 11, 13), name="王小明"), now=THIRD, on=15)
    uri = remembering.uri_of(county, PERSON)
    tables.compact(uri, run_id="upkeep", order_by=("value",), settings=county)  # rows may come to lie in any order
    told = [(one.known_from, one.field) for one in history.statements(county, PERSON, person(county))]
    assert told == sorted(told)
    assert {known for known, _ in told} == {FIRST, SECOND, THIRD}


def test_no_interval_ends_before_it_begins_and_none_overlap(county: Settings) -> None:
    built(county, wang(OLD, moment(2025, 1, 1)), now=FIRST, on=1)
    built(county, wang(NEW, moment(2026, 1, 1)), now=SECOND, on=8)
    built(county, wang(OLDER, moment(2025, 6, 1)), now=THIRD, on=15)
    line = [
        one
        for one in history.timeline(history.statements(county, PERSON, person(county)))
        if one.said.field == "address"
    ]
    assert [(one.said.value, one.said.valid_from, one.valid_to) for one in line] == [
        (OLD, date(2025, 1, 1), date(2025, 6, 1)),
        (OLDER, date(2025, 6, 1), None),
    ]


def test_a_hub_whose_clock_went_back_still_tells_what_was_known_first(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=SECOND, on=1)
    built(county, wang(NEW, moment(2026, 10, 1)), now=FIRST, on=8)
    entity = person(county)
    assert held(county, entity, date(2026, 11, 3), SECOND)["address"] == OLD
    assert held(county, entity, date(2026, 11, 3))["address"] == NEW


def test_who_is_no_longer_in_the_base_held_nothing_from_then_on(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), li(), now=FIRST, on=1)
    entity = person(county)
    built(county, li(), now=SECOND, on=8)
    assert held(county, entity, date(2026, 11, 9))["name"] == "王小明"
    assert held(county, entity, date(2026, 11, 10)) == {}
    assert held(county, entity, date(2026, 11, 10), FIRST)["name"] == "王小明"


def test_a_build_that_broke_off_before_its_history_is_caught_up_with(
    county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    monkeypatch.setattr("lake.bases.building.remember", lambda *_, **__: None)
    built(county, wang(NEW, moment(2026, 11, 6)), now=SECOND, on=8)
    monkeypatch.undo()
    assert not build(county, "population", now=THIRD).new
    assert held(county, person(county), date(2026, 11, 7))["address"] == NEW
    rows = tables.rows(remembering.uri_of(county, PERSON), settings=county)
    build(county, "population", now=THIRD)
    assert tables.rows(remembering.uri_of(county, PERSON), settings=county) == rows


def test_a_version_upkeep_has_removed_costs_no_answer(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    place = Layout(county.lake_url).base("population")
    old = tables.files(place, settings=county)
    hold(county, "police_person", wang(NEW, moment(2026, 11, 6)), day=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lake.bases.building.remember", lambda *_, **__: None)
        build(county, "population", now=SECOND)
    for file in old:
        Path(file).unlink()
    build(county, "population", now=THIRD)
    assert held(county, person(county), date(2026, 11, 5))["address"] == OLD
    assert held(county, person(county), date(2026, 11, 7))["address"] == NEW


def test_a_whole_base_on_a_day_is_every_timeline_on_that_day(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), li(address=OLDER, updated_at=moment(2022)), now=FIRST, on=1)
    built(county, wang(NEW, moment(2026, 11, 6)), now=SECOND, on=8)
    ids = {row["person_id"] for row in read(county, remembering.uri_of(county, PERSON))}
    assert len(ids) == 2
    for on in (date(1989, 1, 1), date(2023, 1, 1), date(2026, 11, 7), date(2026, 11, 12)):
        for known in (None, FIRST, SECOND):
            with connect(county) as connection:
                relation, _ = history.holding(county, PERSON, on, known)
                found = connection.execute(f"SELECT * FROM {relation}")
                rows = {row["person_id"]: row for row in found.to_arrow_table().to_pylist()}
            for entity in ids:
                row = {name: value for name, value in rows.get(entity, {}).items() if value is not None}
                assert {name: value for name, value in row.items() if name != "person_id"} == held(
                    county, entity, on, known
                )


def test_of_a_legal_person_the_name_it_had_is_told(county: Settings) -> None:
    known = {"record_no": "1", "uscc": "91370683MA3C00003Q", "established_on": day(2012, 4, 1), "status": "1"}
    for name, updated, on, now in (("莱州永丰果品商店", 2013, 1, FIRST), ("莱州永丰果品贸易有限公司", 2026, 8, SECOND)):
        hold(county, "market_enterprise", known | {"name": name, "updated_at": moment(updated)}, day=on)
        build(county, "legal_person", now=now)
    legal = base("legal_person")
    (row,) = read(county, Layout(county.lake_url).base("legal_person"))
    line = history.timeline(history.statements(county, legal, str(row["legal_id"])))
    for on, name in ((date(2020, 1, 1), "莱州永丰果品商店"), (date(2026, 6, 1), "莱州永丰果品贸易有限公司")):
        assert {one.said.field: one.said.value for one in history.on_day(line, on)}["name"] == name
    assert next(one.said.valid_from for one in line if one.said.field == "established_on") == date(2012, 4, 1)


def test_nobody_is_made_up(county: Settings) -> None:
    built(county, wang(OLD, moment(2024, 5, 1)), now=FIRST, on=1)
    with pytest.raises(NotFound):
        history.statements(county, PERSON, "P000000000000")
