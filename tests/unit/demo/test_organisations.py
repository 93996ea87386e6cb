"""The true legal persons: valid identifiers, names of their own, and a place, a head and a parent that exist."""

import re
from datetime import date

import pyarrow.compute as pc
import pytest

from demo.city import geography, organisations
from demo.city.context import generator

RESIDENTS = 20_000
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organisation_code_holds(code: str) -> bool:
    """GB 11714-1997: weighted sum of eight characters, check character modulo 11."""
    values = [int(character, 36) for character in code[:8]]
    check = 11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return code[8] == {10: "X", 11: "0"}.get(check, str(check))


def credit_code_holds(code: str) -> bool:
    """GB 32100-2015: 31 characters, weights powers of 3 modulo 31, with the organisation code inside."""
    if not re.fullmatch(f"[{ALPHABET}]{{18}}", code):
        return False
    total = sum(ALPHABET.index(character) * 3**place for place, character in enumerate(code[:17]))
    return ALPHABET[(31 - total % 31) % 31] == code[17] and organisation_code_holds(code[8:17])


def register_number_holds(number: str) -> bool:
    """ISO 7064 MOD 11,10 over fourteen digits."""
    product = 10
    for digit in number[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(number[14])) % 10 == 1


@pytest.fixture(scope="module")
def places():
    return geography.build(generator(7, "geography"), RESIDENTS)


@pytest.fixture(scope="module")
def table(places):
    return organisations.build(generator(7, "organisations"), places, RESIDENTS).table


@pytest.mark.parametrize(
    ("code", "holds"),
    [
        ("91350100M000100Y43", True),
        ("91370683MA3C00003Q", True),
        ("11370285059571422N", True),
        ("123418227641000799", True),
        ("91370683MA3C000030", False),
        ("91370683MO3C00003Q", False),
        ("91370683AM3C00003Q", False),
    ],
)
def test_the_checker_of_these_tests_agrees_with_the_standards_vectors(code, holds):
    assert credit_code_holds(code) is holds


def test_there_is_a_legal_person_for_every_twenty_five_residents(table):
    assert table.num_rows == RESIDENTS // 25
    assert table["legal_uid"].to_pylist() == list(range(table.num_rows))


def test_every_credit_code_is_valid_and_carries_its_organisation_code(table):
    for code, body in zip(table["uscc"].to_pylist(), table["org_code"].to_pylist(), strict=True):
        assert credit_code_holds(code)
        assert code[8:17] == body
        assert code[2:8] == "370683"


def test_every_register_number_is_valid_and_only_the_market_regulators_have_one(table):
    for number, kind in zip(table["reg_no"].to_pylist(), table["kind"].to_pylist(), strict=True):
        assert (number is not None) == (kind in ("enterprise", "individual"))
        assert number is None or register_number_holds(number)


@pytest.mark.parametrize("column", ["uscc", "org_code", "name"])
def test_no_two_legal_persons_share_an_identity(table, column):
    assert pc.count_distinct(table[column]).as_py() == table.num_rows


def test_every_kind_is_there_and_registered_by_its_own_registrar(table):
    prefixes = {
        "enterprise": {"91", "93"},
        "individual": {"92"},
        "institution": {"11", "12"},
        "society": {"51", "52", "54"},
    }
    for kind, code in zip(table["kind"].to_pylist(), table["uscc"].to_pylist(), strict=True):
        assert code[:2] in prefixes[kind]
    assert set(table["kind"].to_pylist()) == set(organisations.KINDS) == set(prefixes)


def test_a_branch_is_named_after_its_parent_and_has_no_capital(table):
    branches = [row for row in table.to_pylist() if row["parent_uid"] is not None]
    names = table["name"].to_pylist()
    assert len(branches) == round(0.07 * table.num_rows)
    for branch in branches:
        assert branch["name"].startswith(names[branch["parent_uid"]])
        assert branch["capital"] is None


def test_seats_and_representatives_exist(table, places):
    assert pc.max(table["address_id"]).as_py() < places.addresses.num_rows
    assert pc.min(table["legal_representative_uid"]).as_py() >= 0
    assert pc.max(table["legal_representative_uid"]).as_py() < RESIDENTS // 5


def test_enough_were_renamed_and_cancelled_to_plant_such_defects_from(table):
    assert table["former_name"].null_count < 0.85 * table.num_rows
    assert 0.1 < sum(status != "1" for status in table["status"].to_pylist()) / table.num_rows < 0.25
    assert all(day < date(2025, 12, 31) for day in table["established_on"].to_pylist())


def test_the_same_seed_builds_the_same_legal_persons(table, places):
    assert organisations.build(generator(7, "organisations"), places, RESIDENTS).table.equals(table)
    assert not organisations.build(generator(8, "organisations"), places, RESIDENTS).table.equals(table)


def test_a_hamlet_has_legal_persons_of_every_kind_too():
    places = geography.build(generator(1, "geography"), 500)
    table = organisations.build(generator(1, "organisations"), places, 500).table
    assert set(table["kind"].to_pylist()) == set(organisations.KINDS)
