"""From a number, or a telephone and a name, to the entity: however spelled, whoever said it, whatever became of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.database import forget_engines
from catalog.errors import InvalidInput, NotFound, Unavailable
from catalog.settings import Settings
from catalog.standards import check_digits
from lake import tables
from lake.bases import base, build, matched_base, seeking
from lake.bases.state import REDIRECTS, State
from lake.layout import Layout
from tests.factories.standard_tables import day, hold, moment, read

NOW = datetime(2026, 11, 10, 1, tzinfo=UTC)
PERSON, LEGAL = base("population"), base("legal_person")
BODY = "37068319900307700"
WANG, LI = BODY + check_digits.mod_11_2(BODY), "11010519491231002X"
WRONG = "110105194912310021"
OLD_LI = "110105491231002"
PHONE, NAME = "13805351234", "王小明"
USCC = "91350100M000100Y43"
ORGANISATION = "M000100Y4"


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(home=tmp_path)
    police = {"status": "1", "updated_at": moment(2025)}
    hold(
        settings,
        "police_person",
        police | {"person_no": "1", "resident_id": WANG, "name": NAME, "birth_date": day(1990, 3, 7), "phone": PHONE},
        police | {"person_no": "2", "resident_id": LI, "name": "李建国", "birth_date": day(1949, 12, 31)},
    )
    build(settings, "population", now=NOW)
    yield settings
    forget_engines()


def person(county: Settings, number: str) -> str:
    rows = read(county, Layout(county.lake_url).base("population"))
    return next(str(row["person_id"]) for row in rows if row["resident_id"] == number)


def found(county: Settings, number: str) -> list[tuple[str, str, str]]:
    wanted = seeking.numbered(PERSON, number)
    return [(one.entity, one.how, one.was) for one in seeking.find(county, PERSON, wanted)]


@pytest.mark.parametrize(
    "spelled", [LI, "11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ", OLD_LI]
)
def test_a_number_is_found_however_it_is_spelled(county: Settings, spelled: str) -> None:
    assert found(county, spelled) == [(person(county, LI), "now", "")]


def test_nobody_is_found_by_a_number_nobody_has_and_a_slip_of_the_pen_is_said(county: Settings) -> None:
    assert found(county, "110105198001010014") == []
    assert found(county, WRONG) == []
    assert seeking.numbered(PERSON, WRONG).fault == "check_digit"
    assert seeking.numbered(PERSON, WANG).fault == ""


@pytest.mark.parametrize("text", ["", "  ", "12", "王小明", "3" * 40, "37068319900307700'"])
def test_what_can_be_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        seeking.numbered(PERSON, text)
    assert refused.value.code == "find_number_unreadable"
    assert not text.strip() or text not in refused.value.sentence("zh") + refused.value.sentence("en")


def test_a_telephone_and_a_name_lead_to_who_has_both(county: Settings) -> None:
    wang = person(county, WANG)
    for phone, name in ((PHONE, NAME), ("+86 138-0535-1234", "王 小明")):
        (one,) = seeking.find(county, PERSON, seeking.called(PERSON, phone, name))
        assert (one.entity, one.how, one.fields) == (wang, "now", ("name", "phone"))
    assert seeking.find(county, PERSON, seeking.called(PERSON, PHONE, "李建国")) == []
    for phone, name in (("", NAME), (PHONE, " ")):
        with pytest.raises(InvalidInput) as refused:
            seeking.called(PERSON, phone, name)
        assert refused.value.code == "find_two_needed"
    with pytest.raises(InvalidInput) as refused:
        seeking.called(LEGAL, PHONE, NAME)
    assert refused.value.code == "find_by_telephone_unknown"


def test_what_another_department_says_and_what_was_held_before_is_found_as_such(county: Settings) -> None:
    wang, moved, told = person(county, WANG), "13905359999", "13705357777"
    known = {"status": "1", "resident_id": WANG, "name": NAME, "birth_date": day(1990, 3, 7), "person_no": "1"}
    hold(county, "police_person", known | {"phone": moved, "updated_at": moment(2026, 6)}, day=2)
    insured = {"insurance_no": "9", "resident_id": WANG, "name": NAME, "phone": told, "updated_at": moment(2020)}
    hold(county, "hrss_insurance", insured, day=2)
    build(county, "population", now=NOW)
    how = {
        phone: [(one.entity, one.how) for one in seeking.find(county, PERSON, seeking.called(PERSON, phone, NAME))]
        for phone in (moved, told, PHONE)
    }
    assert how == {moved: [(wang, "now")], told: [(wang, "claimed")], PHONE: [(wang, "before")]}


def test_an_id_that_became_another_is_followed_to_the_end_and_one_that_ended_is_told(county: Settings) -> None:
    wang, li = person(county, WANG), person(county, LI)
    hold(county, "police_person", {"person_no": "2", "resident_id": LI, "name": "李建国", "status": "1"}, day=2)
    build(county, "population", now=NOW)
    assert found(county, WANG) == [("", "before", wang)]
    moves = [
        {"old": wang, "to": "Pmiddle", "reason": "merged", "at": NOW + timedelta(days=1)},
        {"old": "Pmiddle", "to": li, "reason": "merged", "at": NOW + timedelta(days=1)},
        {"old": li, "to": "Pelse", "reason": "split", "at": NOW + timedelta(days=1)},
    ]
    uri = State(county, PERSON).uri("redirects")
    tables.write(uri, pa.Table.from_pylist(moves, schema=REDIRECTS), mode="append", run_id="t", settings=county)
    assert found(county, WANG) == [(li, "before", wang)]
    assert found(county, LI) == [(li, "now", "")]


def test_the_surest_come_first_and_no_more_than_can_be_looked_through(
    county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = person(county, WANG)
    same = {"status": "1", "name": NAME, "phone": PHONE, "updated_at": moment(2026, 6)}
    others = [f"370683{year}0101770" for year in (1960, 1961, 1962)]
    hold(
        county,
        "police_person",
        same | {"person_no": "1", "resident_id": WANG, "birth_date": day(1990, 3, 7), "phone": "13905359999"},
        *(same | {"person_no": body, "resident_id": body + check_digits.mod_11_2(body)} for body in others),
        day=2,
    )
    build(county, "population", now=NOW)
    wanted = seeking.called(PERSON, PHONE, NAME)
    every = seeking.find(county, PERSON, wanted)
    assert [one.how for one in every] == ["now", "now", "now", "before"]
    assert every[-1].entity == held
    assert every[:3] == sorted(every[:3], key=lambda one: one.entity)
    monkeypatch.setattr(seeking, "MOST", 2)
    assert seeking.find(county, PERSON, wanted) == every[:2]


def test_ids_that_became_one_are_one_answer_and_of_several_moves_the_last_counts(county: Settings) -> None:
    wang, li = person(county, WANG), person(county, LI)
    hold(county, "police_person", {"person_no": "2", "resident_id": LI, "name": "李建国", "status": "1"}, day=2)
    build(county, "population", now=NOW)
    moves = [
        {"old": wang, "to": "Pnobody", "reason": "merged", "at": NOW + timedelta(days=1)},
        {"old": wang, "to": li, "reason": "merged", "at": NOW + timedelta(days=2)},
    ]
    uri = State(county, PERSON).uri("redirects")
    tables.write(uri, pa.Table.from_pylist(moves, schema=REDIRECTS), mode="append", run_id="t", settings=county)
    either = seeking.Wanted(("resident_id",), ("field = 'resident_id' AND value IN (?, ?)",), (WANG, LI))
    assert [(one.entity, one.how, one.was) for one in seeking.find(county, PERSON, either)] == [(li, "now", "")]


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (USCC, ""),
        (USCC[:-1] + "4", "check_digit"),
        (ORGANISATION, ""),
        (ORGANISATION[:-1] + "5", "check_digit"),
        ("370683200012345", ""),
        ("3706832000", "length"),
    ],
)
def test_what_is_wrong_with_a_number_of_a_legal_person_is_said(number: str, fault: str) -> None:
    assert seeking.numbered(LEGAL, number).fault == fault


def test_a_card_of_a_foreign_permanent_resident_is_no_slip_of_the_pen() -> None:
    body = "91112419900307001"
    assert seeking.numbered(PERSON, body + check_digits.mod_11_2(body)).fault == ""


@pytest.mark.parametrize("number", [USCC, USCC.lower(), ORGANISATION, "M000100Y-4", "370683200012345"])
def test_a_legal_person_is_found_by_each_of_its_numbers(county: Settings, number: str) -> None:
    known = {"record_no": "1", "uscc": USCC, "reg_no": "370683200012345", "name": "莱州永丰果品商店", "status": "1"}
    hold(county, "market_enterprise", known | {"updated_at": moment(2025)})
    build(county, "legal_person", now=NOW)
    (row,) = read(county, Layout(county.lake_url).base("legal_person"))
    (one,) = seeking.find(county, LEGAL, seeking.numbered(LEGAL, number))
    assert (one.entity, one.how) == (row["legal_id"], "now")


def test_a_base_without_entities_is_named_with_those_that_have_them_and_one_not_built_says_so(
    county: Settings,
) -> None:
    with pytest.raises(NotFound) as refused:
        matched_base("spatial_grid")
    assert refused.value.code == "base_without_entities"
    assert "population" in refused.value.sentence("zh")
    assert "economy" not in refused.value.sentence("zh")
    with pytest.raises(Unavailable) as missing:
        seeking.find(county, LEGAL, seeking.numbered(LEGAL, USCC))
    assert missing.value.code == "base_not_built"
