"""Which rules a contract gives, and what each says of itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.contracts import Contract, Item, RowRule, load_contracts
from catalog.errors import NotFound
from quality.rules.dataset import History, tolerance
from quality.rules.derivation import built_contract, rules_for
from quality.rules.rule import DIMENSIONS, Rule, scope_of

CONTRACTS = Path(__file__).parents[3] / "demo" / "contracts"
PERSON = Item("resident_id", "公民身份号码", "Identity number", "resident_id", "string")


def contract(*items: Item, **values: Any) -> Contract:
    """A contract over `items`, a snapshot unless said otherwise."""
    given: dict[str, Any] = {
        "dataset": "police_person",
        "version": "1.0.0",
        "title_zh": "人口",
        "title_en": "People",
        "agency": "police",
        "system": "police_db",
        "mode": "snapshot",
        "locator": "people",
        "watermark": None,
    }
    return Contract(**(given | {"items": items} | values))


def by_id(rules: tuple[Rule, ...]) -> dict[str, Rule]:
    """The rules by their id."""
    return {rule.rule_id: rule for rule in rules}


def item(name: str, kind: str = "string", element: str = "", **values: Any) -> Item:
    """An item whose element is called like it, unless said otherwise."""
    return Item(name, name, name, element or name, kind, **values)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (item("person_no", key=True), {"person_no.required", "key.duplicate"}),
        (item("resident_id"), {"resident_id.check_digit"}),
        (item("mother_id", element="resident_id"), {"mother_id.check_digit"}),
        (item("uscc", required=True), {"uscc.required", "uscc.check_digit", "uscc.org_check"}),
        (item("phone"), {"phone.format"}),
        (item("sex"), {"sex.code_list"}),
        (item("division_code"), {"division_code.known"}),
        (item("period"), {"period.unreadable"}),
        (item("birth_date", "date"), {"birth_date.unreadable", "birth_date.future", "birth_date.placeholder"}),
        (item("valid_to", "date"), {"valid_to.unreadable", "valid_to.placeholder"}),
        (item("value", "decimal"), {"value.unreadable"}),
        (item("geometry", "geometry"), {"geometry.unreadable", "geometry.valid", "geometry.inside_county"}),
        (item("address", element="address_text"), set()),
    ],
)
def test_an_item_gets_the_rules_of_its_data_element(one: Item, expected: set[str]) -> None:
    rules = by_id(rules_for(contract(one, mode="incremental"), hub_id="370683"))
    assert set(rules) == expected


def test_a_point_must_lie_in_the_county_only_when_the_county_is_known() -> None:
    place = contract(item("longitude", "decimal"), item("latitude", "decimal"))
    known = by_id(rules_for(place, hub_id="370683"))
    assert known["longitude.inside_county"].items == ("longitude", "latitude")
    assert not any(rule.endswith("inside_county") for rule in by_id(rules_for(place, hub_id="999999")))


def test_birth_and_sex_are_held_against_the_number_of_the_person_the_row_is_about() -> None:
    birth, sex = item("birth_date", "date"), item("sex")
    child = contract(item("child_id", element="resident_id"), item("mother_id", element="resident_id"), birth, sex)
    rules = by_id(rules_for(child))
    assert rules["row.birth_matches_id"].items == ("birth_date", "child_id")
    assert rules["row.sex_matches_id"].items == ("sex", "child_id")
    assert "row.birth_matches_id" not in by_id(rules_for(contract(PERSON, sex)))


def test_a_contracts_own_rule_keeps_its_words_and_gets_an_indicator_of_the_standard() -> None:
    own = RowRule(
        "too_old", "birth_date < DATE '1890-01-01'", "block", "consistency", "过老", "too old", ("birth_date",)
    )
    rule = by_id(rules_for(contract(item("birth_date", "date"), row_rules=(own,))))["row.too_old"]
    assert (rule.severity, rule.dimension, rule.scope, rule.title_zh) == ("block", "0402", "row", "过老")


def test_a_contract_may_set_the_severity_of_a_rule() -> None:
    chosen = contract(PERSON, options={"severity": {"resident_id.check_digit": "warn", "no.such_rule": "block"}})
    assert by_id(rules_for(chosen))["resident_id.check_digit"].severity == "warn"


def test_an_unknown_data_element_or_code_list_is_said_in_a_sentence() -> None:
    with pytest.raises(NotFound, match="no_such_element"):
        rules_for(contract(item("name", element="no_such_element")))
    with pytest.raises(NotFound, match="no_such_list"):
        rules_for(contract(item("name", element="person_name", code_list="no_such_list")))


def test_only_a_full_delivery_must_hold_rows_and_be_no_smaller_than_the_last(now: datetime) -> None:
    history = History(rows=1000, judged_at=now - timedelta(days=1))
    snapshot = by_id(rules_for(contract(PERSON, update_cycle="daily"), history=history))
    assert snapshot["dataset.not_empty"].severity == "block"
    assert (snapshot["dataset.row_count"].severity, snapshot["dataset.row_count"].applies_sql) == ("warn", "TRUE")
    first = by_id(rules_for(contract(PERSON, update_cycle="daily")))
    assert (first["dataset.row_count"].applies_sql, first["dataset.timely"].applies_sql) == ("FALSE", "FALSE")
    incremental = by_id(rules_for(contract(PERSON, mode="incremental", update_cycle="daily"), history=history))
    assert {rule for rule in incremental if rule.startswith("dataset.")} == {"dataset.timely"}


def test_a_delivery_of_erased_persons_alone_is_not_called_empty() -> None:
    full, none = (
        by_id(rules_for(contract(PERSON), history=History(left_out=gone)))["dataset.not_empty"] for gone in (1, 0)
    )
    assert (full.sql, none.sql) == ("FALSE", "count(*) = 0")


def test_the_tolerance_of_a_cycle_has_a_quarter_of_grace() -> None:
    assert tolerance("daily") == timedelta(hours=30)
    assert tolerance("Annual") == tolerance("yearly")
    assert tolerance("irregular") is None


def test_a_built_table_is_answered_for_by_the_bureau() -> None:
    rules = rules_for(built_contract("population", [replace(PERSON, key=True)]), hub_id="370683")
    assert {rule.owner for rule in rules} == {"bureau"}
    assert {"dataset.not_empty", "key.duplicate", "resident_id.check_digit"} <= set(by_id(rules))


@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*.odcs.yaml")), ids=lambda path: path.name.partition(".")[0])
def test_every_rule_of_the_demo_city_says_what_a_report_must_cite(path: Path) -> None:
    made = load_contracts(path.parent)[path.name.removesuffix(".odcs.yaml")]
    rules = rules_for(made, hub_id="370683")
    for rule in rules:
        assert rule.title_zh
        assert rule.title_en
        assert rule.clause
        assert rule.dimension[:2] in DIMENSIONS
        assert len(rule.dimension) == 4
        assert rule.owner == made.agency
        assert rule.scope == scope_of(rule.rule_id)
    assert len({rule.rule_id for rule in rules}) == len(rules)
