"""Phones, plates, bank cards, real estate, industries, divisions, code lists and elements against their standards."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from catalog.errors import NotFound
from catalog.standards import bank_card, divisions, industry, phones, plates, real_estate
from catalog.standards import elements as elements_module
from catalog.standards.code_lists import code_list, code_list_en, code_list_names, codes_by_text
from catalog.standards.elements import element, elements

FAMILIES = {"identifier", "name", "date", "code", "address", "number", "geometry", "text"}


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("13905350001", "mobile"),
        ("0535-2211234", "fixed"),
        ("010-12345678-12", "fixed"),
        ("4001234567", "toll_free"),
        ("12345", "service"),
        ("95588", "service"),
        ("12905350001", None),
        ("139 0535 0001", None),
        ("无", None),
    ],
)
def test_phones(number: str, kind: str | None) -> None:
    assert phones.kind(number) == kind
    assert phones.fault(number) == (None if kind else "form")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("+86 139-0535-0001", "13905350001"),
        ("8613905350001", "13905350001"),
        ("(0535)2211234", "05352211234"),
        ("0535-2211234", "0535-2211234"),
    ],
)
def test_the_stored_form_of_phones(written: str, stored: str) -> None:
    assert phones.clean(written) == stored


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("鲁F12A34", "ordinary"),
        ("鲁FA1234", "ordinary"),
        ("皖P88888", "ordinary"),
        ("鲁FD12345", "new_energy"),
        ("鲁F12345D", "new_energy"),
        ("鲁FI2345", None),
        ("鲁F1234", None),
    ],
)
def test_plates(plate: str, kind: str | None) -> None:
    assert plates.kind(plate) == kind
    assert plates.fault(plate) == (None if kind else "form")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("6222020200112230", None),
        ("6222020200112231", "check_digit"),
        ("62220202001122", "length"),
        ("6" * 15 + "X", "alphabet"),
    ],
)
def test_bank_cards(number: str, reason: str | None) -> None:
    assert bank_card.fault(number) == reason


def test_real_estate_codes() -> None:
    assert real_estate.unit_fault("370683001001GB00001F00010001") is None
    assert real_estate.parcel_fault("370683001001GB00001") is None
    assert real_estate.parcel_fault("370683001001gb00001") == "form"
    assert real_estate.parcel_fault("370683") == "length"
    assert real_estate.unit_fault("370683001001GB00001X00010001") == "form"
    assert real_estate.unit_fault("370683001001GB00001") == "length"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("C3351", None),
        ("A", None),
        ("3351", None),
        ("97", None),
        ("A3351", "section"),
        ("00", "section"),
        ("98", "section"),
        ("X12", "form"),
    ],
)
def test_industries(code: str, reason: str | None) -> None:
    assert industry.fault(code) == reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("341822", "341882"),
        ("370282", "370215"),
        ("370625", "370683"),
        ("370282001001", "370215001001"),
        ("370683", "370683"),
        ("999999", "999999"),
    ],
)
def test_abolished_divisions_name_the_one_in_force(old: str, new: str) -> None:
    assert divisions.current(old) == new


def test_a_division_is_known_on_the_days_it_was_in_force() -> None:
    assert divisions.known("341822", on=date(2019, 7, 1))
    assert not divisions.known("341822", on=date(2019, 7, 2))
    assert divisions.known("341882", on=date(2019, 7, 2))
    assert not divisions.known("341882", on=date(2019, 7, 1))
    assert divisions.known("370683001001")
    assert not divisions.known("999999")


def test_the_six_counties_are_in_force() -> None:
    names = {
        "370683": "莱州市",
        "370783": "寿光市",
        "370281": "胶州市",
        "370285": "莱西市",
        "370215": "即墨区",
        "341882": "广德市",
    }
    for code, name in names.items():
        found = divisions.division(code)
        assert found is not None
        assert (found.name, found.valid_to) == (name, None)


def test_every_successor_is_in_the_table_and_in_force() -> None:
    for new in divisions.successors().values():
        found = divisions.division(new)
        assert found is not None
        assert found.valid_to is None


@pytest.mark.parametrize(
    ("name", "size"), [("sex", 4), ("ethnic", 58), ("industry_section", 20), ("political", 13), ("marital", 8)]
)
def test_code_lists_are_complete(name: str, size: int) -> None:
    assert len(code_list(name)) == size
    assert all(code_list_en(name).values())


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [("sex", "男", "1"), ("sex", "女性", "2"), ("ethnic", "汉", "01"), ("ethnic", "回族", "03")],
)
def test_texts_written_instead_of_codes(name: str, text: str, code: str) -> None:
    assert codes_by_text(name)[text] == code


def test_every_alias_leads_to_a_code_of_its_list() -> None:
    for name in code_list_names():
        assert set(codes_by_text(name).values()) <= set(code_list(name))


def test_every_element_is_of_a_family_and_names_lists_that_exist() -> None:
    assert len(elements()) >= 150
    for one in elements().values():
        assert one.family in FAMILIES
        assert one.grade in {"L1", "L2", "L3", "L4"}
        assert one.personal in {"none", "general", "sensitive"}
        assert not one.code_list or one.code_list in code_list_names()
        assert one.name_zh
        assert one.name_en


def test_an_element_stands_in_the_table_once_under_one_name() -> None:
    table = Path(elements_module.__file__).with_name("elements.csv").read_text(encoding="utf-8").splitlines()[1:]
    for column in (0, 1, 2):
        counted = Counter(line.split(",")[column] for line in table)
        assert [name for name, times in counted.items() if times > 1] == []


def test_sensitive_personal_elements_are_graded_l3_at_least() -> None:
    low = [one.code for one in elements().values() if one.personal == "sensitive" and one.grade < "L3"]
    assert low == []


def test_unknown_names_are_said_in_a_sentence() -> None:
    with pytest.raises(NotFound, match="elements"):
        element("nothing")
    with pytest.raises(NotFound, match="sex"):
        code_list("nothing")
