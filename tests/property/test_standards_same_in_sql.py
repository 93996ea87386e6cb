"""The rules of catalog/standards and the SQL functions of the lake agree on valid, nearly valid, naughty input."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import standards
from catalog.standards import (
    bank_card,
    check_digits,
    dates,
    foreign_id,
    industry,
    licence_id,
    organisation_code,
    phones,
    plates,
    real_estate,
    registration_number,
    resident_id,
    texts,
    uscc,
)
from lake.engines.duckdb import connect
from quality.rules.identifier import CALLS, CHECKS

NAUGHTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("0123456789Xx -－３７０６８３ａＡＯＩOI·•．.（）()\t\u3000\u00a0\u200b张王䶮𠮷年月日/"),
        st.characters(codec="utf-8", exclude_characters="\x00"),
    ),
    max_size=24,
)
DIGITS = "0123456789"


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    """A number that mostly checks, with now and then one character, or the length, changed."""
    day = draw(st.dates(date(1840, 1, 1), date(2110, 12, 31)))
    region = draw(st.sampled_from(["370683", "110105", "810000", "990000", "200000"]))
    body = f"{region}{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return _spoilt(draw, body + check_digits.mod_11_2(body), DIGITS + "Xx")


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["91370683", "12341822", "N2370683", "95370683", "9137X683"]))
    own = draw(st.text(alphabet=check_digits.USCC_ALPHABET, min_size=8, max_size=8))
    inner = own + check_digits.organisation(own)
    body = head + inner
    if not set(body) <= set(check_digits.USCC_ALPHABET):
        return body + "0"
    return _spoilt(draw, body + check_digits.uscc(body), check_digits.ALPHANUMERIC + "a")


@st.composite
def organisation_codes(draw: st.DrawFn) -> str:
    own = draw(st.text(alphabet=check_digits.ALPHANUMERIC, min_size=8, max_size=8))
    hyphen = draw(st.sampled_from(["-", ""]))
    return _spoilt(draw, own + hyphen + check_digits.organisation(own), check_digits.ALPHANUMERIC + "-")


@st.composite
def registration_numbers(draw: st.DrawFn) -> str:
    body = draw(st.text(alphabet=DIGITS, min_size=14, max_size=14))
    return _spoilt(draw, body + check_digits.mod_11_10(body), DIGITS + "X")


@st.composite
def licence_ids(draw: st.DrawFn) -> str:
    kind = draw(st.text(alphabet=check_digits.ALPHANUMERIC, min_size=21, max_size=21))
    issuer = draw(st.sampled_from(["11430000006122244L", "340100"]))
    serial = draw(st.text(alphabet=check_digits.ALPHANUMERIC, min_size=1, max_size=12))
    check = check_digits.mod_37_36(f"{kind}{issuer}{serial}001")
    return _spoilt(draw, f"{licence_id.ROOT}{kind}.{issuer}.{serial}.001.{check}", check_digits.ALPHANUMERIC + ".a")


@st.composite
def foreign_cards(draw: st.DrawFn) -> str:
    day = draw(st.dates(date(1840, 1, 1), date(2110, 12, 31)))
    body = f"9{draw(st.sampled_from(['37', '11', '99']))}840{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return _spoilt(draw, body + check_digits.mod_11_2(body), DIGITS + "Xx")


@st.composite
def bank_cards(draw: st.DrawFn) -> str:
    body = draw(st.text(alphabet=DIGITS, min_size=14, max_size=19))
    return _spoilt(draw, body + check_digits.luhn(body), DIGITS + "X")


@st.composite
def plate_numbers(draw: st.DrawFn) -> str:
    shape = draw(st.sampled_from([
        "[鲁京][A-Z][A-Z0-9]{4}[A-Z0-9挂学警领]", "鲁[A-Z]([A-L][A-Z0-9][0-9]{4}|[0-9]{5}[A-L])",
        "WJ鲁?[0-9]{4}[A-Z0-9]",
        "([0-9]{6}|[0-9]{3}[A-Z]?[0-9]{2,3})使", "鲁[A-Z][A-Z][0-9]{4}应急",
    ]))  # fmt: skip
    return _spoilt(draw, draw(matching(shape)), DIGITS + "AIOU鲁使")


@st.composite
def written_days(draw: st.DrawFn) -> str:
    year, month, day = draw(st.integers(0, 2200)), draw(st.integers(0, 13)), draw(st.integers(0, 32))
    form = draw(
        st.sampled_from(
            ["{:04d}-{:02d}-{:02d}", "{:04d}{:02d}{:02d}", "{:04d}/{}/{}", "{:04d}.{:02d}.{:02d}", "{:04d}年{}月{}日",
             "{:04d}-{}-{}", "{:04d}年{}月{}", "{:04d}-{:02d}-{:02d} 00:00:00", "{:04d}{:02d}{:02d}120000",
             "{:04d}年{}月", "{:04d}{:02d}", "4{:04d}"]
        )
    )  # fmt: skip
    return form.format(year, month, day)


def _spoilt(draw: st.DrawFn, text: str, alphabet: str) -> str:
    way = draw(st.sampled_from(["as it is", "as it is", "one character", "shorter", "longer"]))
    at = draw(st.integers(0, len(text) - 1))
    match way:
        case "one character":
            return text[:at] + draw(st.sampled_from(alphabet)) + text[at + 1 :]
        case "shorter":
            return text[:at] + text[at + 1 :]
        case "longer":
            return text[:at] + draw(st.sampled_from(alphabet)) + text[at:]
    return text


def matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


def _travel_permit(text: str) -> str | None:
    """'form' when `text` is neither of the two kinds of permit."""
    return foreign_id.hk_macau_permit_fault(text) and foreign_id.taiwan_permit_fault(text)


RULES: list[tuple[str, Callable[[str], Any], st.SearchStrategy[str]]] = [
    ("resident_id_fault", resident_id.fault, st.one_of(resident_ids(), NAUGHTY)),
    ("resident_id_upgrade", resident_id.upgrade, st.one_of(resident_ids().map(lambda t: t[:6] + t[8:17]), NAUGHTY)),
    ("resident_id_birth", resident_id.birth, st.one_of(resident_ids(), NAUGHTY)),
    ("resident_id_sex", resident_id.sex, st.one_of(resident_ids(), NAUGHTY)),
    ("uscc_fault", uscc.fault, st.one_of(credit_codes(), NAUGHTY)),
    ("uscc_unconfused", uscc.unconfused, st.one_of(credit_codes().map(lambda t: t.replace("0", "O", 1)), NAUGHTY)),
    ("org_code_fault", organisation_code.fault, st.one_of(organisation_codes(), NAUGHTY)),
    ("reg_no_fault", registration_number.fault, st.one_of(registration_numbers(), NAUGHTY)),
    ("licence_id_fault", licence_id.fault, st.one_of(licence_ids(), NAUGHTY)),
    ("industry_fault", industry.fault, st.one_of(matching(r"[A-U]?[0-9]{0,5}"), NAUGHTY)),
    ("foreign_card_fault", foreign_id.card_fault,
     st.one_of(foreign_cards(), matching(r"[A-Z]{3}[0-9]{11,13}"), NAUGHTY)),
    ("travel_permit_fault", _travel_permit, st.one_of(matching(r"[HMA]?[0-9]{8,10}(\([A-Z]\)|[A-Z])?"), NAUGHTY)),
    ("passport_fault", foreign_id.passport_fault, st.one_of(matching(r"[EGPD][A-Z]?[0-9]{7,8}"), NAUGHTY)),
    ("bank_card_fault", bank_card.fault, st.one_of(bank_cards(), NAUGHTY)),
    ("plate_fault", plates.fault, st.one_of(plate_numbers(), NAUGHTY)),
    ("real_estate_unit_fault", real_estate.unit_fault,
     st.one_of(matching(r"[0-9]{12}[A-Z]{2}[0-9]{5}[FLQWX][0-9]{7,9}"), NAUGHTY)),
    ("parcel_fault", real_estate.parcel_fault, st.one_of(matching(r"[0-9]{12}[A-Z]{2}[0-9]{5}"), NAUGHTY)),
    ("phone_fault", phones.fault, st.one_of(matching(r"[0149][0-9]{4,11}(-[0-9]{1,3})?"), NAUGHTY)),
    ("phone", lambda text: phones.clean(text) or None, st.text(alphabet="0123456789 -()+8613", max_size=20)),
    ("plain", texts.plain, NAUGHTY),
    ("plain_text", texts.plain_text, NAUGHTY),
    ("person_name", texts.person_name, NAUGHTY),
    ("org_name", texts.organisation_name, NAUGHTY),
    ("date_form", dates.form, st.one_of(written_days(), NAUGHTY)),
    ("hub_date", dates.day, st.one_of(written_days(), NAUGHTY)),
    ("date_placeholder", dates.is_placeholder, st.one_of(written_days(), NAUGHTY)),
    ("hub_period", dates.period, st.one_of(written_days(), NAUGHTY)),
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    return connect()


@pytest.mark.parametrize(("name", "rule", "inputs"), RULES, ids=[name for name, _, _ in RULES])
def test_python_and_sql_give_the_same_answer(
    engine: duckdb.DuckDBPyConnection, name: str, rule: Callable[[str], Any], inputs: st.SearchStrategy[str]
) -> None:
    @settings(max_examples=12, deadline=None)
    @given(st.lists(inputs, min_size=30, max_size=60))
    def check(asked: list[str]) -> None:
        marks = ", ".join(["(?, ?)"] * len(asked))
        numbered = [part for pair in enumerate(asked) for part in pair]
        found = engine.execute(
            f"SELECT t.x, {name}(t.x) FROM (VALUES {marks}) AS t(i, x) ORDER BY t.i", numbered
        ).fetchall()
        assert found == [(text, rule(text)) for text in asked]

    check()


@pytest.mark.parametrize("name", [name for name, _, _ in RULES])
def test_nothing_asked_is_nothing_answered(engine: duckdb.DuckDBPyConnection, name: str) -> None:
    answer = engine.execute(f"SELECT {name}(CAST(NULL AS VARCHAR))").fetchall()
    assert answer in ([(None,)], [(False,)])


def test_a_birth_date_after_today_is_a_fault_in_sql_as_well(engine: duckdb.DuckDBPyConnection) -> None:
    asked = "SELECT resident_id_fault('370683199003074514', today := DATE '{}')"
    assert engine.execute(asked.format("1990-03-06")).fetchall() == [("date",)]
    assert engine.execute(asked.format("1990-03-07")).fetchall() == [(None,)]


def test_every_fault_the_standards_can_tell_is_asked_of_data() -> None:
    """A function `...fault` in catalog/standards without a rule that calls its twin would be a check nobody makes."""
    known = {
        function
        for module in pkgutil.iter_modules(standards.__path__)
        for name, function in inspect.getmembers(importlib.import_module(f"catalog.standards.{module.name}"))
        if name.endswith("fault") and not name.startswith("_") and inspect.isfunction(function)
    }
    both_permits = {foreign_id.hk_macau_permit_fault, foreign_id.taiwan_permit_fault}
    assert {rule for _, rule, _ in RULES if rule in known} | both_permits == known
    asked = " ".join(CALLS.values())
    assert [name for name, rule, _ in RULES if name.endswith("_fault") and f"{name}(" not in asked] == []
    assert set(CALLS) == set(CHECKS)
